package dialect

import (
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Ranges returns a query that takes the rows of a page apart into ranges of about so
// many bytes, by one pass over them: it returns how many rows each range has, in their
// order. A range passes its bytes by less than its last row. The page is described as
// for Page, with the labels of its columns, or "" for one whose values are short. ok is
// false if no key is sought, or what the query selects is not in its table.
//
// MySQL gives up after so many milliseconds, as the rows may have any size. The hint
// means nothing to MariaDB.
func (s *KeyScan) Ranges(behind bool, offset, n int, labels []string, bytes, milliseconds int) (sql string, ok bool) {
	const shortValue = 20
	if !s.Seeks {
		return "", false
	}
	size, shorts := "", 0
	for _, label := range labels {
		column, found := s.named[strings.ToLower(label)]
		switch {
		case label == "":
			shorts++
		case !found, MySQL.NamesPlaceholder(column.Name) != "":
			return "", false
		default:
			size += " + COALESCE(" + column.answered(s.ref+".") + ", 0)"
		}
	}
	for _, c := range s.key {
		size += " + OCTET_LENGTH(" + c.value + ")"
	}
	sized := *s.Keyed // with its size in place of each row
	name := s.prefix + "size"
	sized.head = fmt.Sprintf("SELECT %d%s AS %s", wire.ResultRowBytes(len(labels)+len(s.key), shorts*shortValue), size, name)
	page := (&KeyScan{Keyed: &sized, Seeks: true, key: s.key, down: s.down, prefix: s.prefix}).Page(behind, offset, n)
	return fmt.Sprintf("SELECT /*+ MAX_EXECUTION_TIME(%d) */ COUNT(*) FROM ("+
		"SELECT FLOOR((SUM(%[2]s) OVER (ORDER BY %[3]s ROWS UNBOUNDED PRECEDING) - %[2]s) / %[4]d) AS part FROM (%[5]s) AS auroradataapi_row) AS auroradataapi_part GROUP BY part ORDER BY part",
		milliseconds, name, s.keyOrder(s.Parameter), bytes, page), true
}

// answered returns the size of a value as an answer has it, which is in UTF-8 (F0012).
func (c TableColumn) answered(ref string) string {
	name := ref + MySQL.QuoteIdent(c.Name)
	octets, inUTF8 := "OCTET_LENGTH("+name+")", "OCTET_LENGTH(CONVERT("+name+" USING utf8mb4))"
	switch {
	case c.Type == "": // of a table that was just made
		return "GREATEST(" + octets + ", COALESCE(" + inUTF8 + ", 0))"
	case c.Collation == "", strings.HasPrefix(strings.ToLower(c.Collation), "utf8"):
		return octets
	}
	return inUTF8
}
