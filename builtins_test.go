package auroradataapi_test

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// TestBuiltins makes a stored function of every word that the database knows. One
// that is called by its name alone must not be taken for one of MySQL's own. It does
// not run beside others: to their statements, too, a function is called IN meanwhile.
func TestBuiltins(t *testing.T) {
	direct := openDirect(t, dataapitest.New(t, dataapitest.MySQL()))
	onlyReads := func(sql string) bool { return dialect.MySQL.Parse(sql).OnlyReads() }
	var functions []string // of MariaDB; MySQL has no such list
	if query[int](t, direct, "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME = 'SQL_FUNCTIONS'") > 0 {
		functions = wordsOf(t, direct, "SELECT `FUNCTION` FROM information_schema.SQL_FUNCTIONS")
	}
	// MySQL 8.0 reserves these, so that no stored function is called so; MariaDB does not.
	reserved := strings.Fields("CUME_DIST DENSE_RANK FIRST_VALUE JSON_TABLE LAG LEAD NTH_VALUE NTILE OF PERCENT_RANK RANK")
	stored := 0
	words := append(wordsOf(t, direct, "SELECT WORD FROM information_schema.KEYWORDS"), functions...)
	slices.Sort(words)
	for _, word := range slices.Compact(words) {
		exec(t, direct, "CREATE FUNCTION `"+word+"`(i INT) RETURNS INT NO SQL RETURN 987654")
		for _, call := range []string{"SELECT " + word + "(1)", "SELECT " + word + " (1)"} {
			var got sql.NullString
			if err := direct.QueryRow(call).Scan(&got); err != nil || got.String != "987654" {
				continue
			}
			if stored++; onlyReads(call) && !slices.Contains(reserved, word) {
				t.Errorf("%s calls a stored function", call)
			}
		}
	}
	if stored == 0 && functions != nil { // MySQL calls none by a keyword
		t.Error("no stored function was called")
	}
	var unknown []string
	for _, name := range functions {
		if !onlyReads("SELECT " + name + "(1)") {
			unknown = append(unknown, name)
		}
	}
	// Locks are something that is changed. What MySQL does not have may be a stored
	// function there.
	const want = `ADD_MONTHS BINLOG_GTID_POS CHR COLUMN_CHECK COLUMN_EXISTS COLUMN_JSON COLUMN_LIST CONCAT_OPERATOR_ORACLE CRC32C
		DECODE DECODE_HISTOGRAM DECODE_ORACLE DES_DECRYPT DES_ENCRYPT ENCODE ENCRYPT GET_LOCK JSON_COMPACT JSON_DETAILED JSON_EQUALS
		JSON_EXISTS JSON_LOOSE JSON_NORMALIZE JSON_QUERY LENGTHB LPAD_ORACLE LTRIM_ORACLE MASTER_GTID_WAIT MASTER_POS_WAIT MEDIAN
		NATURAL_SORT_KEY NVL NVL2 OLD_PASSWORD PASSWORD PERCENTILE_CONT PERCENTILE_DISC RELEASE_ALL_LOCKS RELEASE_LOCK
		REPLACE_ORACLE RPAD_ORACLE RTRIM_ORACLE SCHEMAS SFORMAT SUBSTR_ORACLE SYS_GUID TO_CHAR TRIM_ORACLE WSREP_LAST_SEEN_GTID
		WSREP_LAST_WRITTEN_GTID WSREP_SYNC_WAIT_UPTO_GTID`
	if diff := cmp.Diff(strings.Fields(want), unknown); functions != nil && diff != "" {
		t.Errorf("functions that are not known (-want +got)\n%s", diff)
	}
}

// TestPostgresBuiltins looks at the functions of PostgreSQL that may change
// something: those that are said not to are well-known.
func TestPostgresBuiltins(t *testing.T) {
	t.Parallel()
	db := dataapitest.Open(t)
	const volatile = "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'v'"
	var known []string
	for _, name := range wordsOf(t, db, volatile) {
		if dialect.PostgreSQL.Parse("SELECT " + name + "(1)").OnlyReads() {
			known = append(known, name)
		}
	}
	if diff := cmp.Diff([]string{"clock_timestamp", "gen_random_uuid", "pg_sleep", "random"}, known); diff != "" {
		t.Errorf("functions that are said to change nothing (-want +got)\n%s", diff)
	}
}

// wordsOf returns the words that a query has, in their order.
func wordsOf(t *testing.T, db *sql.DB, statement string) (words []string) {
	t.Helper()
	rows, err := db.Query(statement + " ORDER BY 1")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var word string
		if err := rows.Scan(&word); err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`^\w+$`).MatchString(word) {
			words = append(words, word)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return words
}
