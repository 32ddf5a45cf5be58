package auroradataapi_test

import (
	"crypto/md5"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// sumsOf returns the number of rows and two checksums of their values: one of
// the rows in their order, and one of the rows as a set.
func sumsOf(t *testing.T, rows *sql.Rows, err error) (n int, sequence, set string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, pointers := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	all, sum := md5.New(), uint64(0)
	for ; rows.Next(); n++ {
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		row := fmt.Sprintf("%v", values)
		one := md5.Sum([]byte(row))
		all.Write(one[:])
		sum += binary.BigEndian.Uint64(one[:])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n, hex.EncodeToString(all.Sum(nil)), fmt.Sprintf("%s %x", columns, sum)
}

const keyedTable = `CREATE TABLE big (
	tenant INT NOT NULL, name VARCHAR(40) NOT NULL, id BIGINT UNSIGNED NOT NULL, grp INT, t TEXT,
	PRIMARY KEY (tenant, name), UNIQUE KEY by_id (id))`

const keyedRows = 30_000

func fillKeyed(t *testing.T, db *sql.DB) {
	t.Helper()
	exec(t, db, keyedTable)
	exec(t, db, `INSERT INTO big SELECT n MOD 7, CONCAT(ELT(1 + n MOD 3, 'é', 'E', 'z'), n), 18446744073709551615 - n, n MOD 100,
		CASE WHEN n MOD 7 = 0 THEN NULL WHEN n MOD 5 = 0 THEN '' ELSE REPEAT('it''s, "q" \\ (é) ', n MOD 9) END
		FROM (SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i + 10000 * e.i AS n
			FROM digits a, digits b, digits c, digits d, digits e) z WHERE n < ?`, keyedRows)
}

func digits(t *testing.T, db *sql.DB) {
	t.Helper()
	exec(t, db, "CREATE TABLE digits (i INT PRIMARY KEY)")
	exec(t, db, "INSERT INTO digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)")
}

func openDirect(t *testing.T, srv *dataapitest.Server) *sql.DB {
	t.Helper()
	direct, err := sql.Open("mysql", srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close() })
	return direct
}

// TestLargeResultByKey compares what comes in pages with what the database
// itself returns.
func TestLargeResultByKey(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	fillKeyed(t, direct)
	for _, st := range []struct {
		name, sql string
		args      []any
		sorted    bool // the order leaves nothing open
		table     bool // only through a temporary table
		passes    bool // pages pass over the rows before them, which takes long for many
	}{
		{name: "no order", sql: "SELECT id, t FROM big WHERE id > ? -- all", args: []any{0}},
		{name: "everything", sql: "SELECT * FROM big"},
		{name: "without the key", sql: "SELECT t, grp + 1 g FROM big b WHERE grp < ? OR t IS NULL;", args: []any{90}},
		{name: "by the key", sql: "SELECT tenant, name, t FROM big ORDER BY tenant, name", sorted: true},
		{name: "by a part of it", sql: "SELECT name, t FROM big ORDER BY big.tenant"},
		{name: "by another key, downwards", sql: "SELECT t, id FROM big AS b ORDER BY b.id DESC", sorted: true},
		{name: "ties", sql: "SELECT grp, t FROM big ORDER BY grp DESC", passes: true},
		{name: "by a long text", sql: "SELECT grp, t FROM big ORDER BY grp DESC, t", table: true},
		{name: "a name for another column", sql: "SELECT t, grp AS id FROM big WHERE grp < 50 ORDER BY id", passes: true},
		{name: "a limit", sql: "SELECT id, t FROM big ORDER BY id LIMIT ? OFFSET 7", args: []any{25_000}, sorted: true},
		{name: "a limit and another order", sql: "SELECT grp, COALESCE(t, '') t FROM big ORDER BY grp, id LIMIT 3, 28000", passes: true},
		{name: "a subquery", sql: "SELECT id, t, (SELECT MAX(i) FROM digits WHERE i < b.grp) m FROM big b WHERE grp IN (SELECT i FROM digits UNION SELECT i + 20 FROM digits) OR tenant > 1"},
		{name: "a join", sql: "SELECT b.id, b.t, d.i FROM big b JOIN digits d ON d.i = b.grp % 10 ORDER BY b.id", sorted: true, table: true},
		{name: "groups", sql: "SELECT id, MAX(t) m FROM big GROUP BY id ORDER BY id DESC", sorted: true, table: true},
		{name: "a union", sql: "SELECT id, t FROM big UNION ALL SELECT i, 'x' FROM digits ORDER BY id", sorted: true, table: true},
		{name: "WITH", sql: "WITH w AS (SELECT id, t FROM big) SELECT * FROM w ORDER BY id", sorted: true, table: true},
	} {
		t.Run(st.name, func(t *testing.T) {
			rows, err := direct.Query(st.sql, st.args...)
			wantN, wantSequence, wantSet := sumsOf(t, rows, err)
			for _, way := range keyedWays {
				if st.table && way.paging != auroradataapi.PagingTable || way.small && (st.passes || underRace) {
					continue
				}
				db := srv.Open(t, way.change)
				check := func(how string, rows *sql.Rows, err error) {
					t.Helper()
					n, sequence, set := sumsOf(t, rows, err)
					if n != wantN || set != wantSet {
						t.Errorf("%s, %s: %d rows with the checksum %s, want %d with %s", way.name, how, n, set, wantN, wantSet)
					} else if st.sorted && sequence != wantSequence {
						t.Errorf("%s, %s: the rows are in another order", way.name, how)
					}
				}
				rows, err := db.Query(st.sql, st.args...)
				check("the first time", rows, err)
				if way.change == nil {
					rows, err := db.Query(st.sql, st.args...)
					check("the second time", rows, err)
				}
				tx := begin(t, db, nil)
				rows, err = tx.Query(st.sql, st.args...)
				check("in a transaction", rows, err)
				if n := query[int](t, tx, "SELECT COUNT(*) FROM digits"); n != 10 {
					t.Errorf("%s: the transaction is of no use afterwards", way.name)
				}
				tx.Rollback()
			}
		})
	}
}

var keyedWays = []struct {
	name   string
	paging auroradataapi.Paging
	small  bool
	change func(*auroradataapi.Config)
}{
	{"auto", "", false, nil},
	{"always, small pages", "", true, func(c *auroradataapi.Config) { c.Paging, c.PageBytes = auroradataapi.PagingAlways, 300_000 }},
	{"table, no prefetch", auroradataapi.PagingTable, false, func(c *auroradataapi.Config) { c.Paging, c.NoPrefetch = auroradataapi.PagingTable, true }},
}

// TestKeyTypes reads by keys of every type that can be one.
func TestKeyTypes(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging, c.PageBytes = auroradataapi.PagingAlways, 10_000 })
	const numbers = "(SELECT a.i + 10 * b.i + 100 * c.i AS n FROM digits a, digits b, digits c) z"
	for i, tt := range []struct{ columns, key, values string }{
		{"k TINYINT", "k, n", "n MOD 200 - 100"},
		{"k TINYINT(1)", "k, n", "n MOD 5 - 2"},
		{"k SMALLINT UNSIGNED", "k", "n"},
		{"k BIGINT", "k", "CAST(n AS SIGNED) - 9223372036854775807"},
		{"k BIGINT UNSIGNED", "k", "18446744073709551615 - n"},
		{"k DECIMAL(30,10)", "k", "12345678901234567890 + n * 0.0000000001"},
		{"k DECIMAL(20,0) UNSIGNED", "k", "99999999999999999999 - n"},
		{"k DATE", "k", "DATE'2024-01-01' + INTERVAL n DAY"},
		{"k DATETIME(6)", "k", "TIMESTAMP'2024-01-01 00:00:00' + INTERVAL n MICROSECOND"},
		{"k DATETIME", "k, n", "TIMESTAMP'2024-01-01 00:00:00' + INTERVAL n DIV 9 SECOND"},
		{"k TIMESTAMP(3)", "k", "TIMESTAMP'2024-03-31 00:00:00' + INTERVAL n * 1000 MICROSECOND"},
		{"k TIME(6)", "k", "MAKETIME(n - 500, 59, 0.000001 * n)"},
		{"k YEAR", "k, n", "1990 + n MOD 50"},
		{"k BIT(64)", "k", "CAST(n AS UNSIGNED) + 9223372036854775800"},
		{"k ENUM('z', 'a', 'm')", "k, n", "1 + n MOD 3"},
		{"k SET('z', 'a', 'm', 'b')", "k, n", "n MOD 16"},
		{"k CHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "k", "CONCAT(ELT(1 + n MOD 4, 'é', 'E', 'ß', ' '), n)"},
		{"k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "k", "CONCAT(ELT(1 + n MOD 4, 'é', 'E', 'e', '😀'), n)"},
		{"k VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_german1_ci", "k", "CONCAT(ELT(1 + n MOD 3, 'é', 'ü', 'ß'), n)"},
		{"k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci", "k, n", "ELT(1 + n MOD 5, 'a', 'A', 'á', 'a ', '')"},
		{"k BINARY(8)", "k", "UNHEX(LPAD(HEX(n * 7919 MOD 1000 + 4096), 8, 'F0'))"},
		{"k VARBINARY(8)", "k", "CONCAT(CHAR(n MOD 256), CHAR(n DIV 256), REPEAT(CHAR(0), n MOD 3))"},
		{"k INT, l VARCHAR(5), m DATE", "k, l, m", "n DIV 100, n DIV 10 MOD 10, DATE'2024-01-01' + INTERVAL n MOD 10 DAY"},
	} {
		t.Run(tt.columns, func(t *testing.T) {
			table := fmt.Sprintf("k%d", i)
			exec(t, direct, fmt.Sprintf("CREATE TABLE %s (n INT NOT NULL, p VARCHAR(99), %s, PRIMARY KEY (%s))", table, tt.columns, tt.key))
			exec(t, direct, fmt.Sprintf("INSERT INTO %s SELECT n, REPEAT('x', n MOD 90), %s FROM %s", table, tt.values, numbers))
			for _, order := range []string{"", " ORDER BY " + tt.key, " ORDER BY " + strings.ReplaceAll(tt.key, ",", " DESC,") + " DESC"} {
				rows, err := direct.Query("SELECT n, p FROM " + table + order)
				wantN, wantSequence, wantSet := sumsOf(t, rows, err)
				rows, err = db.Query("SELECT n, p FROM " + table + order)
				n, sequence, set := sumsOf(t, rows, err)
				if n != 1000 || n != wantN || set != wantSet || order != "" && sequence != wantSequence {
					t.Errorf("%q: %d rows of %d, set %s of %s, sequence %s of %s", order, n, wantN, set, wantSet, sequence, wantSequence)
				}
			}
		})
	}
}

// TestLargeValuesByKey reads values that pass the limit by themselves.
func TestLargeValuesByKey(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	exec(t, direct, "CREATE TABLE long_values (id INT PRIMARY KEY, t LONGTEXT, b LONGBLOB, l LONGTEXT CHARACTER SET latin1, n DECIMAL(9,2), s VARCHAR(90), u LONGTEXT)")
	for i, mb := range []float64{0.2, 20, 0, 1, 3} {
		exec(t, direct, `INSERT INTO long_values SELECT ?, REPEAT('é€x', FLOOR(? * 166666)), REPEAT(X'00FF80', FLOOR(? * 333333)),
			REPEAT('é', FLOOR(? * 500000)), 1.5, REPEAT('y', 90), IF(? = 0, NULL, REPEAT('z', 90000))`, i, mb, mb, mb, mb)
	}
	for i, way := range keyedWays {
		db := srv.Open(t, way.change)
		statement := "SELECT * FROM long_values ORDER BY id"
		if i > 0 || underRace { // one way is enough for the longest
			statement = "SELECT * FROM long_values WHERE id <> 1 ORDER BY id"
		}
		rows, err := direct.Query(statement)
		n, want, _ := sumsOf(t, rows, err)
		rows, err = db.Query(statement)
		if got, sequence, _ := sumsOf(t, rows, err); got != n || sequence != want {
			t.Errorf("%s: %d rows of %d arrived, or changed", way.name, got, n)
		}
	}
	db := srv.Open(t)
	rows, err := direct.Query("SELECT id, s, t FROM long_values WHERE id <> 1 ORDER BY s, id")
	n, want, _ := sumsOf(t, rows, err)
	rows, err = db.Query("SELECT id, s, t FROM long_values WHERE id <> 1 ORDER BY s")
	if got, sequence, _ := sumsOf(t, rows, err); got != n || sequence != want {
		t.Errorf("sorted by another column: %d rows of %d arrived, or changed", got, n)
	}
	if _, err := db.Query("SELECT t, u AS t FROM long_values WHERE id = 1"); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "the same name") {
		t.Errorf("two columns of a name: %v", err)
	}
}

