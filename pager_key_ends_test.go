package auroradataapi_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// wide makes a table of n rows of 500 bytes.
func wide(t *testing.T, db *sql.DB, n int) {
	t.Helper()
	digits(t, db)
	exec(t, db, "CREATE TABLE wide (id INT PRIMARY KEY, n INT NOT NULL, p VARCHAR(500))")
	exec(t, db, `INSERT INTO wide SELECT i, i MOD 10, REPEAT('x', 500) FROM (SELECT 1 + a.i + 10 * b.i + 100 * c.i + 1000 * d.i AS i
		FROM digits a, digits b, digits c, digits d) z WHERE i <= ?`, n)
}

// TestKeyedSnapshot changes rows while they are read.
func TestKeyedSnapshot(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"SELECT id, p FROM wide", "SELECT id, p FROM wide ORDER BY n"} {
		for _, inside := range []bool{false, true} {
			srv := dataapitest.New(t, dataapitest.MySQL())
			direct := openDirect(t, srv)
			wide(t, direct, 6000)
			rows, err := direct.Query(statement)
			_, _, want := sumsOf(t, rows, err)
			db := srv.Open(t, func(c *auroradataapi.Config) { c.PageBytes, c.NoPrefetch = 100_000, true })
			query := db.Query
			if inside {
				tx := begin(t, db, nil)
				defer tx.Rollback()
				query = tx.Query
			}
			read, err := query(statement)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range []string{
				"DELETE FROM wide WHERE id > 5000", "INSERT INTO wide VALUES (-5, 4, 'new'), (7000, 4, 'new')",
				"UPDATE wide SET p = 'changed', n = 9 - n", "UPDATE wide SET id = 1000000 - id",
			} {
				exec(t, direct, change)
			}
			if n, _, got := sumsOf(t, read, nil); n != 6000 || got != want {
				t.Errorf("%s: %d rows with the checksum %s, want %s", statement, n, got, want)
			}
		}
	}
}

// TestKeyedChange changes rows in the transaction in which they are read: what
// the next pages would show is neither the rows before nor those after.
func TestKeyedChange(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 6000)
	read := func(paging auroradataapi.Paging, statement string) (int, error) {
		db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = paging })
		tx := begin(t, db, nil)
		defer tx.Rollback()
		rows, err := tx.Query(statement)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		n := 0
		for ; rows.Next(); n++ {
			if n == 0 {
				exec(t, tx, "UPDATE wide SET p = 'changed'")
			}
		}
		return n, rows.Err()
	}
	n, err := read(auroradataapi.PagingAuto, "SELECT id, p FROM wide")
	var e *auroradataapi.IncompleteError
	if !errors.As(err, &e) || e.Rows != n || n == 0 || n == 6000 || !strings.Contains(err.Error(), "read the rows to their end first") {
		t.Errorf("by a key: %d rows, %v", n, err)
	}
	if n, err := read(auroradataapi.PagingTable, "SELECT id, p FROM (SELECT * FROM wide) z"); n != 6000 || err != nil {
		t.Errorf("from a temporary table: %d rows, %v", n, err)
	}
}

