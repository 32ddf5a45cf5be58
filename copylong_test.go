package auroradataapi_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// longRow is a row of the tests of rows that no request can carry.
type longRow struct {
	id   int
	text string
	blob []byte
}

// longRows returns short rows and two long ones: the fifth has a text with what JSON
// escapes and characters of one to four bytes, the ninth random bytes.
func longRows(text, blob int) []longRow {
	random := rand.New(rand.NewPCG(1, 2))
	long := make([]byte, blob)
	for i := range long {
		long[i] = byte(random.Uint32())
	}
	var rows []longRow
	for i := 1; i <= 12; i++ {
		r := longRow{i, fmt.Sprintf("row %d", i), []byte{byte(i)}}
		switch i {
		case 5:
			var b strings.Builder
			for n := 0; b.Len() < text; n++ {
				fmt.Fprintf(&b, "%d\"q\" \\ é漢字😀\n\x01 it's :p $1 ? plain words, as most of a text is; ", n)
			}
			r.text = b.String()
		case 9:
			r.blob = long
		}
		rows = append(rows, r)
	}
	return rows
}

func sourceOf(rows []longRow) auroradataapi.CopySource {
	var values [][]any
	for _, r := range rows {
		values = append(values, []any{r.id, r.text, r.blob})
	}
	return auroradataapi.CopyRows(values)
}

// longTable makes the table of longRows.
func longTable(t *testing.T, db *sql.DB, mysql bool) {
	t.Helper()
	columns := "id int PRIMARY KEY, t text NOT NULL, b bytea"
	if mysql {
		columns = "id int PRIMARY KEY, t longtext NOT NULL, b longblob"
	}
	exec(t, db, "CREATE TABLE t ("+columns+")")
}

// sameRows compares the table with rows, by the database's own hashes.
func sameRows(t *testing.T, db *sql.DB, mysql bool, rows []longRow) {
	t.Helper()
	hash := "encode(sha256(convert_to(t, 'UTF8')), 'hex') || ' ' || encode(sha256(b), 'hex')"
	if mysql {
		hash = "concat(sha2(t, 256), ' ', sha2(b, 256))"
	}
	if n := query[int](t, db, "SELECT count(*) FROM t"); n != len(rows) {
		t.Errorf("there are %d rows, want %d", n, len(rows))
		return
	}
	for _, r := range rows {
		want := fmt.Sprintf("%x %x", sha256.Sum256([]byte(r.text)), sha256.Sum256(r.blob))
		if got := query[string](t, db, fmt.Sprintf("SELECT %s FROM t WHERE id = %d", hash, r.id)); got != want {
			t.Errorf("row %d is another", r.id)
		}
	}
}

// TestCopyFromLongRows loads rows of 5 and 12 MB among short ones in every mode.
func TestCopyFromLongRows(t *testing.T) {
	key := []string{"id"}
	type o = auroradataapi.CopyOptions
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		longTable(t, db, mysql)
		none := func(row auroradataapi.BadRow) error { return row.Err }
		for _, tt := range []struct {
			name       string
			text, blob int
			before     bool // the rows are there, with other values
			begin      bool
			options    o
		}{
			{"insert", 5e6, 5e6, false, false, o{}},
			{"insert, 12 MB", 11e6, 12e6, false, false, o{}},
			{"the caller's transaction", 5e6, 5e6, false, true, o{OnBadRow: none}},
			{"per call, 12 MB", 11e6, 12e6, false, false, o{PerCall: true}},
			{"per call, several at once", 5e6, 5e6, false, false, o{PerCall: true, InFlight: 3, OnBadRow: none}},
			{"ignore", 5e6, 5e6, false, false, o{Mode: auroradataapi.CopyIgnore, Key: key}},
			{"upsert", 5e6, 5e6, true, false, o{Mode: auroradataapi.CopyUpsert, Key: key}},
			{"update", 5e6, 5e6, true, false, o{Mode: auroradataapi.CopyUpdate, Key: key, PerCall: true}},
		} {
			if underRace && tt.options.InFlight == 0 {
				continue
			}
			t.Run(tt.name, func(t *testing.T) {
				exec(t, db, "DELETE FROM t")
				rows := longRows(tt.text, tt.blob)
				if tt.before {
					for _, r := range rows {
						exec(t, db, fmt.Sprintf("INSERT INTO t VALUES (%d, 'before', NULL)", r.id))
					}
				}
				var at auroradataapi.Execer = db
				commit := func() error { return nil }
				if tt.begin {
					tx, err := db.Begin()
					if err != nil {
						t.Fatal(err)
					}
					defer tx.Rollback()
					at, commit = tx, tx.Commit
				}
				r, err := auroradataapi.CopyFrom(t.Context(), at, "t", []string{"id", "t", "b"}, sourceOf(rows), tt.options)
				if err != nil || r.Rows != int64(len(rows)) || r.Bad != 0 || r.Calls < 5+2 {
					t.Fatalf("got %+v, %v", r, err)
				}
				if err := commit(); err != nil {
					t.Fatal(err)
				}
				sameRows(t, db, mysql, rows)
				if n := srv.Server.OpenTransactions(); n != 0 {
					t.Errorf("%d transactions are open", n)
				}
			})
		}
	})
}

