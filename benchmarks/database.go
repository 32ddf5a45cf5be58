package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
)

// throughDatabaseSQL compares what a program spends that scans mixed rows into
// typed variables. Below it are two floors: a driver that hands out the same
// values for every row costs what database/sql itself costs, and one that makes
// new ones what no driver can do without.
func throughDatabaseSQL() []topic {
	return []topic{{"through database/sql", scanning}}
}

func scanning(e effort) (subject, error) {
	mixed := shapes[0]
	rows := mixed.rows(e.pageBytes)
	body, n := mixed.answer(rows), len(rows)
	connector, err := newConnector(canned(body), "")
	if err != nil {
		return subject{}, err
	}
	var open []*sql.DB
	scan := func(c driver.Connector) func() error {
		db := sql.OpenDB(c)
		open = append(open, db)
		return func() error { return scanMixed(db, mixedQuery, n, 0) }
	}
	return subject{
		unit: "row", units: n, plot: cpu,
		variants: []variant{
			{name: "floor: values boxed", op: scan(fakeDriver{n: n, next: boxing()})},
			{name: "floor: constant values", op: scan(fakeDriver{n: n, next: constant()})},
			{name: ours, op: scan(connector)},
			{name: sdk, op: scan(fakeDriver{over: newSDK(canned(body), nil)})},
		},
		goals: []goal{
			{text: "CPU against the boxing floor", variant: ours, base: "floor: values boxed", of: cpu, most: 2.4},
			{text: "times less CPU than the SDK", variant: ours, base: sdk, inverse: true, of: cpu, least: 8},
		},
		close: func() (err error) {
			for _, db := range open {
				err = errors.Join(err, db.Close())
			}
			return err
		},
	}, nil
}

const mixedQuery = "SELECT id, name, price, ratio, ok, at, note, hash FROM t"

// scanMixed scans mixed rows, and works on each.
func scanMixed(db *sql.DB, query string, want int, work time.Duration) error {
	rows, err := db.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	var (
		n           int
		id, sum     int64
		name, price string
		ratio       float64
		ok          bool
		at          time.Time
		note        sql.NullString
		hash        []byte
	)
	for ; rows.Next(); n++ {
		if err := rows.Scan(&id, &name, &price, &ratio, &ok, &at, &note, &hash); err != nil {
			return err
		}
		sum += id + int64(len(name)+len(price)+len(note.String)+len(hash)) + at.Unix()
		consume(work)
	}
	if n != want || sum == 0 {
		return fmt.Errorf("%d rows, want %d", n, want)
	}
	return rows.Err()
}

// fakeDriver is a driver that has its rows already, or over the SDK.
type fakeDriver struct {
	n    int
	next func(dest []driver.Value)
	over *rdsdata.Client
}

var mixedNames = []string{"id", "name", "price", "ratio", "ok", "at", "note", "hash"}

func (d fakeDriver) Connect(context.Context) (driver.Conn, error) { return fakeConn{d}, nil }
func (d fakeDriver) Driver() driver.Driver                        { return nil }

type fakeConn struct{ fakeDriver }

func (fakeConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not here") }
func (fakeConn) Begin() (driver.Tx, error)           { return nil, errors.New("not here") }
func (fakeConn) Close() error                        { return nil }

func (c fakeConn) QueryContext(ctx context.Context, _ string, _ []driver.NamedValue) (driver.Rows, error) {
	if c.over == nil {
		return &fakeRows{left: c.n, next: c.next}, nil
	}
	out, err := c.over.ExecuteStatement(ctx, sdkStatement())
	if err != nil {
		return nil, err
	}
	return &sdkRows{out.Records}, nil
}

type fakeRows struct {
	left int
	next func(dest []driver.Value)
}

func (r *fakeRows) Columns() []string { return mixedNames }
func (r *fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(dest []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	r.next(dest)
	return nil
}

// sdkRows are the rows of the SDK, with what a driver has to add: times.
type sdkRows struct{ rows [][]types.Field }

func (r *sdkRows) Columns() []string { return mixedNames }
func (r *sdkRows) Close() error      { return nil }
func (r *sdkRows) Next(dest []driver.Value) (err error) {
	if len(r.rows) == 0 {
		return io.EOF
	}
	for i, f := range r.rows[0] {
		if dest[i], err = sdkValue(f); err != nil {
			return err
		}
	}
	dest[mixedTime], err = time.Parse("2006-01-02 15:04:05.999999", dest[mixedTime].(string))
	r.rows = r.rows[1:]
	return err
}

// values of a mixed row, as variables so that each assignment boxes them anew.
type mixedValues struct {
	id          int64
	name, price string
	ratio       float64
	ok          bool
	at          time.Time
	note        string
	hash        []byte
	n           int
}

func newMixedValues() *mixedValues {
	return &mixedValues{1_000_000, "some name or other", "123456.78", 0.123, true, time.Unix(1_790_000_000, 123_456_000).UTC(), "a note on it, of words", make([]byte, 16), 0}
}

func boxing() func([]driver.Value) {
	v := newMixedValues()
	return func(dest []driver.Value) {
		dest[0], dest[1], dest[2], dest[3], dest[4], dest[5], dest[6], dest[7] = v.id, v.name, v.price, v.ratio, v.ok, v.at, nil, v.hash
		if v.n++; v.n%10 < 8 { // as in the shape
			dest[6] = v.note
		}
	}
}

func constant() func([]driver.Value) {
	values := make([]driver.Value, len(mixedNames))
	boxing()(values)
	return func(dest []driver.Value) { copy(dest, values) }
}

var (
	_ driver.Connector      = fakeDriver{}
	_ driver.QueryerContext = fakeConn{}
)
