package parity

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// null is NULL in SQL, and among the values of a sample.
const null = "NULL"

// places are the columns of the sample's type in a table: the first, one in the
// middle and the last.
var places = [3]int{0, 2, 4}

// table is a table that holds a sample.
type table struct {
	sample
	query string
	order string
	rows  [][len(places)]string // the values in each row's places
}

// make makes a table with the sample in all places, and with NULL in one of
// them and in all.
func (p pair) make(t *testing.T, name string, s sample) table {
	t.Helper()
	tab := table{sample: s}
	for _, v := range s.values {
		tab.rows = append(tab.rows, [...]string{v, v, v})
	}
	if s.expression {
		var selects []string
		for _, v := range s.values {
			selects = append(selects, fmt.Sprintf("SELECT %s AS a, 'x' AS x, %[1]s AS b, 1 AS y, %[1]s AS c", v))
		}
		tab.query = "SELECT * FROM (" + strings.Join(selects, " UNION ALL ") + ") q"
		return tab
	}
	declared := s.typ
	if s.notNull {
		declared += " NOT NULL"
	} else {
		v := s.values[0]
		tab.rows = append(tab.rows, [...]string{null, null, null}, [...]string{null, v, v}, [...]string{v, null, v}, [...]string{v, v, null})
		if p.nullable != "" {
			declared += " " + p.nullable
		}
	}
	p.must(t, fmt.Sprintf("CREATE TABLE %s (a %s, x varchar(9), b %[2]s, y int, c %[2]s, n int PRIMARY KEY)", name, declared))
	for i, r := range tab.rows {
		p.must(t, fmt.Sprintf("INSERT INTO %s VALUES (%s, 'x', %s, 1, %s, %d)", name, r[0], r[1], r[2], i))
	}
	tab.query, tab.order = "SELECT a, x, b, y, c FROM "+name, " ORDER BY n"
	return tab
}

// key is a value and what it was scanned into.
type key struct{ value, destination string }

// outcomes is what came of it.
type outcomes map[key]string

// ask reads a table and scans every value into every destination. Where a value
// stands must not matter.
func (tab table) ask(t *testing.T, db *sql.DB, p probe) (outcomes, columnTypes, error) {
	t.Helper()
	rows, err := db.Query(tab.query+" WHERE "+p.condition+tab.order, p.args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, nil, err
	}
	found := make(outcomes)
	n := 0
	for ; rows.Next(); n++ {
		note := func(destination string, got [len(places)]string) {
			for place, got := range got {
				k := key{tab.rows[n][place], destination}
				if before, ok := found[k]; ok && before != got {
					t.Errorf("%s into %s: %s in column %d, elsewhere %s", k.value, destination, got, places[place], before)
				}
				found[k] = got
			}
		}
		for _, d := range tab.destinations() {
			note(d.name, scan(rows, len(types), d))
		}
		note(raw, scanRaw(rows, len(types)))
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	if n != len(tab.rows) {
		t.Errorf("%d rows of %d came", n, len(tab.rows))
	}
	described := describe(types[places[0]])
	for _, at := range places[1:] {
		if got := describe(types[at]); fmt.Sprint(got) != fmt.Sprint(described) {
			t.Errorf("column %d is described as %v, the first as %v", at, got, described)
		}
	}
	return found, described, nil
}

// columnTypes is what is told of a column, by the method that tells it.
type columnTypes map[string]string

// The methods of sql.ColumnType, in the order of the pages.
var columnTypeMethods = []string{"ScanType", "DatabaseTypeName", "Length", "DecimalSize", "Nullable"}

func describe(c *sql.ColumnType) columnTypes {
	told := columnTypes{"DatabaseTypeName": c.DatabaseTypeName(), "Length": untold, "DecimalSize": untold, "Nullable": untold, "ScanType": untold}
	if c.ScanType() != nil {
		told["ScanType"] = c.ScanType().String()
	}
	if n, ok := c.Length(); ok {
		told["Length"] = showSize(n)
	}
	if p, s, ok := c.DecimalSize(); ok {
		told["DecimalSize"] = showSize(p) + ", " + showSize(s)
	}
	if n, ok := c.Nullable(); ok {
		told["Nullable"] = fmt.Sprint(n)
	}
	return told
}