// TestCopyFromLongBadRows has the database refuse a row that no request can carry.
func TestCopyFromLongBadRows(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		longTable(t, db, mysql)
		rows := longRows(5e6, 5e6)
		others := append(append([]longRow{}, rows[:4]...), rows[5:]...)
		for _, perCall := range []bool{false, true} {
			t.Run(fmt.Sprintf("per call %t", perCall), func(t *testing.T) {
				exec(t, db, "DELETE FROM t")
				exec(t, db, "INSERT INTO t VALUES (5, 'before', NULL)")
				load := func(options auroradataapi.CopyOptions) (auroradataapi.CopyResult, error) {
					options.PerCall = perCall
					return auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "t", "b"}, sourceOf(rows), options)
				}
				_, err := load(auroradataapi.CopyOptions{})
				var e *auroradataapi.CopyError
				if !errors.As(err, &e) || e.Row != 5 || !errors.Is(err, auroradataapi.UniqueViolation) || len(e.Unknown) > 0 {
					t.Errorf("got %v", err)
				}
				exec(t, db, "DELETE FROM t WHERE id <> 5")
				var bad []int64
				r, err := load(auroradataapi.CopyOptions{OnBadRow: func(row auroradataapi.BadRow) error {
					bad = append(bad, row.Row)
					return nil
				}})
				if err != nil || r.Bad != 1 || r.Rows != int64(len(others)) || len(bad) != 1 || bad[0] != 5 {
					t.Fatalf("got %+v, bad %v, %v", r, bad, err)
				}
				if got := query[string](t, db, "SELECT t FROM t WHERE id = 5"); got != "before" {
					t.Error("the row that is refused is another")
				}
				exec(t, db, "DELETE FROM t WHERE id = 5")
				sameRows(t, db, mysql, others)
				if n := srv.Server.OpenTransactions(); n != 0 {
					t.Errorf("%d transactions are open", n)
				}
			})
		}
	})
}

