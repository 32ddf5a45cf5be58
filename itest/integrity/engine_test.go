package integrity

import (
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // reaches the database without the Data API
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// engine is a database, which is also reached without the Data API: to make the
// tables, and to ask what is in them.
type engine struct {
	name    string
	options []dataapitest.Option
	direct  string // the name of the other driver
	table   string // the columns
	sum     string // the expression for a row's checksum
	busy    string // the query for how many statements of others the database runs
	fill    func(t *testing.T, w *world, table string, s shape, rows int)
}

// world is a database, the Data API before it and the way around it.
type world struct {
	*dataapitest.Server
	api    *server.Server
	engine *engine
	direct *sql.DB
	known  map[string][]sum  // the checksums of t by the query for them
	met    server.FaultState // the last rule, when it was taken away
}

// onEach runs a test on each engine.
func onEach(t *testing.T, test func(t *testing.T, w *world)) {
	t.Logf("seed %d", *seed)
	for _, e := range []*engine{&postgres, &mysql} {
		t.Run(e.name, func(t *testing.T) {
			test(t, e.start(t))
		})
	}
}

func (e *engine) start(t *testing.T) *world {
	t.Helper()
	srv := dataapitest.New(t, append(e.options, dataapitest.Config(func(c *server.Config) { c.FaultSeed = *seed }))...)
	url := srv.DatabaseURL
	if e == &mysql {
		url += "?interpolateParams=true&maxAllowedPacket=0"
	}
	direct, err := sql.Open(e.direct, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close() })
	return &world{Server: srv, api: srv.Server, engine: e, direct: direct, known: make(map[string][]sum)}
}

// open returns a handle that repeats calls without a pause.
func (w *world) open(t *testing.T, change ...func(*auroradataapi.Config)) *sql.DB {
	t.Helper()
	return w.Open(t, append(change, func(c *auroradataapi.Config) {
		c.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	})...)
}

// pageBytes is the size of a page where a table of some hundred KB is to take many.
const pageBytes = 60_000

func smallPages(c *auroradataapi.Config) { c.PageBytes = pageBytes }