// TestKeyedEnds ends the reading in all ways.
func TestKeyedEnds(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 6000)
	rows, err := direct.Query("SELECT * FROM wide ORDER BY id")
	_, want, _ := sumsOf(t, rows, err)
	for _, statement := range []string{"SELECT * FROM wide ORDER BY id", "SELECT * FROM (SELECT * FROM wide) z ORDER BY id"} {
		open := func(prefetch bool) *sql.DB {
			return srv.Open(t, func(c *auroradataapi.Config) {
				c.Paging, c.PageBytes, c.NoPrefetch = auroradataapi.PagingTable, 200_000, !prefetch
			})
		}
		start := func(from interface {
			Query(string, ...any) (*sql.Rows, error)
		}) *sql.Rows {
			t.Helper()
			rows, err := from.Query(statement)
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
			rows.Next()
			return rows
		}
		for _, prefetch := range []bool{true, false} {
			if err := start(open(prefetch)).Close(); err != nil {
				t.Error(err)
			}
			if n := srv.Server.OpenTransactions(); n != 0 {
				t.Errorf("%s: %d transactions are open after Close", statement, n)
			}
			tx := begin(t, open(prefetch), nil)
			if err := start(tx).Close(); err != nil {
				t.Error(err)
			}
			exec(t, tx, "INSERT INTO wide VALUES (10000, 1, 'x')")
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
		rows := start(open(false))
		srv.Server.ExpireTransactions()
		n := 2
		for rows.Next() {
			n++
		}
		var e *auroradataapi.IncompleteError
		if err := rows.Err(); !errors.As(err, &e) || e.Rows != n || e.Applied || !errors.Is(err, auroradataapi.ErrTransactionNotFound) {
			t.Errorf("%s: expired after %d rows: %v", statement, n, err)
		}
		for _, fault := range []server.Fault{
			{Kind: server.FaultDrop, Executed: true}, {Kind: server.FaultDrop}, {Kind: server.FaultThrottle}, {Kind: server.FaultTruncate}, {Kind: server.FaultResuming},
		} {
			// Pages are read again if their answers are lost.
			for page := range 3 {
				fault.SQL, fault.After, fault.Times = "auroradataapi_key", page, 1
				srv.Server.Faults().Clear()
				if err := srv.Server.Faults().Add(fault); err != nil {
					t.Fatal(err)
				}
				rows, err := open(page > 0).Query(statement)
				if _, got, _ := sumsOf(t, rows, err); got != want {
					t.Errorf("%s: %s at page %d: the rows are others", statement, fault.Kind, page)
				}
				if list := srv.Server.Faults().List(); list[0].Hit != 1 {
					t.Errorf("%s: %s at page %d was not met", statement, fault.Kind, page)
				}
			}
		}
		srv.Server.Faults().Clear()
	}
}

// TestUnpageable reads what cannot be read in pages.
func TestUnpageable(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	wide(t, direct, 4000)
	for _, sql := range []string{
		"CREATE TABLE heap AS SELECT * FROM wide",
		"CREATE TABLE float_key (PRIMARY KEY (id)) SELECT CAST(id AS DOUBLE) id, p FROM wide",
		"CREATE VIEW seen AS SELECT * FROM wide",
		"CREATE TABLE log (n INT)",
		"CREATE FUNCTION note(i INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (i); RETURN i; END",
		"CREATE FUNCTION same(i INT) RETURNS INT NO SQL RETURN i",
	} {
		exec(t, direct, sql)
	}
	db := srv.Open(t)
	for _, tt := range []struct{ sql, why string }{
		{"SELECT a.* FROM wide a JOIN digits d ON d.i = a.n", "more than one table"},
		{"SELECT n, GROUP_CONCAT(p) FROM wide GROUP BY n, id", "GROUP BY"},
		{"SELECT * FROM wide WHERE n < UNIX_TIMESTAMP()", "pass the value as an argument"},
		{"SELECT * FROM heap", "primary key"},
		{"SELECT * FROM float_key", "primary key"},
		{"SELECT * FROM seen", "primary key"},
		{"SELECT note(id), p FROM wide", "NOTE"},
		{"SELECT `note`(id), p FROM wide", "note"},
		{"SELECT * FROM wide FOR UPDATE", "locks"},
	} {
		check := func(_ *sql.Rows, err error) {
			t.Helper()
			if !errors.Is(err, auroradataapi.ErrCannotPage) || !errors.Is(err, auroradataapi.ErrResultTooLarge) ||
				!strings.Contains(strings.ToLower(err.Error()), strings.ToLower(tt.why)) || !strings.Contains(err.Error(), "paging=table") {
				t.Errorf("%s: %v", tt.sql, err)
			}
		}
		check(db.Query(tt.sql))
		tx := begin(t, db, nil)
		check(tx.Query(tt.sql))
		if n := query[int](t, tx, "SELECT COUNT(*) FROM digits"); n != 10 {
			t.Errorf("%s: the transaction is of no use afterwards", tt.sql)
		}
		tx.Rollback()
	}
	exec(t, direct, "DELETE FROM log")
	if _, err := db.Query("SELECT note(id), p FROM wide"); !errors.Is(err, auroradataapi.ErrCannotPage) {
		t.Error(err)
	}
	if n := query[int](t, direct, "SELECT COUNT(*) FROM log"); n != 4000 {
		t.Errorf("a function that writes was called %d times for 4000 rows", n)
	}
	rows, err := db.Query("SELECT same(id), p FROM wide")
	if n, _, _ := sumsOf(t, rows, err); n != 4000 {
		t.Errorf("a function that does not write: %d rows", n)
	}
	off := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingOff })
	if _, err := off.Query("SELECT * FROM wide"); !errors.Is(err, auroradataapi.ErrResultTooLarge) || errors.Is(err, auroradataapi.ErrCannotPage) {
		t.Errorf("without paging: %v", err)
	}
	table := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	if _, err := table.Query("SELECT a.id, b.* FROM wide a JOIN wide b ON a.id = b.id"); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "same name") {
		t.Errorf("two columns of a name: %v", err)
	}
}

