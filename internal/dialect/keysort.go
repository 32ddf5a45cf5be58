package dialect

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// MySQL reads rows in an order by an index that has it, or it sorts them: that is for it
// to choose, and anew for each page. Where the two ways do not sort alike, rows would be
// lost between pages, and others come twice.

// A text is sorted by no more than max_sort_length bytes of weights, which are 1024, and
// an index has all of it. So many characters are within these:
const (
	// by a collation that compares one weight after the other, of at most four bytes;
	charsOfOneLevel = 255
	// by one to which accents or cases matter, whose weights come behind those of the letters;
	charsOfLevels = 64
	// and by one of MariaDB that fills each of the three levels up to the length that a
	// text of the column might have, at sixteen bytes a character.
	charsOfFilledLevels = 20
)

// base returns the name of the column's type, in lower case, and what is in parentheses
// behind it.
func (c TableColumn) base() (name, size string) {
	name = strings.ToLower(c.Type)
	if _, rest, ok := strings.Cut(name, "("); ok {
		size, _, _ = strings.Cut(rest, ")")
	}
	if i := strings.IndexAny(name, "( "); i >= 0 {
		name = name[:i]
	}
	return name, size
}

// sortsAlike reports whether an index of the whole column has the order in which its
// values are sorted without it.
func (c TableColumn) sortsAlike() bool {
	base, size := c.base()
	collation := strings.ToLower(c.Collation)
	switch base {
	case "char", "varchar", "binary", "varbinary":
	case "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob":
		return false
	default:
		return true
	}
	most := charsOfLevels
	switch {
	case base == "char" && strings.Contains(collation, "_nopad_"): // of MariaDB
		return false
	case strings.HasSuffix(collation, "_czech_cs"): // the old ones of cp1250 and latin2
		return false
	case oneLevel(collation):
		most = charsOfOneLevel
	case strings.Contains(collation, "_uca1400_"), strings.HasSuffix(collation, "_w2"):
		most = charsOfFilledLevels
	}
	n, err := strconv.Atoi(size)
	return err == nil && n <= most
}

// oneLevel reports whether a collation, in lower case, compares no more than one weight
// after the other: the binary ones do, and those to which neither accents nor cases
// matter, but for such as name one of them.
func oneLevel(collation string) bool {
	return collation == "" || collation == "binary" || strings.HasSuffix(collation, "_bin") ||
		strings.HasSuffix(collation, "_ci") && !strings.Contains(collation, "_as_")
}

// sortedTwoWays returns what the query may sort by and MySQL has more than one order for,
// in words; "" if there is nothing. Texts that are too long are not even sorted in one way
// where there is no index: MariaDB does it in two. An order that is more than columns of
// the table may be that of any index.
func (k *Keyed) sortedTwoWays(columns map[string]TableColumn, parts []IndexPart) string {
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		if (k.sorts[name] || k.sortsAny) && !columns[name].sortsAlike() {
			return "the column " + columns[name].Name
		}
	}
	for _, p := range parts {
		switch {
		case k.plain || p.Partial:
		case p.Column == "":
			return "an expression with an index"
		case !columns[strings.ToLower(p.Column)].sortsAlike():
			return "the column " + p.Column
		}
	}
	return ""
}

// sortNames notes the names that are in the order, and in what it takes from the select
// list by a name or a number.
func (r *clauseReader) sortNames(k *Keyed, by, list clause) {
	k.sorts = make(map[string]bool)
	note := func(c clause) {
		for i := c.from; i < c.to; i++ {
			k.sorts[r.bare(i)] = true
		}
	}
	note(by)
	selected, star := r.items(list), -1
	var named []clause
	for n, item := range selected {
		if r.is(item.to-1, "*") && star < 0 {
			star = n
		}
		if item.from+1 < item.to && k.sorts[r.bare(item.to-1)] {
			named = append(named, item)
		}
	}
	for _, item := range named {
		note(item)
	}
	for _, item := range r.items(by) {
		n, err := strconv.Atoi(r.bare(item.from))
		switch {
		case err != nil || n < 1:
		case star >= 0 && n > star:
			k.sortsAny = true
		case n <= len(selected):
			note(selected[n-1])
		}
	}
}

// bare returns a token in lower case, without quotes.
func (r *clauseReader) bare(i int) string {
	if name := r.lexer.name(r.tokens[i]); name != "" {
		return strings.ToLower(name)
	}
	return strings.ToLower(strings.Trim(r.text(r.tokens[i]), "'"))
}

// Chooses reports whether a function has a part in which rows there are, or in which
// order.
func (k *Keyed) Chooses(function string) bool {
	function = strings.ToLower(function)
	called := func(name string) bool { return strings.ToLower(name) == function }
	return k.sorts[function] || slices.ContainsFunc(MySQL.Parse(k.where).Calls(), called)
}

// items returns what is between the commas of a list.
func (r *clauseReader) items(list clause) (items []clause) {
	depth, from := 0, list.from
	for i := list.from; i < list.to; i++ {
		switch r.upper(i) {
		case "(":
			depth++
		case ")":
			depth--
		case ",":
			if depth == 0 && from < i {
				items = append(items, clause{from, i})
				from = i + 1
			}
		}
	}
	if from < list.to {
		items = append(items, clause{from, list.to})
	}
	return items
}