// TestCopyFromLongRowLost loses the answer to each of the calls that a long row
// takes: what is said of the rows has to be true.
func TestCopyFromLongRowLost(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		longTable(t, db, mysql)
		rows := longRows(9e6, 10)
		first, next, last := `rows', CAST`, `rows'\) \|\| CAST`, `jsonb_array_elements\(CAST\(current_setting`
		if mysql {
			first, next, last = `rows = :`, `CONCAT\(@`, `JSON_TABLE\(CONVERT`
		}
		for _, tt := range []struct {
			name  string
			fault server.Fault
		}{
			{"the first piece", server.Fault{SQL: first, Times: 1}},
			{"another piece", server.Fault{SQL: next, Times: 1, After: 1}},
			{"the statement", server.Fault{SQL: last, Times: 1}},
			{"the commit", server.Fault{Operation: "CommitTransaction", Times: 1}},
		} {
			for _, executed := range []bool{false, true} {
				for _, perCall := range []bool{false, true} {
					if underRace && perCall == executed {
						continue
					}
					name := fmt.Sprintf("%s, executed %t, per call %t", tt.name, executed, perCall)
					exec(t, db, "DELETE FROM t")
					f := tt.fault
					f.Kind, f.Executed = server.FaultDrop, executed
					if err := srv.Server.Faults().Add(f); err != nil {
						t.Fatal(err)
					}
					r, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "t", "b"}, sourceOf(rows), auroradataapi.CopyOptions{PerCall: perCall})
					hit := srv.Server.Faults().List()[0].Hit
					srv.Server.Faults().Clear()
					srv.Server.ExpireTransactions()
					if hit != 1 || !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
						t.Fatalf("%s: %d calls were hit: %v", name, hit, err)
					}
					n := query[int64](t, db, "SELECT count(*) FROM t")
					commit := tt.name == "the commit"
					if !perCall {
						if want := map[bool]int64{true: 12}[commit && executed]; n != want {
							t.Errorf("%s: %d rows are there, want %d: %v", name, n, want, err)
						}
						continue
					}
					var e *auroradataapi.CopyError
					if !errors.As(err, &e) {
						t.Fatalf("%s: %v", name, err)
					}
					want := int64(4)
					if commit && executed {
						want = 5
					}
					if n != want || r.Rows != 4 || fmt.Sprint(e.Committed) != "[{1 4}]" || commit != (fmt.Sprint(e.Unknown) == "[{5 5}]") || !commit && len(e.Unknown) > 0 {
						t.Errorf("%s: %d rows are there, %+v: %v", name, n, r, err)
					}
				}
			}
		}
	})
}

// twice sends the first request again that has a text in it, as what lies between
// the driver and the service may.
type twice struct {
	web  *http.Client
	text string
	hits int
}

func (c *twice) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	send := func() (*http.Response, error) {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		return c.web.Do(again)
	}
	if c.hits == 0 && bytes.Contains(body, []byte(c.text)) {
		c.hits++
		resp, err := send()
		if err != nil {
			return nil, err
		}
		resp.Body.Close()
	}
	return send()
}

// TestCopyFromPieceTwice has a piece arrive twice, which must not become a row.
func TestCopyFromPieceTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server, db *sql.DB, mysql bool) {
		longTable(t, db, mysql)
		next := `rows') || CAST`
		if mysql {
			next = `CONCAT(@`
		}
		for _, perCall := range []bool{false, true} {
			web := &twice{web: http.DefaultClient, text: next}
			db := srv.Open(t, func(c *auroradataapi.Config) { c.HTTPClient = web })
			exec(t, db, "DELETE FROM t")
			_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"id", "t", "b"}, sourceOf(longRows(5e6, 10)), auroradataapi.CopyOptions{PerCall: perCall})
			var e *auroradataapi.CopyError
			if web.hits != 1 || !errors.As(err, &e) || e.Row != 5 || !strings.Contains(err.Error(), "another text") || len(e.Unknown) > 0 {
				t.Errorf("per call %t: %d calls were sent twice: %v", perCall, web.hits, err)
			}
			if n, want := query[int](t, db, "SELECT count(*) FROM t"), map[bool]int{true: 4}[perCall]; n != want {
				t.Errorf("per call %t: %d rows are there, want %d", perCall, n, want)
			}
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%d transactions are open", n)
			}
		}
	})
}