// TestKeyedHidden reads a temporary table that stands in front of a table with a
// key, and has none.
func TestKeyedHidden(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	wide(t, openDirect(t, srv), 4000)
	tx := begin(t, srv.Open(t), nil)
	defer tx.Rollback()
	exec(t, tx, "CREATE TEMPORARY TABLE hidden AS SELECT 1 AS id, n, p FROM wide")
	exec(t, tx, "ALTER TABLE hidden RENAME TO wide")
	if _, err := tx.Query("SELECT id, p FROM wide"); !errors.Is(err, auroradataapi.ErrCannotPage) {
		t.Errorf("got %v", err)
	}
	exec(t, tx, "DROP TEMPORARY TABLE wide")
}

// TestKeyedIsolation reads in transactions whose statements do not see the same.
func TestKeyedIsolation(t *testing.T) {
	t.Parallel()
	maria := isMariaDB(t, dataapitest.Open(t, dataapitest.MySQL()))
	srv := dataapitest.New(t, dataapitest.MySQL(), dataapitest.Config(func(c *server.Config) {
		c.Clusters[0].URL += "&transaction_isolation=%27READ-COMMITTED%27"
		if !strings.Contains(c.Clusters[0].URL, "?") {
			c.Clusters[0].URL = strings.Replace(c.Clusters[0].URL, "&", "?", 1)
		}
		if maria {
			c.Clusters[0].URL = strings.Replace(c.Clusters[0].URL, "transaction_isolation", "tx_isolation", 1)
		}
	}))
	wide(t, openDirect(t, srv), 4000)
	_, err := srv.Open(t).Query("SELECT * FROM wide")
	if !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "READ-COMMITTED") {
		t.Errorf("got %v", err)
	}
}

