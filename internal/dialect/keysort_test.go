package dialect

import (
	"strings"
	"testing"
)

// TestSortsAlike has the types of which an index and a sort without it have one order.
func TestSortsAlike(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		typ, collation string
		want           bool
	}{
		{"int(11) unsigned", "", true},
		{"decimal(65,30)", "", true},
		{"enum('text')", "utf8mb4_0900_as_cs", true},
		{"varbinary(255)", "", true},
		{"varbinary(256)", "", false},
		{"tinytext", "utf8mb4_bin", false},
		{"longblob", "", false},
		{"VARCHAR(255)", "utf8mb4_0900_ai_ci", true},
		{"varchar(255)", "utf8mb4_unicode_520_ci", true},
		{"varchar(255)", "utf8mb4_0900_bin", true},
		{"varchar(255)", "latin1_swedish_ci", true},
		{"varchar(256)", "latin1_swedish_ci", false},
		{"char(64)", "utf8mb4_ja_0900_as_cs_ks", true},
		{"char(65)", "utf8mb4_ja_0900_as_cs_ks", false},
		{"varchar(65)", "utf8mb4_0900_as_ci", false},
		{"varchar(65)", "latin1_general_cs", false},
		{"varchar(20)", "utf8mb4_uca1400_as_ci", true},
		{"varchar(21)", "utf8mb4_uca1400_ai_cs", false},
		{"varchar(21)", "utf8mb4_thai_520_w2", false},
		{"varchar(255)", "utf8mb4_uca1400_nopad_ai_ci", true},
		{"char(10)", "utf8mb4_uca1400_nopad_ai_ci", false},
		{"varchar(10)", "latin2_czech_cs", false},
		{"varchar(10)", "cp1250_czech_cs", false},
		{"varchar(10)", "utf8mb4_czech_ci", true},
	} {
		if got := (TableColumn{Type: tt.typ, Collation: tt.collation}).sortsAlike(); got != tt.want {
			t.Errorf("%s %s: %v", tt.typ, tt.collation, got)
		}
	}
}

// TestSortedTwoWays has orders of which MySQL may have two, as they are of a long text or
// may be that of an index of one.
func TestSortedTwoWays(t *testing.T) {
	t.Parallel()
	columns := []TableColumn{{Name: "id", Type: "int"}, {Name: "s", Type: "varchar(9)"}, {Name: "Long", Type: "text"}, {Name: "v", Type: "varchar(700)"}}
	primary := IndexPart{Index: "PRIMARY", Unique: true, Column: "id"}
	for _, tt := range []struct {
		sql  string
		part IndexPart // of another index
		want string    // in the error; "" for none
	}{
		{"SELECT s, id FROM t ORDER BY s", IndexPart{Column: "v"}, ""},
		{"SELECT s, id FROM t ORDER BY s, t.v DESC", IndexPart{Column: "s"}, "column v"},
		{"SELECT s, id FROM t ORDER BY s + 1", IndexPart{Column: "s"}, ""},
		{"SELECT s, id FROM t ORDER BY s + 1", IndexPart{Column: "v"}, "column v"},
		{"SELECT s, id FROM t ORDER BY s + 1", IndexPart{Column: "v", Partial: true}, ""},
		{"SELECT s, id FROM t ORDER BY LOWER(s)", IndexPart{}, "expression with an index"},
		{"SELECT s, id FROM t ORDER BY s", IndexPart{}, ""},
		{"SELECT s, id FROM t ORDER BY LEFT(`long`, 9)", IndexPart{Column: "s"}, "column Long"},
		{"SELECT s, long, id * 2 AS n FROM t ORDER BY n", IndexPart{Column: "s"}, ""},
		{"SELECT s, CONCAT(s, long) AS `n`, v FROM t ORDER BY n", IndexPart{Column: "s"}, "column Long"},
		{"SELECT s, v 'n' FROM t ORDER BY n DESC", IndexPart{Column: "s"}, "column v"},
		{"SELECT s, IF(id, 1, v), id FROM t ORDER BY 3, 1 DESC", IndexPart{Column: "s"}, ""},
		{"SELECT s, IF(id, 1, v), id FROM t ORDER BY 3, 2", IndexPart{Column: "s"}, "column v"},
		{"SELECT id, t.* FROM t ORDER BY 1", IndexPart{Column: "s"}, ""},
		{"SELECT id, t.* FROM t ORDER BY 2", IndexPart{Column: "s"}, "column Long"},
		{"SELECT v FROM t ORDER BY id", IndexPart{Column: "v"}, ""},
		{"SELECT v FROM t", IndexPart{Column: "v"}, ""},
	} {
		k, err := MySQL.Parse(tt.sql).Keyed()
		if err != nil {
			t.Fatal(err)
		}
		tt.part.Index = "other"
		_, err = k.Choose(columns, []IndexPart{primary, tt.part})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s with an index of %q: %v", tt.sql, tt.part.Column, err)
		}
	}
}

// TestNoKey has types of which no key is made.
func TestNoKey(t *testing.T) {
	t.Parallel()
	k, err := MySQL.Parse("SELECT a FROM t").Keyed()
	if err != nil {
		t.Fatal(err)
	}
	for typ, want := range map[string]bool{"year(4)": true, "year": true, "year(2)": false, "bit(2)": true, "varchar(255)": true, "varchar(256)": false, "double": false} {
		if _, err := k.Choose([]TableColumn{{Name: "a", Type: typ}}, []IndexPart{{Index: "PRIMARY", Unique: true, Column: "a"}}); (err == nil) != want {
			t.Errorf("%s: %v", typ, err)
		}
	}
}
