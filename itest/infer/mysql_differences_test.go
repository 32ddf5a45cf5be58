package infer

import "maps"

// blob is why a []byte means something else than the text that go-sql-driver sends for it.
const blob = "a `[]byte` is a blob, but where a column that it is written into or a function of JSON needs a text; go-sql-driver sends a text, which is converted and compared as one; pass a string for a text"

// mysqlDifferences are the statements of which something else comes than by
// go-sql-driver, with the reason.
var mysqlDifferences = map[string]string{
	"SELECT ? = 'a' with []uint8":                           blob,
	"SELECT char_length(?) with []uint8":                    blob,
	"SELECT id FROM t WHERE l = ? ORDER BY id with []uint8": blob,
}

// mysql8Differences are those of MySQL itself, where MariaDB stands in for it.
var mysql8Differences = func() map[string]string {
	all := maps.Clone(mysqlDifferences)
	delete(all, "SELECT ? = 'a' with []uint8") // which compares the parameter as it does the literal
	return all
}()