// TestKeyedTimeZone reads by a TIMESTAMP in a transaction with a time zone in which an
// hour comes twice.
func TestKeyedTimeZone(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	t.Cleanup(func() {
		for _, table := range []string{"time_zone", "time_zone_name", "time_zone_transition", "time_zone_transition_type"} {
			exec(t, direct, "DELETE FROM mysql."+table+" WHERE Time_zone_id = 7777")
		}
	})
	// A new server knows no zones by name, so that one is made.
	for _, sql := range []string{
		"INSERT IGNORE INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES (7777, 'N')",
		"INSERT IGNORE INTO mysql.time_zone_name VALUES ('Test/Fold', 7777)",
		"INSERT IGNORE INTO mysql.time_zone_transition VALUES (7777, 1711846800, 0), (7777, 1729990800, 1)",
		"INSERT IGNORE INTO mysql.time_zone_transition_type VALUES (7777, 0, 7200, 1, 'CEST'), (7777, 1, 3600, 0, 'CET')",
	} {
		exec(t, direct, sql)
	}
	exec(t, direct, "CREATE TABLE z (n INT, k TIMESTAMP(3) NOT NULL DEFAULT '2024-01-01', p VARCHAR(2000), PRIMARY KEY (k, n))")
	exec(t, direct, "INSERT INTO z WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 900) SELECT n, FROM_UNIXTIME(1729985000 + n * 10), REPEAT('x', 1990) FROM s")
	db, table := srv.Open(t), srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	for zone, folds := range map[string]bool{"+00:00": false, "+02:00": false, "Test/Fold": true} {
		tx := begin(t, db, nil)
		exec(t, tx, "SET time_zone = '"+zone+"'")
		rows, err := tx.Query("SELECT n, p FROM z")
		n, err := different(rows, err)
		if refused := errors.Is(err, auroradataapi.ErrCannotPage) && strings.Contains(err.Error(), zone); refused != folds || !folds && (n != 900 || err != nil) {
			t.Errorf("%s: %d rows, %v", zone, n, err)
		}
		exec(t, tx, "SET time_zone = '+00:00'")
		tx.Rollback()
		tx = begin(t, table, nil)
		exec(t, tx, "SET time_zone = '"+zone+"'")
		rows, err = tx.Query("SELECT n, p FROM z")
		if n, err := different(rows, err); n != 900 || err != nil {
			t.Errorf("%s through a table: %d rows, %v", zone, n, err)
		}
		exec(t, tx, "SET time_zone = '+00:00'")
		tx.Rollback()
	}
}

// TestKeyedCalls counts what is sent for a result of 3 MB.
func TestKeyedCalls(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	wide(t, openDirect(t, srv), 6000)
	connector, err := auroradataapi.NewConnector(srv.Config())
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	var got []string
	for range 2 {
		before := connector.Stats()
		rows, err := db.Query("SELECT * FROM wide")
		sumsOf(t, rows, err)
		s := connector.Stats()
		got = append(got, fmt.Sprintf("%d statements, %d of them refused, in %d transactions", s.ExecuteStatement.Calls-before.ExecuteStatement.Calls,
			s.ExecuteStatement.Errors-before.ExecuteStatement.Errors, s.BeginTransaction.Calls-before.BeginTransaction.Calls))
	}
	// The session, the columns and the indexes are asked for.
	want := []string{"9 statements, 1 of them refused, in 1 transactions", "8 statements, 0 of them refused, in 1 transactions"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestKeyedTypes reads every type both ways: as an answer, and in pages.
func TestKeyedTypes(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	exec(t, direct, `CREATE TABLE kinds (id INT PRIMARY KEY, a TINYINT(1), b BIT(1), c BIT(9), d TINYINT, e BIGINT UNSIGNED, f FLOAT, g DOUBLE, h DECIMAL(20,5),
		i DATE, j DATETIME(6), k TIMESTAMP(3) NULL, l TIME(2), m YEAR, n CHAR(5), o VARCHAR(9), p TINYTEXT, q LONGTEXT, r ENUM('x','y'), s SET('x','y'),
		t BINARY(4), u VARBINARY(9), v BLOB, w JSON, x GEOMETRY)`)
	exec(t, direct, `INSERT INTO kinds VALUES (1, 2, b'1', b'101', -5, 18446744073709551615, 3.14, 1e300, 1.5, '2024-01-15', '2024-01-15 01:02:03.456789',
		'2024-01-15 01:02:03.4', '-100:00:00.5', 2024, 'a', 'é', '', 'long', 'y', 'x,y', 'ab', X'00FF', X'80', '{"a": 1}', POINT(1, 2))`)
	exec(t, direct, "INSERT INTO kinds (id) VALUES (2)")
	plain := srv.Open(t)
	paged := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingAlways })
	for _, statement := range []string{"SELECT * FROM kinds ORDER BY id", "SELECT a + 1, NULL, e * 1, CONCAT(o, n) FROM kinds ORDER BY g, id"} {
		if diff := cmp.Diff(valuesOf(t, plain, statement), valuesOf(t, paged, statement)); diff != "" {
			t.Errorf("%s (-plain +paged)\n%s", statement, diff)
		}
	}
	// What goes through a temporary table has to be large.
	digits(t, direct)
	table := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	const join, columns = "SELECT kinds.* FROM kinds, digits x, digits y, digits z, digits w WHERE w.i < %d ORDER BY id DESC", 25
	want, got := valuesOf(t, plain, fmt.Sprintf(join, 1)), valuesOf(t, table, fmt.Sprintf(join, 10))
	if len(got) != columns*(3+20_000) {
		t.Fatalf("got %d values", len(got))
	}
	if diff := cmp.Diff(want[:4*columns], got[:4*columns]); diff != "" { // the types, and NULLs
		t.Errorf("through a temporary table (-plain +paged)\n%s", diff)
	}
	if diff := cmp.Diff(want[len(want)-columns:], got[len(got)-columns:]); diff != "" {
		t.Errorf("values through a temporary table (-plain +paged)\n%s", diff)
	}
}

