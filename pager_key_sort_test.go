package auroradataapi_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestKeyedByLongText sorts by a long text, of which an index has all and a sort without
// it the beginning.
func TestKeyedByLongText(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	digits(t, direct)
	exec(t, direct, `CREATE TABLE l (id INT PRIMARY KEY, v VARCHAR(700) COLLATE utf8mb4_general_ci NOT NULL, s VARCHAR(9) NOT NULL, w TEXT, p TEXT,
		KEY (s, v), KEY (w(9)), FULLTEXT KEY (p))`)
	exec(t, direct, `INSERT INTO l SELECT n, CONCAT(REPEAT('a', 680), n * 7919 MOD 10007), n MOD 7, 'w', REPEAT('x', 300)
		FROM (SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i AS n FROM digits a, digits b, digits c, digits d) z WHERE n < 4000`)
	db, table := srv.Open(t), srv.Open(t, func(c *auroradataapi.Config) { c.Paging = auroradataapi.PagingTable })
	reads := func(sql string) {
		t.Helper()
		rows, err := db.Query(sql)
		if n, err := different(rows, err); n != 4000 || err != nil {
			t.Errorf("%s: %d rows, %v", sql, n, err)
		}
	}
	const list = "SELECT id, p FROM l ORDER BY "
	refused := func(order string) {
		t.Helper()
		rows, err := db.Query(list + order)
		if n, err := different(rows, err); !errors.Is(err, auroradataapi.ErrCannotPage) || n > 0 || !strings.Contains(err.Error(), "those of the column v") {
			t.Errorf("by %s: %d rows, %v", order, n, err)
		}
	}
	for _, order := range []string{"v", "v DESC", "s, v", "CONCAT(v)", "-id"} {
		refused(order)
	}
	rows, err := table.Query(list + "v")
	if n, err := different(rows, err); n != 4000 || err != nil {
		t.Errorf("through a table: %d rows, %v", n, err)
	}
	reads(list + "s")
	reads(list + "id DESC")
	exec(t, direct, "ALTER TABLE l DROP KEY s")
	reads(list + "-id")
	refused("v") // which MariaDB sorts in two ways by itself
}

// TestKeyedByLevels reads by a key whose collation has three weights for a character, of
// those that a condition on another column leaves, which are sorted.
func TestKeyedByLevels(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.MySQL())
	direct := openDirect(t, srv)
	db := srv.Open(t, always, func(c *auroradataapi.Config) { c.PageBytes = 10_000 })
	collation := "utf8mb4_uca1400_as_cs"
	if !isMariaDB(t, direct) {
		collation = "utf8mb4_0900_as_cs"
	}
	for _, length := range []int{20, 64} {
		exec(t, direct, "DROP TABLE IF EXISTS l")
		exec(t, direct, fmt.Sprintf("CREATE TABLE l (k VARCHAR(%d) COLLATE "+collation+" NOT NULL PRIMARY KEY, h INT NOT NULL, p VARCHAR(500), KEY (h))", length))
		var values []string
		for n := range 10_000 {
			bits := fmt.Sprintf("%014b", n*7919%16384)
			values = append(values, fmt.Sprintf("('%s%s', %d, REPEAT('x', 490))", strings.Repeat("a", length-14), strings.NewReplacer("0", "a", "1", "A").Replace(bits), n))
		}
		exec(t, direct, "INSERT INTO l VALUES "+strings.Join(values, ","))
		exec(t, direct, "ANALYZE TABLE l")
		rows, err := db.Query("SELECT h, p FROM l WHERE h BETWEEN 1000 AND 1400")
		n, err := different(rows, err)
		// What cannot be read in pages is small enough for a plain call.
		if n != 401 || err != nil {
			t.Errorf("keys of %d characters: %d rows, %v", length, n, err)
		}
	}
}
