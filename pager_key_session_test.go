package auroradataapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestKeyedVariables has variables of the system choose the rows, which change by
// themselves from page to page.
func TestKeyedVariables(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	wide(t, openDirect(t, srv), 4000)
	db, table := srv.Open(t), srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	for _, sql := range []string{
		"SELECT id, p FROM wide WHERE id % 2 = FLOOR(@@timestamp * 10000) % 2 OR n < 10",
		"SELECT id, p FROM wide ORDER BY FLOOR(@@SESSION.timestamp * 10000) % 2 * id",
	} {
		rows, err := db.Query(sql)
		if n, err := drain(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "@@") {
			t.Errorf("%s: %d rows, %v", sql, n, err)
		}
		rows, err = table.Query(sql)
		if n, err := drain(rows, err); n != 4000 || err != nil {
			t.Errorf("%s through a table: %d rows, %v", sql, n, err)
		}
	}
}

// TestKeyedSession has settings of the session with which pages would have other rows than
// one answer has.
func TestKeyedSession(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	// With rows of such sizes MariaDB does not find its way back to the order of the key.
	exec(t, direct, "CREATE TABLE v (id INT PRIMARY KEY, t MEDIUMTEXT)")
	exec(t, direct, `INSERT INTO v SELECT n, REPEAT('e', IF((n DIV 1500) MOD 3 = 1, 3000, 30))
		FROM (SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i AS n FROM digits a, digits b, digits c, digits d) z`)
	for _, paging := range []auroradataapi.Paging{auroradataapi.PagingAuto, auroradataapi.PagingTable} {
		db := srv.Open(t, func(c *auroradataapi.Config) { c.Paging = paging })
		for _, tt := range []struct{ set, reset, advice string }{
			{"SET sql_select_limit = 5000", "SET sql_select_limit = DEFAULT", "SET sql_select_limit = DEFAULT, and give the query a LIMIT"},
			{"SET sql_select_limit = 3000", "SET sql_select_limit = DEFAULT", "SET sql_select_limit = DEFAULT, and give the query a LIMIT"},
			{"SET sql_buffer_result = ON", "SET sql_buffer_result = OFF", "SET sql_buffer_result = OFF"},
		} {
			tx := begin(t, db, nil)
			exec(t, tx, tt.set)
			rows, err := tx.Query("SELECT id, t FROM v")
			n, err := drain(rows, err)
			if !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.HasSuffix(err.Error(), tt.advice) {
				t.Errorf("%s, %s: %d rows, %v", paging, tt.set, n, err)
			}
			exec(t, tx, tt.reset)
			rows, err = tx.Query("SELECT id, t FROM v")
			if n, err := drain(rows, err); n != 10_000 || err != nil {
				t.Errorf("%s, %s: %d rows, %v", paging, tt.reset, n, err)
			}
			tx.Rollback()
		}
	}
	// So few that the session cannot even be asked for all that matters.
	for _, limit := range []int{0, 1, 3} {
		tx := begin(t, srv.Open(t, always), nil)
		exec(t, tx, fmt.Sprintf("SET sql_select_limit = %d", limit))
		rows, err := tx.Query("SELECT id, t FROM v")
		if n, err := drain(rows, err); n != limit || err != nil {
			t.Errorf("at most %d: %d rows, %v", limit, n, err)
		}
		exec(t, tx, "SET sql_select_limit = DEFAULT")
		tx.Rollback()
	}
	rows, err := srv.Open(t).Query("SELECT SQL_BUFFER_RESULT id, t FROM v")
	if n, err := drain(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) || !strings.Contains(err.Error(), "paging=table") {
		t.Errorf("SQL_BUFFER_RESULT: %d rows, %v", n, err)
	}
}
