package infer

// mysqlDifferences are the statements of which something else comes than by
// go-sql-driver, with the reason.
var mysqlDifferences = map[string]string{}

// mysql8Differences are those of MySQL itself, where MariaDB does as go-sql-driver has it.
var mysql8Differences = map[string]string{
	"UPDATE t SET j = ? WHERE id = 1 with []uint8": "A `[]byte` is a blob, which MySQL takes for no JSON; pass a string, a `json.RawMessage` or a `JSON`",
}