// TestLongJSONByKey reads JSON that passes the limit by itself: it has blanks if a
// short one has them, which MariaDB's does, whose JSON is a text.
func TestLongJSONByKey(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	exec(t, openDirect(t, srv), `CREATE TABLE docs (id INT PRIMARY KEY, j JSON)`)
	exec(t, openDirect(t, srv), `INSERT INTO docs VALUES (1, '{"a": ""}'), (2, CONCAT('{"a": "', REPEAT('x', 2000000), '"}'))`)
	rows, err := srv.Open(t).Query("SELECT j FROM docs ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.ReplaceAll(text, "x", ""))
	}
	if err := rows.Err(); err != nil || len(texts) != 2 || texts[0] != texts[1] {
		t.Errorf("read %q, %v", texts, err)
	}
}

// TestLongRowsWithOptions has a row that is read in pieces, by a query with words that may
// not stand where it is put for that.
func TestLongRowsWithOptions(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	exec(t, direct, "CREATE TABLE l (id INT PRIMARY KEY, t LONGTEXT)")
	exec(t, direct, "INSERT INTO l VALUES (1, REPEAT('x', 2000000)), (2, 'y')")
	options := []string{"SQL_NO_CACHE", "HIGH_PRIORITY STRAIGHT_JOIN", "ALL SQL_SMALL_RESULT high_priority", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT"}
	if isMariaDB(t, direct) {
		options = append(options, "SQL_CACHE") // which MySQL 8 takes for a column
	}
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingTable} {
		db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = paging })
		for _, words := range options {
			rows, err := db.Query("SELECT " + words + " id, t FROM l")
			n, err := drain(rows, err)
			if words == "SQL_BUFFER_RESULT" && paging != auroradataapi.PagingTable {
				if !errors.Is(err, auroradataapi.ErrCannotPage) {
					t.Errorf("%s: %d rows, %v", words, n, err)
				}
			} else if n != 2 || err != nil {
				t.Errorf("%s, paging=%s: %d rows, %v", words, paging, n, err)
			}
		}
		rows, err := db.Query("SELECT HIGH_PRIORITY MAX(id) AS id, REPEAT('x', 1500000) AS t FROM l GROUP BY id")
		if n, err := drain(rows, err); paging == auroradataapi.PagingTable && (n != 2 || err != nil) {
			t.Errorf("a group, paging=%s: %d rows, %v", paging, n, err)
		}
	}
}

