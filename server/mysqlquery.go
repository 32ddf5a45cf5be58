package server

import (
	"context"
	"database/sql/driver"
	"io"
	"math"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// mysqlQuery is a statement that is ready to run.
type mysqlQuery struct {
	conn *mysqlConn
	stmt driver.Stmt // nil for one that cannot be prepared
	text string
}

// prepareMySQL prepares a statement, so that its parameters are bound by the
// database and values come as they are. What the database cannot prepare, and
// what has no parameters, runs as text.
func prepareMySQL(c *mysqlConn, text string, params int) (*mysqlQuery, error) {
	stmt, err := c.Conn.Prepare(text)
	if err != nil && (mysqlNumber(err) != numUnpreparable || params > 0) {
		return nil, err
	}
	if err != nil {
		return &mysqlQuery{conn: c, text: text}, nil
	}
	if stmt.NumInput() != params {
		_ = stmt.Close() // says nothing new
		return nil, errWrongArguments()
	}
	return &mysqlQuery{conn: c, stmt: stmt, text: text}, nil
}

func (q *mysqlQuery) close() {
	if q.stmt != nil {
		_ = q.stmt.Close() // a broken connection shows in its next use
	}
}

// run executes the statement and reads the first of its results.
func (q *mysqlQuery) run(args []driver.NamedValue, typed []mysqlTyped, st statement) (*result, error) {
	rows, err := q.query(args, typed)
	if err != nil {
		return nil, err
	}
	// The rest is read and dropped: further results, and rows beyond the limit.
	res, err := q.read(rows, st)
	if closing := drain(rows); closing != nil {
		return nil, closing
	}
	return res, err
}

func (q *mysqlQuery) query(args []driver.NamedValue, typed []mysqlTyped) (driver.Rows, error) {
	q.conn.tap.typed = typed
	defer func() { q.conn.tap.typed = nil }()
	if q.stmt == nil {
		return q.conn.Conn.(driver.QueryerContext).QueryContext(context.Background(), q.text, nil)
	}
	return q.stmt.(driver.StmtQueryContext).QueryContext(context.Background(), args)
}

// drain reads what is left of the results. A result that fails is the
// statement's failure.
func drain(rows driver.Rows) error {
	defer rows.Close()
	further, ok := rows.(driver.RowsNextResultSet)
	for ok {
		if err := further.NextResultSet(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// read makes what the service returns of the first result.
func (q *mysqlQuery) read(rows driver.Rows, st statement) (*result, error) {
	reply := q.conn.tap.reply
	names := rows.Columns()
	if len(names) == 0 {
		return &result{updated: reply.affected, generated: generatedKeys(reply.insertID)}, nil
	}
	if reply.broken || len(reply.columns) != len(names) {
		return nil, wire.NewError(wire.CodeInternalServerError, "the database described the columns in a form that is not known")
	}
	res := &result{returnsRows: true, labels: append([]string(nil), names...)}
	if st.metadata {
		for i := range reply.columns {
			res.columns = append(res.columns, reply.columns[i].describe())
		}
	}
	var err error
	res.rows, err = readMySQLRows(rows, reply.columns, st)
	return res, err
}

// readMySQLRows reads rows up to the size that the service returns.
func readMySQLRows(rows driver.Rows, columns []mysqlColumn, st statement) ([][]wire.Field, error) {
	types := make([]*dialect.Type, len(columns))
	for i := range columns {
		if types[i] = dialect.MySQL.TypeByName(columns[i].typeName()); types[i] == nil {
			return nil, mysqlUnreadable(&columns[i])
		}
	}
	read := [][]wire.Field{}
	values := make([]driver.Value, len(columns))
	size := 0
	var unreadable error
	for {
		if err := rows.Next(values); err == io.EOF {
			return read, unreadable
		} else if err != nil {
			return nil, err
		}
		row, octets := make([]wire.Field, len(columns)), 0
		for i, v := range values {
			f, n, err := mysqlValue(&columns[i], types[i], v, st.options)
			if unreadable == nil {
				unreadable = err
			}
			row[i] = f
			octets += n
		}
		if size += wire.ResultRowBytes(len(columns), octets); size > st.most {
			return nil, resultTooLarge()
		}
		read = append(read, row)
	}
}

// generatedKeys returns what a statement generated: one key, the first of
// several rows. A choice (F0241).
func generatedKeys(id uint64) []wire.Field {
	switch {
	case id == 0:
		return []wire.Field{}
	case id > math.MaxInt64:
		f, _, _ := mysqlUnsigned(id, wire.ResultSetOptions{}) // never fails
		return []wire.Field{f}
	default:
		return []wire.Field{wire.Long(int64(id))}
	}
}

// mysqlBind turns parameters into what the driver takes, and says which
// have types that it does not know. The database converts texts by itself (F0038), but
// compares some with numbers only approximately.
func mysqlBind(params []wire.Parameter) (args []driver.NamedValue, typed []mysqlTyped, err error) {
	args = make([]driver.NamedValue, len(params))
	for i, p := range params {
		if p.TypeHint == wire.HintUUID { // (F0251)
			return nil, nil, invalid("The typeHint UUID of parameter %s is not supported by MySQL", p.Name)
		}
		args[i].Ordinal = i + 1
		switch p.Value.Kind() {
		case wire.KindBoolean:
			args[i].Value = p.Value.Boolean()
		case wire.KindLong:
			args[i].Value = p.Value.Long()
		case wire.KindDouble:
			args[i].Value = p.Value.Double()
		case wire.KindString:
			args[i].Value = p.Value.Str()
			if p.TypeHint == wire.HintDecimal && isMySQLDecimal(p.Value.Str()) {
				typed = append(typed, mysqlTyped{i, typeNewDecimal})
			}
		case wire.KindBlob:
			args[i].Value = append([]byte{}, p.Value.Blob()...) // not nil, which is NULL
			typed = append(typed, mysqlTyped{i, typeBlob})
		}
	}
	return args, typed, nil
}

// isMySQLDecimal says whether MySQL keeps all of a text as a number of the type
// DECIMAL, which has up to 65 digits, 30 of them behind the point.
func isMySQLDecimal(text string) bool {
	text = strings.TrimPrefix(text, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	digits := whole + fraction
	return whole != "" && len(digits) <= 65 && len(fraction) <= 30 && strings.Trim(digits, "0123456789") == ""
}
