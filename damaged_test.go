package auroradataapi_test

import (
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestDamagedRows has a service answer with rows that are none behind a good one.
// The statement was executed: whether that is to be minded depends on what it does.
func TestDamagedRows(t *testing.T) {
	t.Parallel()
	const head = `{"columnMetadata":[{"label":"a","typeName":"int4"},{"label":"b","typeName":"int4"}],"records":[[{"longValue":1},{"longValue":2}],`
	damages := []struct{ name, answer, want string }{
		{"a text for a number", head + `[{"longValue":3},{"longValue":"4"}]]}`, "a string where a number has to be"},
		{"no list", head + `{"longValue":3}]}`, "where a list has to be"},
		{"too few values", head + `[{"longValue":3}]]}`, "row 2 has 1 values for 2 columns"},
		{"too many values", head + `[{"longValue":3},{"longValue":4},{"longValue":5}]]}`, "row 2 has 3 values for 2 columns"},
		{"no values", head + `[]]}`, "row 2 has 0 values for 2 columns"},
		{"no comma", strings.TrimSuffix(head, ",") + `[{"longValue":3},{"longValue":4}]]}`, "where a comma"},
	}
	statements := []struct {
		engine, sql string
		applied     bool
	}{
		{"postgresql", "SELECT a, b FROM t WHERE a IN (1, 2)", false},
		{"postgresql", "SELECT count(*), max(b)::numeric(9, 2) FROM t", false},
		{"postgresql", "WITH x (a, b) AS (SELECT 1, 2) SELECT * FROM x", false},
		{"postgresql", "SELECT a, note(b) FROM t", true},
		{"postgresql", "SELECT a, nextval('s') FROM t", true},
		{"postgresql", "SELECT a, b FROM t FOR UPDATE", true},
		{"postgresql", "INSERT INTO t VALUES (1, 2) RETURNING a, b", true},
		{"postgresql", "WITH x AS (DELETE FROM t RETURNING a, b) SELECT * FROM x", true},
		{"postgresql", "CALL p()", true},
		{"mysql", "SELECT a, b FROM t WHERE a IN (1, 2)", false},
		{"mysql", "SELECT COUNT(*), IFNULL(MAX(b), 0) FROM t", false},
		{"mysql", "SELECT a, note(b) FROM t", true},
		{"mysql", "SELECT a, @b := b FROM t", true},
		{"mysql", "CALL p()", true},
	}
	for _, damage := range damages {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			answer := damage.answer
			switch r.URL.Path {
			case "/BeginTransaction":
				answer = `{"transactionId":"id"}`
			case "/RollbackTransaction":
				answer = `{"transactionStatus":"Rollback Complete"}`
			}
			_, _ = io.WriteString(w, answer)
		}))
		t.Cleanup(web.Close)
		for _, st := range statements {
			db := openConfig(t, &auroradataapi.Config{
				Engine: st.engine, ClusterARN: dataapitest.ClusterARN, SecretARN: dataapitest.SecretARN,
				AccessKeyID: "test", SecretAccessKey: "test", Endpoint: web.URL,
			})
			tx := begin(t, db, nil)
			for _, query := range []func(string, ...any) (*sql.Rows, error){db.Query, tx.Query} {
				rows, err := query(st.sql)
				if err != nil {
					t.Fatalf("%s, %s: %v", damage.name, st.sql, err)
				}
				n := 0
				for rows.Next() {
					n++
				}
				var e *auroradataapi.IncompleteError
				err = rows.Err()
				if !errors.As(err, &e) || n != 1 || e.Rows != 1 || e.Applied != st.applied || e.SafeToRetry() || !strings.Contains(err.Error(), damage.want) {
					t.Errorf("%s, %s: %d rows, %v; want one, Applied: %v and %q", damage.name, st.sql, n, err, st.applied, damage.want)
				}
			}
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
	}
}