// TestKeysWithColons has columns in whose names the service finds a parameter. A statement
// that does not name them is read all the same, but for pages.
func TestKeysWithColons(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	exec(t, direct, "CREATE TABLE c (`a:b` INT PRIMARY KEY, p VARCHAR(500))")
	exec(t, direct, "INSERT INTO c SELECT 1 + a.i + 10 * b.i + 100 * c.i + 1000 * d.i, REPEAT('x', 500) FROM digits a, digits b, digits c, digits d WHERE d.i < 4")
	exec(t, direct, "CREATE TABLE other_key AS SELECT * FROM c")
	exec(t, direct, "ALTER TABLE other_key ADD COLUMN id INT AUTO_INCREMENT PRIMARY KEY, ADD UNIQUE KEY (`a:b`)")
	exec(t, direct, "CREATE TABLE l (id INT PRIMARY KEY, `a:b` LONGTEXT)")
	exec(t, direct, "INSERT INTO l VALUES (1, REPEAT('x', 2000000))")
	// Sizes by which the rows of the next page cannot be guessed.
	exec(t, direct, "CREATE TABLE v (id INT PRIMARY KEY, `a:b` TEXT)")
	exec(t, direct, "INSERT INTO v SELECT `a:b`, REPEAT('e', IF((`a:b` DIV 1500) MOD 3 = 1, 3000, 30)) FROM c")
	for _, tt := range []struct {
		sql    string
		paging auroradataapi.Paging
		rows   int // 0 for an error
	}{
		{"SELECT * FROM c LIMIT 3", auroradataapi.PagingAlways, 3},
		{"SELECT p FROM c LIMIT 3", auroradataapi.PagingAlways, 3},
		{"SELECT p FROM c", auroradataapi.PagingAuto, 0},
		{"SELECT p FROM c", auroradataapi.PagingTable, 4000},
		{"SELECT * FROM c", auroradataapi.PagingTable, 0},
		{"SELECT * FROM other_key", auroradataapi.PagingAuto, 4000},
		{"SELECT * FROM l", auroradataapi.PagingAuto, 0},
		{"SELECT * FROM v", auroradataapi.PagingAuto, 4000},
	} {
		rows, err := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = tt.paging }).Query(tt.sql)
		switch n, err := drain(rows, err); {
		case tt.rows > 0 && (n != tt.rows || err != nil):
			t.Errorf("%s, paging=%s: %d rows, %v", tt.sql, tt.paging, n, err)
		case tt.rows == 0 && (n != 0 || !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "the service takes :b in `a:b`")):
			t.Errorf("%s, paging=%s: %d rows, %v", tt.sql, tt.paging, n, err)
		}
	}
}

