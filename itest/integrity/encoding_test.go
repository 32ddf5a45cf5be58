package integrity

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// encoding is one of a database of PostgreSQL, whose characters take another number
// of bytes there than in the answers of the service, which are in UTF-8.
type encoding struct {
	name    string
	letters string
	foreign string // a character that it has not
}

// encodings are few of many; SQL_ASCII takes any bytes for characters.
var encodings = []encoding{
	{"LATIN1", "äöüÄÖÜßéñ×", "漢"},
	{"WIN1251", "йцукенгшщзЖЯ№€", "漢"},
	{"EUC_JP", "漢字仮名交じり文ｶﾅｱｲ", "😀"},
	{"SQL_ASCII", "äж漢😀", ""},
}

// pieces returns what the rows of a database consist of: the letters, and what rows
// and JSON have to escape.
func (e encoding) pieces() []string { return append(strings.Split(e.letters, ""), `"`, `\`) }

// limited is the secret of a user without the right to temporary objects.
const limited = "arn:aws:secretsmanager:us-east-1:123456789012:secret:limited"

// onEncodings runs a test on a database of each encoding.
func onEncodings(t *testing.T, test func(t *testing.T, w *world, e encoding)) {
	for _, in := range encodings {
		t.Run(in.name, func(t *testing.T) {
			user := "limited_" + strings.ToLower(rand.Text()[:8])
			e := postgres
			e.options = []dataapitest.Option{dataapitest.Config(func(c *server.Config) {
				c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, server.Secret{ARN: limited, Username: user})
			})}
			around := e.start(t)
			around.exec(t, "CREATE ROLE "+user+" LOGIN")
			t.Cleanup(func() { around.exec(t, "DROP ROLE "+user) })
			w := around.encoded(t, in.name)
			w.exec(t, "REVOKE TEMPORARY ON DATABASE "+w.Database+" FROM PUBLIC",
				"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO "+user)
			test(t, w, in)
		})
	}
}

// encoded returns another database of the same server.
func (w *world) encoded(t *testing.T, encoding string) *world {
	t.Helper()
	name := w.Database + "_" + strings.ToLower(encoding)
	srv := &dataapitest.Server{
		URL: w.URL, Engine: w.Server.Engine, Server: w.api, Clock: w.Clock, Database: name,
		DatabaseURL: strings.Replace(w.DatabaseURL, w.Database, name, 1) + "&client_encoding=UTF8",
	}
	provider := ""
	if w.version(t) >= 15_00_00 {
		provider = " LOCALE_PROVIDER libc" // ICU does not have them all
	}
	w.exec(t, fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 ENCODING '%s' LC_COLLATE 'C' LC_CTYPE 'C'%s", name, encoding, provider))
	t.Cleanup(func() { w.exec(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	direct, err := sql.Open(w.engine.direct, srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close() })
	return &world{Server: srv, api: w.api, engine: w.engine, direct: direct, known: make(map[string][]sum)}
}

// version returns the number of PostgreSQL's version.
func (w *world) version(t *testing.T) (n int) {
	t.Helper()
	if err := w.direct.QueryRow("SELECT current_setting('server_version_num')::int").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// confined are ways of reading where PostgreSQL can be given no function.
var confined = []way{
	{name: "confined", query: inOrder, change: asLimited},
	{name: "confined, in a transaction", query: inOrder, change: asLimited, begin: true},
}

func asLimited(c *auroradataapi.Config) { c.SecretARN, c.Paging = limited, auroradataapi.PagingAlways }

// TestReadEncoding reads rows of up to 4 MB from databases of every encoding, of the
// first in every way.
func TestReadEncoding(t *testing.T) {
	const rows = usualRows
	onEncodings(t, func(t *testing.T, w *world, e encoding) {
		s := shape{largeEvery: 4000, large: [2]int{50 << 10, 300 << 10}, hugeEvery: 10_000, huge: [2]int{3 << 20, 4 << 20}, pieces: e.pieces()}
		w.filled(t, "t", s, rows)
		w.create(t, "u")
		for i, y := range append(confined, ways["postgresql"]...) {
			if e == encodings[0] || i%4 == 0 {
				t.Run(y.name, func(t *testing.T) { y.check(t, w, rows) })
			}
		}
	})
}

// TestLoadEncoding loads rows of up to 5 MB into databases of every encoding.
func TestLoadEncoding(t *testing.T) {
	const rows = 1500
	onEncodings(t, func(t *testing.T, w *world, e encoding) {
		s := shape{largeEvery: 300, large: loadable.large, hugeEvery: 1000, huge: loadable.huge, pieces: e.pieces()}
		w.source(t, s, rows)
		for i, l := range loadings {
			if i%5 == 0 {
				t.Run(l.name, func(t *testing.T) { l.succeed(t, w, s, rows) })
			}
		}
	})
}

// TestForeignCharacters sends characters that the database's encoding has not, which
// the database says.
func TestForeignCharacters(t *testing.T) {
	onEncodings(t, func(t *testing.T, w *world, e encoding) {
		if e.foreign == "" {
			return // it has all
		}
		for _, mode := range []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind, auroradataapi.ParamsLiteral} {
			db := w.open(t, func(c *auroradataapi.Config) { c.Params = mode })
			for _, query := range []struct {
				sql  string
				args []any
			}{
				{"SELECT $1::text", []any{e.foreign}},
				{"SELECT $1::text || '" + e.foreign + "'", []any{""}},
				{"SELECT '" + e.foreign + "'", nil},
			} {
				var text string
				if err := db.QueryRow(query.sql, query.args...).Scan(&text); !untranslatable(err) {
					t.Errorf("params=%s, %s: got %q, %v", mode, query.sql, text, err)
				}
			}
		}
	})
}

// TestLoadForeignCharacters loads rows with such characters, one of them longer
// than a call can carry. Each is told, and the others are loaded.
func TestLoadForeignCharacters(t *testing.T) {
	onEncodings(t, func(t *testing.T, w *world, e encoding) {
		if e.foreign == "" {
			return // it has all
		}
		w.exec(t, "CREATE TABLE c (id int PRIMARY KEY, t text)")
		db := w.open(t)
		unit := strings.Join(e.pieces(), "")
		long := strings.Repeat(unit, 5<<20/len(unit))
		texts := []string{"a", unit, e.foreign, long, long + e.foreign, unit + e.foreign, "z"}
		var source [][]any
		for i, text := range texts {
			source = append(source, []any{i + 1, text})
		}
		for _, perCall := range []bool{false, true} {
			load := func(from int, onBad func(auroradataapi.BadRow) error) error {
				w.exec(t, "DELETE FROM c")
				_, err := auroradataapi.CopyFrom(t.Context(), db, "c", []string{"id", "t"}, auroradataapi.CopyRows(source[from:]),
					auroradataapi.CopyOptions{PerCall: perCall, OnBadRow: onBad})
				return err
			}
			for from, want := range map[int]int64{0: 3, 4: 1} {
				var blamed *auroradataapi.CopyError
				if err := load(from, nil); !untranslatable(err) || !errors.As(err, &blamed) || blamed.Row != want {
					t.Errorf("per call %t, from %d: %v", perCall, from, err)
				}
			}
			var bad []int64
			err := load(0, func(row auroradataapi.BadRow) error {
				bad = append(bad, row.Row)
				if !untranslatable(row.Err) {
					t.Error(row.Err)
				}
				return nil
			})
			if err != nil || fmt.Sprint(bad) != "[3 5 6]" {
				t.Errorf("per call %t: bad are %v, %v", perCall, bad, err)
			}
			var n int
			if err := w.direct.QueryRow("SELECT count(*) FROM c WHERE (id, t) IN ((1, 'a'), (2, $1), (4, $2), (7, 'z')) HAVING (SELECT count(*) FROM c) = 4", unit, long).Scan(&n); err != nil || n != 4 {
				t.Errorf("per call %t: %d rows are as they were sent: %v", perCall, n, err)
			}
		}
	})
}

// untranslatable reports whether an error is the database's own of a character that
// its encoding has not.
func untranslatable(err error) bool {
	var e *auroradataapi.Error
	return errors.As(err, &e) && e.Code == "22P05"
}

// TestBytesOfSQLASCII reads what is no UTF-8 from a database that does not mind. As
// text that is an error however long the row is, and however it is read.
func TestBytesOfSQLASCII(t *testing.T) {
	w := postgres.start(t).encoded(t, "SQL_ASCII")
	for _, size := range []int{1, 30_000, 100_000, 2_000_000} {
		w.exec(t, "DROP TABLE IF EXISTS b", fmt.Sprintf(`CREATE TABLE b AS SELECT repeat('ä', %d) || E'\xe4' AS t`, size))
		for _, mode := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingAlways} {
			db := w.open(t, paging(mode))
			for _, readOnly := range []bool{false, true} {
				tx, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: readOnly})
				if err != nil {
					t.Fatal(err)
				}
				var bytes []byte
				if err := tx.QueryRow("SELECT convert_to(t, 'SQL_ASCII') FROM b").Scan(&bytes); err != nil || string(bytes) != strings.Repeat("ä", size)+"\xe4" {
					t.Errorf("%d letters, paging=%s, read-only %t: %d bytes, %v", size, mode, readOnly, len(bytes), err)
				}
				var text string
				err = tx.QueryRow("SELECT t FROM b").Scan(&text)
				var e *auroradataapi.Error
				if !errors.As(err, &e) || e.Code != "22021" {
					t.Errorf("%d letters, paging=%s, read-only %t: %v", size, mode, readOnly, err)
				}
				if err := tx.Rollback(); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
