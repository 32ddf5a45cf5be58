package infer

// mysqlDifferences are the statements of which something else comes than by
// go-sql-driver, with the reason.
var mysqlDifferences = map[string]string{}