// TestCopyFromBeyondPacket loads a row that MySQL cannot put together.
func TestCopyFromBeyondPacket(t *testing.T) {
	srv := dataapitest.New(t, dataapitest.MySQL())
	db := srv.Open(t)
	longTable(t, db, true)
	most := query[int](t, db, "SELECT @@max_allowed_packet")
	rows := longRows(9e6, 5e6)
	rows[4].text = strings.Repeat("x", most)
	others := append(append([]longRow{}, rows[:4]...), rows[5:]...)
	load := func(at auroradataapi.Execer, options auroradataapi.CopyOptions) (auroradataapi.CopyResult, error) {
		return auroradataapi.CopyFrom(t.Context(), at, "t", []string{"id", "t", "b"}, sourceOf(rows), options)
	}
	for _, perCall := range []bool{false, true} {
		if underRace && perCall {
			continue
		}
		exec(t, db, "DELETE FROM t")
		var bad []int64
		r, err := load(db, auroradataapi.CopyOptions{PerCall: perCall, OnBadRow: func(row auroradataapi.BadRow) error {
			if !strings.Contains(row.Err.Error(), "max_allowed_packet") {
				t.Errorf("row %d: %v", row.Row, row.Err)
			}
			bad = append(bad, row.Row)
			return nil
		}})
		if err != nil || fmt.Sprint(bad) != "[5]" || r.Rows != 11 || r.Bad != 1 {
			t.Errorf("per call %t: %+v, bad %v, %v", perCall, r, bad, err)
		}
		sameRows(t, db, true, others)
	}
	if n := srv.Server.OpenTransactions(); n != 0 {
		t.Errorf("%d transactions are open", n)
	}

	exec(t, db, "DELETE FROM t")
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	_, err = load(tx, auroradataapi.CopyOptions{})
	var e *auroradataapi.CopyError
	if !errors.As(err, &e) || e.Row != 5 || !strings.Contains(err.Error(), "max_allowed_packet") {
		t.Errorf("in the caller's transaction: %v", err)
	}
	rows = rows[8:9]
	if _, err := load(tx, auroradataapi.CopyOptions{}); err != nil {
		t.Errorf("a shorter row behind it: %v", err)
	}
	if n := query[int](t, tx, "SELECT count(*) FROM t"); n != 5 {
		t.Errorf("there are %d rows", n)
	}
}

// TestCopyFromTooLarge loads values that PostgreSQL takes for too large: a key for
// its index, and a text of 5 MB for a tsvector.
func TestCopyFromTooLarge(t *testing.T) {
	srv := dataapitest.New(t)
	db := srv.Open(t)
	exec(t, db, "CREATE TABLE t (k text PRIMARY KEY, v tsvector)")
	random := rand.New(rand.NewPCG(1, 2))
	key := make([]byte, 10_000)
	for i := range key {
		key[i] = 'a' + byte(random.IntN(26))
	}
	rows := [][]any{{"a", "x"}, {string(key), "x"}, {"b", "x"}, {"c", strings.Repeat("word ", 1e6)}, {"d", "x"}}
	for _, options := range []auroradataapi.CopyOptions{{}, {PerCall: true}, {PerCall: true, InFlight: 3}} {
		exec(t, db, "DELETE FROM t")
		_, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "v"}, auroradataapi.CopyRows(rows), options)
		var e *auroradataapi.CopyError
		if !errors.As(err, &e) || e.Row != 2 || !errors.Is(err, auroradataapi.Code("54000")) {
			t.Errorf("%+v: %v", options, err)
		}
		var bad []int64
		options.OnBadRow = func(row auroradataapi.BadRow) error {
			if !errors.Is(row.Err, auroradataapi.Code("54000")) {
				t.Errorf("row %d: %v", row.Row, row.Err)
			}
			bad = append(bad, row.Row)
			return nil
		}
		exec(t, db, "DELETE FROM t")
		r, err := auroradataapi.CopyFrom(t.Context(), db, "t", []string{"k", "v"}, auroradataapi.CopyRows(rows), options)
		slices.Sort(bad)
		if err != nil || fmt.Sprint(bad) != "[2 4]" || r.Rows != 3 || r.Bad != 2 {
			t.Errorf("per call %t: %+v, bad %v, %v", options.PerCall, r, bad, err)
		}
		if got := query[string](t, db, "SELECT string_agg(k, '' ORDER BY k) FROM t"); got != "abd" {
			t.Errorf("per call %t: there are %s", options.PerCall, got)
		}
		if n := srv.Server.OpenTransactions(); n != 0 {
			t.Errorf("%d transactions are open", n)
		}
	}
}
