package infer

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// writtenOn is what stands in for MySQL where the page was written.
const writtenOn = "MariaDB"

var mysqlSide = side{
	name: "MySQL", peer: "go-sql-driver", options: []dataapitest.Option{dataapitest.MySQL()},
	open: openMySQL, schema: mysqlSchema, corpus: mysqlCorpus, differences: mysqlDifferences, run: runMySQL,
	modes:  []auroradataapi.ParamMode{auroradataapi.ParamsInfer, auroradataapi.ParamsBind, auroradataapi.ParamsLiteral},
	before: "ALTER TABLE t AUTO_INCREMENT = 10",
}

// openMySQL opens the peer with sessions like those of the service.
func openMySQL(t *testing.T, srv *dataapitest.Server) *sql.DB {
	t.Helper()
	var modes string
	if err := srv.Open(t).QueryRow("SELECT @@sql_mode").Scan(&modes); err != nil {
		t.Fatal(err)
	}
	cfg, err := mysql.ParseDSN(srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.Params = map[string]string{"time_zone": "'+00:00'", "sql_mode": "'" + modes + "'"}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sql.OpenDB(connector)
}

// runMySQL runs a statement, and what follows it, in a transaction that is rolled
// back, and returns what came of each as a text.
func runMySQL(t *testing.T, db *sql.DB, st statement) string {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	var found []string
	for _, st := range append([]statement{st}, st.then...) {
		found = append(found, askMySQL(t, tx, st))
	}
	return strings.Join(found, " then ")
}

func askMySQL(t *testing.T, tx *sql.Tx, st statement) string {
	t.Helper()
	if verb, _, _ := strings.Cut(st.sql, " "); verb != "SELECT" && verb != "WITH" {
		result, err := tx.Exec(st.sql, st.args...)
		if err != nil {
			return state(err)
		}
		changed, err := result.RowsAffected()
		if err != nil {
			t.Fatal(err)
		}
		id, err := result.LastInsertId()
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("rows changed %d, key %d", changed, id)
	}
	rows, err := tx.Query(st.sql, st.args...)
	if err != nil {
		return state(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return "scan: " + err.Error()
		}
		for _, v := range values {
			if raw, ok := v.([]byte); ok {
				fmt.Fprintf(&b, "[]byte(%q) ", raw)
				continue
			}
			fmt.Fprintf(&b, "%T(%v) ", v, v)
		}
		b.WriteString("; ")
	}
	if err := rows.Err(); err != nil {
		return state(err)
	}
	return "rows " + strings.TrimSpace(b.String())
}