// TestPagesOfLongStatements has queries that are as long as a statement may be, so that
// nothing can be added to them.
func TestPagesOfLongStatements(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	wide(t, openDirect(t, srv), 4000)
	query := func(n int) string {
		q := "SELECT id, p FROM wide WHERE p <> '"
		return q + strings.Repeat("a", n-len(q)-1) + "'"
	}
	for _, tt := range []struct {
		paging auroradataapi.Paging
		n      int
		fits   bool
	}{
		{auroradataapi.PagingAuto, 65_300, true},
		{auroradataapi.PagingAuto, 65_500, false},
		{auroradataapi.PagingTable, 65_400, true},
		{auroradataapi.PagingTable, 65_536, false},
	} {
		rows, err := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = tt.paging }).Query(query(tt.n))
		n, err := drain(rows, err)
		switch {
		case tt.fits && (n != 4000 || err != nil):
			t.Errorf("%d characters, paging=%s: %d rows, %.300v", tt.n, tt.paging, n, err)
		case !tt.fits && (n != 0 || !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "pass values as arguments")):
			t.Errorf("%d characters, paging=%s: %d rows, %.300v", tt.n, tt.paging, n, err)
		}
	}
	rows, err := srv.Open(t, always).Query(query(65_500) + " LIMIT 5")
	if n, err := drain(rows, err); n != 5 || err != nil {
		t.Errorf("what fits into an answer: %d rows, %.300v", n, err)
	}
}