// valuesOf returns the values of a result, with their types.
func valuesOf(t *testing.T, db *sql.DB, statement string) (all []any) {
	t.Helper()
	rows, err := db.Query(statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range types {
		all = append(all, c.Name(), c.DatabaseTypeName(), c.ScanType().String())
	}
	for rows.Next() {
		values, pointers := make([]any, len(types)), make([]any, len(types))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		all = append(all, values...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTableOfView reads views through a temporary table, which runs them for a
// second time: not if a function that they call may write.
func TestTableOfView(t *testing.T) {
	t.Parallel()
	const peon = "arn:aws:secretsmanager:us-east-1:123456789012:secret:peon"
	user := "peon_" + strings.ToLower(rand.Text()[:8])
	srv := dataapitest.New(t, dataapitest.MySQL(), dataapitest.Config(func(c *server.Config) {
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, server.Secret{ARN: peon, Username: user})
	}))
	direct := openDirect(t, srv)
	wide(t, direct, 4000)
	for _, sql := range []string{
		"CREATE TABLE log (n INT)",
		"CREATE FUNCTION note(i INT) RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (i); RETURN i; END",
		"CREATE FUNCTION same(i INT) RETURNS INT NO SQL RETURN i",
		"CREATE VIEW noting AS SELECT note(id) AS id, p FROM wide",
		"CREATE VIEW above AS SELECT id, p FROM noting",
		"CREATE VIEW calm AS SELECT same(id) AS id, CONCAT(p, 'x') AS p FROM wide",
		"CREATE USER " + user,
		"GRANT SELECT, EXECUTE, CREATE TEMPORARY TABLES ON " + srv.Database + ".* TO " + user,
	} {
		exec(t, direct, sql)
	}
	t.Cleanup(func() { exec(t, direct, "DROP USER "+user) })
	db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	for _, view := range []string{"noting", "above"} {
		exec(t, direct, "DELETE FROM log")
		tx := begin(t, db, nil)
		if _, err := tx.Query("SELECT * FROM " + view); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "note may write") {
			t.Errorf("%s: %v", view, err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if n := query[int](t, direct, "SELECT COUNT(*) FROM log"); n != 4000 {
			t.Errorf("%s: a function that writes was called %d times for 4000 rows", view, n)
		}
	}
	rows, err := db.Query("SELECT * FROM calm")
	if n, _, _ := sumsOf(t, rows, err); n != 4000 {
		t.Errorf("a view whose function does not write: %d rows", n)
	}
	limited := srv.Open(t, func(c *auroradataapi.Config) { c.Paging, c.SecretARN = auroradataapi.PagingTable, peon })
	if _, err := limited.Query("SELECT * FROM calm"); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "SHOW VIEW") {
		t.Errorf("without the right: %v", err)
	}
	exec(t, direct, "GRANT SHOW VIEW ON "+srv.Database+".calm TO "+user) // which a session heeds at once
	rows, err = limited.Query("SELECT * FROM calm")
	if n, _, _ := sumsOf(t, rows, err); n != 4000 {
		t.Errorf("with the right: %d rows", n)
	}
}

// TestKeysOfCharacterSets has keys of texts that are other ones, once Unicode was made
// of them and they of it again. They cannot be read by; others can, and some as long as
// no page ends with what stands for a byte that is no character.
func TestKeysOfCharacterSets(t *testing.T) {
	const never, inPart, always = 0, 1, 2
	srv := dataapitest.New(t, dataapitest.MySQL())
	db := srv.Open(t, func(c *auroradataapi.Config) { c.PageBytes = 10_000 })
	maria, nopad, ofNopad := isMariaDB(t, db), "utf8mb4_nopad_bin", never
	if !maria {
		nopad, ofNopad = "utf8mb4_0900_bin", always
	}
	for i, c := range []struct {
		column, value string
		pages         int
	}{
		{"VARCHAR(20) CHARACTER SET cp932 COLLATE cp932_bin", "CONCAT(CASE WHEN n % 2 THEN _cp932 X'FA54' ELSE _cp932 X'81CA' END, LPAD(n, 5, '0'))", never},
		{"VARCHAR(20) CHARACTER SET big5", "ELT(1 + n % 4, _big5 X'C9F1', _big5 X'A145', _big5 X'A2CC', _big5 X'A451')", never},
		{"VARCHAR(20) CHARACTER SET sjis COLLATE sjis_bin", "ELT(1 + n % 4, _sjis X'5C', _sjis X'7E', _sjis X'815F', _sjis X'8150')", never},
		{"VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET cp1250 COLLATE cp1250_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET cp1251 COLLATE cp1251_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET cp1256 COLLATE cp1256_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET cp1257 COLLATE cp1257_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET greek COLLATE greek_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET hebrew COLLATE hebrew_bin", "CHAR(n % 256)", inPart},
		{"VARCHAR(20) CHARACTER SET tis620 COLLATE tis620_bin", "CHAR(n % 256)", never},
		{"VARCHAR(20) CHARACTER SET geostd8 COLLATE geostd8_bin", "CHAR(n % 256)", never},
		{"CHAR(36) CHARACTER SET ascii", "UUID()", always},
		{"VARCHAR(20) CHARACTER SET latin2 COLLATE latin2_bin", "CHAR(n % 256)", always},
		{"VARCHAR(20) CHARACTER SET latin5 COLLATE latin5_bin", "CHAR(n % 256)", always},
		{"VARCHAR(20) CHARACTER SET latin7 COLLATE latin7_bin", "CHAR(n % 256)", always},
		{"VARCHAR(20) CHARACTER SET cp850 COLLATE cp850_bin", "CHAR(n % 256)", always},
		{"VARCHAR(20) CHARACTER SET cp852 COLLATE cp852_bin", "CHAR(n % 256)", always},
		{"VARCHAR(20) CHARACTER SET koi8r COLLATE koi8r_bin", "CHAR(n % 256)", always},
		{"VARCHAR(20) CHARACTER SET koi8u COLLATE koi8u_bin", "CHAR(n % 256)", always},
		{"CHAR(10) CHARACTER SET utf8mb4 COLLATE " + nopad, "CONCAT('a', CHAR(9 + n % 30), 'b')", ofNopad},
		{"CHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "CONCAT('a', CHAR(9 + n % 30), 'b')", always},
		{"VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin", "CHAR(n % 256 USING latin1)", always},
		{"VARCHAR(20) CHARACTER SET utf16", "ELT(1 + n % 3, '😀', 'a', '﷽')", always},
	} {
		table := fmt.Sprintf("k%d", i)
		exec(t, db, "CREATE TABLE "+table+" (k "+c.column+", n int, p varchar(100), PRIMARY KEY (k, n))")
		_, err := db.Exec("INSERT INTO " + table + " WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 900) SELECT " + c.value + ", n, REPEAT('x', 90) FROM s")
		var e *auroradataapi.Error
		if !maria && errors.As(err, &e) && e.Number == 1366 {
			continue // MySQL has no bytes in a text that are no character
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, order := range []string{"", " ORDER BY k DESC, n DESC"} {
			// A limit, because rows that come again do so without end.
			sql := "SELECT n, p FROM " + table + order + " LIMIT 2000"
			refused := func(n int, err error) bool {
				return c.pages != always && n < 900 && errors.Is(err, auroradataapi.ErrCannotPage)
			}
			rows, err := db.Query(sql, auroradataapi.WithPaging(auroradataapi.PagingAlways))
			if n, err := different(rows, err); (n != 900 || err != nil) && (c.pages == never || !refused(n, err)) {
				t.Errorf("%s%s: %d rows, %v", c.column, order, n, err)
			}
			rows, err = db.Query(sql, auroradataapi.WithPaging(auroradataapi.PagingTable))
			if n, err := different(rows, err); n != 900 || err != nil {
				t.Errorf("%s%s through a table: %d rows, %v", c.column, order, n, err)
			}
			rows, err = db.Query("SELECT n, CONCAT(p, REPEAT('y', 2000)) FROM " + table + order + " LIMIT 2000")
			if n, err := different(rows, err); (n != 900 || err != nil || c.pages == never) && !refused(n, err) {
				t.Errorf("%s%s: %d long rows, %v", c.column, order, n, err)
			}
		}
	}
}

// different reads rows whose first value is a number, to their end, and counts the
// numbers. One that comes twice is an error.
func different(rows *sql.Rows, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	numbers := make(map[int]bool)
	for rows.Next() {
		var n int
		var text string
		if err := rows.Scan(&n, &text); err != nil {
			return len(numbers), err
		}
		if numbers[n] {
			return len(numbers), fmt.Errorf("row %d came twice", n)
		}
		numbers[n] = true
	}
	return len(numbers), rows.Err()
}

// TestZeroDatesInKeys has dates in keys which are none, and are not selected.
func TestZeroDatesInKeys(t *testing.T) {
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	direct.SetMaxOpenConns(1)
	exec(t, direct, "SET sql_mode = ''")
	pages := func(c *auroradataapi.Config) { c.PageBytes = 10_000 }
	always, table := srv.Open(t, always, pages), srv.Open(t, pages, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	for i, c := range []struct{ column, value string }{
		{"DATE", "0000-00-00"}, {"DATE", "2024-00-00"}, {"DATE", "2024-02-00"}, {"DATE", "0001-01-01"},
		{"DATETIME", "0000-00-00"}, {"DATETIME(6)", "2024-02-00 01:02:03.5"}, {"DATETIME(6)", "2024-02-01 00:00:00.5"},
		{"TIMESTAMP", "0000-00-00"}, {"TIMESTAMP(3)", "2024-02-01 00:00:00.5"},
	} {
		name := fmt.Sprintf("z%d", i)
		exec(t, direct, "CREATE TABLE "+name+" (d "+c.column+" NOT NULL DEFAULT '2025-01-01', n INT, p VARCHAR(2000), PRIMARY KEY (d, n))")
		for _, value := range []string{c.value, "2025-01-01"} {
			exec(t, direct, "INSERT INTO "+name+" WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 900) SELECT ?, n, REPEAT('x', 1500) FROM s", value)
		}
		zero := strings.HasPrefix(c.value, "0000") || strings.Contains(c.value, "-00")
		for _, order := range []string{"", " ORDER BY d DESC, n DESC"} {
			sql := "SELECT n, p FROM " + name + order
			rows, err := always.Query(sql)
			n, err := drain(rows, err)
			switch {
			case !zero && (n != 1800 || err != nil):
				t.Errorf("%s %s%s: %d rows, %v", c.column, c.value, order, n, err)
			case zero && (n == 1800 || !errors.Is(err, auroradataapi.ErrCannotPage)):
				t.Errorf("%s %s%s: %d rows, %v and not an ErrCannotPage", c.column, c.value, order, n, err)
			}
			rows, err = table.Query(sql)
			if n, err := drain(rows, err); n != 1800 || err != nil {
				t.Errorf("%s %s%s through a table: %d rows, %v", c.column, c.value, order, n, err)
			}
		}
	}
}
