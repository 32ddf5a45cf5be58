package infer

const (
	goTypes = "PostgreSQL cannot tell a type, and the types of the Go values decide; pgx does not ask them"
	lenient = "pgx has no text for the Go value; here it is the same number as text, which PostgreSQL may take"
)

// differences are the statements whose rows or SQLSTATE are not those of pgx, with
// the reason.
var differences = map[string]string{
	"SELECT unnest($1) with []string":                                                                       goTypes,
	"SELECT $1 + $2 with int, int":                                                                          goTypes,
	"SELECT s FROM t WHERE $1 IS NULL OR s = $1 ORDER BY s with string":                                     goTypes,
	"SELECT (d + $1)::text FROM t WHERE s = 'one' with int":                                                 goTypes + "; there is no operator for them either",
	"SELECT substring($1 FROM $2 FOR $3) with string, int, int":                                             "PostgreSQL tells text, of the form with a pattern; pgx has no text for an integer, and here there is no such function for the integers",
	"SELECT s FROM t WHERE r @> $1 ORDER BY s with int":                                                     lenient,
	"SELECT s FROM t ORDER BY $1 with int":                                                                  "PostgreSQL tells text, and orders by what is the same for all rows; pgx has no text for an integer",
	"SELECT s FROM t WHERE ip = $1 with net.IP":                                                             "an IPv4 address of 16 bytes, which net.IPv4 makes, is the IPv4 address here, and one of IPv6 in pgx",
	"SELECT date_trunc($1, tst)::text, count(*) FROM t GROUP BY date_trunc($1, tst) ORDER BY 1 with string": "the service makes two parameters of one that is there twice, so that PostgreSQL does not see that the expressions are the same (F0084); write GROUP BY 1, or use `params=literal`",
}