// eventually reports whether a condition comes true, for which it waits so long that
// only what never comes true does not.
func eventually(condition func() bool) bool {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// settle waits until the database is not at work for anybody else.
func (w *world) settle(t *testing.T) {
	t.Helper()
	if !eventually(func() bool {
		var busy int
		if err := w.direct.QueryRow(w.engine.busy).Scan(&busy); err != nil {
			t.Fatal(err)
		}
		return busy == 0
	}) {
		t.Fatal("the database is still at work")
	}
}

// ended waits until no transaction is open but those that nobody can end, because
// a fault has lost their ids. These it ends as the service does, by and by.
func (w *world) ended() error {
	open := func() int { return w.api.OpenTransactions() - w.api.LostTransactions() }
	if !eventually(func() bool { return open() <= 0 }) {
		return fmt.Errorf("%d transactions are open", open())
	}
	w.api.ExpireTransactions()
	return nil
}

// exec runs statements without the Data API.
func (w *world) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := w.direct.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// create makes a table without rows.
func (w *world) create(t *testing.T, table string) {
	t.Helper()
	w.exec(t, "CREATE TABLE "+table+" ("+w.engine.table+")")
}

// filled makes a table with rows.
func (w *world) filled(t *testing.T, table string, s shape, rows int) {
	t.Helper()
	w.create(t, table)
	w.engine.fill(t, w, table, s, rows)
}

// sum is the checksum of a row.
type sum [md5.Size]byte

// sums returns the checksums of a query's rows as the database itself has them;
// rest is what stands behind SELECT and the checksum.
func (w *world) sums(t *testing.T, rest string) []sum {
	t.Helper()
	rows, err := w.direct.Query("SELECT " + w.engine.sum + rest)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []sum
	var text sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		var s sum
		if n, err := hex.Decode(s[:], text); err != nil || n != len(s) {
			t.Fatalf("%q is no checksum", text)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// compare compares the rows of a table with those that it has to have.
func (w *world) compare(t *testing.T, table string, want []sum) {
	t.Helper()
	got := w.sums(t, " FROM "+table+" ORDER BY id")
	if len(got) != len(want) {
		t.Errorf("%s has %d rows in place of %d", table, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("row %d of %s is another", i+1, table)
			return
		}
	}
}

var postgres = engine{
	name:   "postgresql",
	direct: "pgx",
	table:  "id bigint PRIMARY KEY, n numeric(30,6), t text, b bytea, j jsonb, at timestamptz, a text[]",
	sum: `md5(convert_to(concat_ws('|', id, coalesce(n::text, '~'), coalesce(md5(convert_to(t, 'UTF8')), '~'), coalesce(md5(b), '~'), coalesce(replace(j::text, ' ', ''), '~'),
		coalesce((extract(epoch FROM at) * 1000000)::bigint::text, '~'), coalesce(a::text, '~')), 'UTF8'))`,
	busy: "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'",
	fill: func(t *testing.T, w *world, table string, s shape, n int) {
		conn, err := pgx.Connect(t.Context(), w.DatabaseURL)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		i := 0
		source := pgx.CopyFromFunc(func() ([]any, error) {
			if i++; i > n {
				return nil, nil
			}
			return s.row(i), nil
		})
		if got, err := conn.CopyFrom(t.Context(), pgx.Identifier{table}, columns, source); err != nil || got != int64(n) {
			t.Fatalf("filled %d rows of %d: %v", got, n, err)
		}
		w.exec(t, "ANALYZE "+table)
	},
}

var mysql = engine{
	name:    "mysql",
	options: []dataapitest.Option{dataapitest.MySQL()},
	direct:  "mysql",
	table: "id bigint PRIMARY KEY, n decimal(30,6), t longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, b longblob, j longtext, at datetime(6)," +
		" a varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
	sum: `MD5(CONCAT_WS('|', id, IFNULL(n, '~'), IFNULL(MD5(t), '~'), IFNULL(MD5(b), '~'), IFNULL(REPLACE(j, ' ', ''), '~'),
		IFNULL(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', at), '~'), IFNULL(a, '~')))`,
	busy: "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND COMMAND <> 'Sleep'",
	fill: func(t *testing.T, w *world, table string, s shape, n int) {
		const most = 1 << 20 // of bytes, about, in a statement
		group := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + "),"
		var args []any
		flush := func() {
			if len(args) == 0 {
				return
			}
			list := strings.TrimSuffix(strings.Repeat(group, len(args)/len(columns)), ",")
			if _, err := w.direct.Exec("INSERT INTO "+table+" VALUES "+list, args...); err != nil {
				t.Fatal(err)
			}
			args = args[:0]
		}
		size := 0
		for row := range s.rows(1, n) {
			args = append(args, row...)
			text, _ := row[2].(string)
			blob, _ := row[3].([]byte)
			if size += len(text) + len(blob) + 200; size > most {
				flush()
				size = 0
			}
		}
		flush()
		w.exec(t, "ANALYZE TABLE "+table)
	},
}

// record is a row as a reader gets it.
type record struct {
	id   int64
	n    sql.NullString
	t    sql.NullString
	b    []byte
	j, a sql.NullString
	at   sql.NullTime
}

func (r *record) places() []any { return []any{&r.id, &r.n, &r.t, &r.b, &r.j, &r.at, &r.a} }

// sum returns the checksum, made as the databases make it.
func (r *record) sum() sum {
	var b strings.Builder
	b.WriteString(strconv.FormatInt(r.id, 10))
	add := func(valid bool, text string) {
		if !valid {
			text = "~"
		}
		b.WriteString("|" + text)
	}
	add(r.n.Valid, r.n.String)
	add(r.t.Valid, fmt.Sprintf("%x", md5.Sum([]byte(r.t.String))))
	add(r.b != nil, fmt.Sprintf("%x", md5.Sum(r.b)))
	add(r.j.Valid, strings.ReplaceAll(r.j.String, " ", "")) // the service takes blanks out (F0105)
	add(r.at.Valid, strconv.FormatInt(r.at.Time.UnixMicro(), 10))
	add(r.a.Valid, r.a.String)
	return md5.Sum([]byte(b.String()))
}
