package dialect

import "github.com/auroradataapi/auroradataapi/internal/wire"

// The java.sql.Types codes that PostgreSQL's types map to (F0043).
const (
	jdbcBit       = -7
	jdbcBigint    = -5
	jdbcBinary    = -2
	jdbcChar      = 1
	jdbcNumeric   = 2
	jdbcInteger   = 4
	jdbcSmallint  = 5
	jdbcReal      = 7
	jdbcDouble    = 8
	jdbcVarchar   = 12
	jdbcDate      = 91
	jdbcTime      = 92
	jdbcTimestamp = 93
	jdbcOther     = 1111
	jdbcStruct    = 2002
	jdbcArray     = 2003
	jdbcSQLXML    = 2009
)

// postgresTypes is the table of PostgreSQL's types. A type that is not listed,
// such as an enum or a domain, is looked up in the database's catalog.
var postgresTypes = []Type{
	// Scalars.
	{Name: "bool", OID: 16, JDBC: jdbcBit, Kind: wire.KindBoolean, Go: goBool},
	{Name: "int2", OID: 21, JDBC: jdbcSmallint, Kind: wire.KindLong, Go: goInt16},
	{Name: "int4", OID: 23, JDBC: jdbcInteger, Kind: wire.KindLong, Go: goInt32},
	{Name: "int8", OID: 20, JDBC: jdbcBigint, Kind: wire.KindLong, Go: goInt64},
	{Name: "float4", OID: 700, JDBC: jdbcReal, Kind: wire.KindDouble, Form: Real, Go: goFloat32},
	{Name: "float8", OID: 701, JDBC: jdbcDouble, Kind: wire.KindDouble, Go: goFloat64},
	{Name: "numeric", OID: 1700, JDBC: jdbcNumeric, Kind: wire.KindString, Form: Numeric},
	{Name: "text", OID: 25, JDBC: jdbcVarchar, Kind: wire.KindString, Sized: true},
	{Name: "varchar", OID: 1043, JDBC: jdbcVarchar, Kind: wire.KindString, Sized: true},
	{Name: "bpchar", OID: 1042, JDBC: jdbcChar, Kind: wire.KindString, Sized: true},
	{Name: "name", OID: 19, JDBC: jdbcVarchar, Kind: wire.KindString},
	{Name: "bytea", OID: 17, JDBC: jdbcBinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "uuid", OID: 2950, JDBC: jdbcOther, Kind: wire.KindString, Form: UUID},
	{Name: "json", OID: 114, JDBC: jdbcOther, Kind: wire.KindString, Form: JSON},
	{Name: "jsonb", OID: 3802, JDBC: jdbcOther, Kind: wire.KindString, Form: JSON},
	{Name: "date", OID: 1082, JDBC: jdbcDate, Kind: wire.KindString, Form: Date, Go: goTime},
	{Name: "time", OID: 1083, JDBC: jdbcTime, Kind: wire.KindString, Form: Time},
	{Name: "timestamp", OID: 1114, JDBC: jdbcTimestamp, Kind: wire.KindString, Form: Timestamp, Go: goTime},
	{Name: "timestamptz", OID: 1184, JDBC: jdbcTimestamp, Kind: wire.KindString, Form: TimestampTZ, Go: goTime},
	{Name: "inet", OID: 869, JDBC: jdbcOther, Kind: wire.KindString},
	{Name: "cidr", OID: 650, JDBC: jdbcOther, Kind: wire.KindString},
	{Name: "oid", OID: 26, JDBC: jdbcBigint, Kind: wire.KindString, Form: Integer},
	{Name: "unknown", OID: 705, JDBC: jdbcVarchar, Kind: wire.KindString},

	// Ranges that the service returns as text; it refuses the others, below.
	{Name: "int4range", OID: 3904, JDBC: jdbcOther, Kind: wire.KindString},
	{Name: "numrange", OID: 3906, JDBC: jdbcOther, Kind: wire.KindString},
	{Name: "tstzrange", OID: 3910, JDBC: jdbcOther, Kind: wire.KindString},

	// A function without a result yields an empty string (F0236).
	{Name: "void", OID: 2278, JDBC: jdbcOther, Kind: wire.KindString},

	// What a column of a table that a sequence feeds is called instead.
	{Name: "smallserial", Base: "int2", JDBC: jdbcSmallint, Kind: wire.KindLong, Go: goInt16},
	{Name: "serial", Base: "int4", JDBC: jdbcInteger, Kind: wire.KindLong, Go: goInt32},
	{Name: "bigserial", Base: "int8", JDBC: jdbcBigint, Kind: wire.KindLong, Go: goInt64},

	// The vector extension, whose number differs from database to database.
	{Name: "vector", JDBC: jdbcOther, Kind: wire.KindString},

	// Arrays.
	{Name: "_bool", OID: 1000, JDBC: jdbcArray, Kind: wire.KindArray, Element: "bool"},
	{Name: "_int2", OID: 1005, JDBC: jdbcArray, Kind: wire.KindArray, Element: "int2"},
	{Name: "_int4", OID: 1007, JDBC: jdbcArray, Kind: wire.KindArray, Element: "int4"},
	{Name: "_int8", OID: 1016, JDBC: jdbcArray, Kind: wire.KindArray, Element: "int8"},
	{Name: "_float4", OID: 1021, JDBC: jdbcArray, Kind: wire.KindArray, Element: "float4"},
	{Name: "_float8", OID: 1022, JDBC: jdbcArray, Kind: wire.KindArray, Element: "float8"},
	{Name: "_numeric", OID: 1231, JDBC: jdbcArray, Kind: wire.KindArray, Element: "numeric"},
	{Name: "_text", OID: 1009, JDBC: jdbcArray, Kind: wire.KindArray, Element: "text"},
	{Name: "_varchar", OID: 1015, JDBC: jdbcArray, Kind: wire.KindArray, Element: "varchar"},
	{Name: "_bpchar", OID: 1014, JDBC: jdbcArray, Kind: wire.KindArray, Element: "bpchar"},
	{Name: "_name", OID: 1003, JDBC: jdbcArray, Kind: wire.KindArray, Element: "name"},
	{Name: "_bytea", OID: 1001, JDBC: jdbcArray, Kind: wire.KindArray, Element: "bytea"},
	{Name: "_uuid", OID: 2951, JDBC: jdbcArray, Kind: wire.KindArray, Element: "uuid"},
	{Name: "_json", OID: 199, JDBC: jdbcArray, Kind: wire.KindArray, Element: "json"},
	{Name: "_jsonb", OID: 3807, JDBC: jdbcArray, Kind: wire.KindArray, Element: "jsonb"},
	{Name: "_date", OID: 1182, JDBC: jdbcArray, Kind: wire.KindArray, Element: "date"},
	{Name: "_time", OID: 1183, JDBC: jdbcArray, Kind: wire.KindArray, Element: "time"},
	{Name: "_timestamp", OID: 1115, JDBC: jdbcArray, Kind: wire.KindArray, Element: "timestamp"},
	{Name: "_timestamptz", OID: 1185, JDBC: jdbcArray, Kind: wire.KindArray, Element: "timestamptz"},
	{Name: "_inet", OID: 1041, JDBC: jdbcArray, Kind: wire.KindArray, Element: "inet"},
	{Name: "_cidr", OID: 651, JDBC: jdbcArray, Kind: wire.KindArray, Element: "cidr"},
	{Name: "_oid", OID: 1028, JDBC: jdbcArray, Kind: wire.KindArray, Element: "oid"},

	// Types that the service does not return: in capitals those that its own
	// driver knows, by their catalog name the others.
	{Name: "interval", OID: 1186, JDBC: jdbcOther, Kind: wire.KindString, Refused: "INTERVAL"},
	{Name: "timetz", OID: 1266, JDBC: jdbcTime, Kind: wire.KindString, Refused: "TIMETZ"},
	{Name: "money", OID: 790, JDBC: jdbcDouble, Kind: wire.KindString, Refused: "MONEY"},
	{Name: "xml", OID: 142, JDBC: jdbcSQLXML, Kind: wire.KindString, Form: XML, Refused: "XML"},
	{Name: "char", OID: 18, JDBC: jdbcChar, Kind: wire.KindString, Refused: `"CHAR"`},
	{Name: "point", OID: 600, JDBC: jdbcOther, Kind: wire.KindString, Refused: "POINT"},
	{Name: "lseg", OID: 601, JDBC: jdbcOther, Kind: wire.KindString, Refused: "LSEG"},
	{Name: "path", OID: 602, JDBC: jdbcOther, Kind: wire.KindString, Refused: "PATH"},
	{Name: "box", OID: 603, JDBC: jdbcOther, Kind: wire.KindString, Refused: "BOX"},
	{Name: "polygon", OID: 604, JDBC: jdbcOther, Kind: wire.KindString, Refused: "POLYGON"},
	{Name: "line", OID: 628, JDBC: jdbcOther, Kind: wire.KindString, Refused: "LINE"},
	{Name: "circle", OID: 718, JDBC: jdbcOther, Kind: wire.KindString, Refused: "CIRCLE"},
	{Name: "macaddr", OID: 829, JDBC: jdbcOther, Kind: wire.KindString, Refused: "MACADDR"},
	{Name: "macaddr8", OID: 774, JDBC: jdbcOther, Kind: wire.KindString, Refused: "MACADDR8"},
	{Name: "bit", OID: 1560, JDBC: jdbcBit, Kind: wire.KindString, Refused: "BIT"},
	{Name: "varbit", OID: 1562, JDBC: jdbcOther, Kind: wire.KindString, Sized: true, Refused: "VARBIT"},
	{Name: "int8range", OID: 3926, JDBC: jdbcOther, Kind: wire.KindString, Refused: "INT8RANGE"},
	{Name: "daterange", OID: 3912, JDBC: jdbcOther, Kind: wire.KindString, Refused: "DATERANGE"},
	{Name: "tsrange", OID: 3908, JDBC: jdbcOther, Kind: wire.KindString, Refused: "TSRANGE"},
	{Name: "jsonpath", OID: 4072, JDBC: jdbcOther, Kind: wire.KindString, Refused: "JSONPATH"},
	{Name: "record", OID: 2249, JDBC: jdbcStruct, Kind: wire.KindString, Refused: "RECORD"},
	{Name: "tsvector", OID: 3614, JDBC: jdbcOther, Kind: wire.KindString, Refused: "tsvector"},
	{Name: "tsquery", OID: 3615, JDBC: jdbcOther, Kind: wire.KindString, Refused: "tsquery"},
	{Name: "regclass", OID: 2205, JDBC: jdbcOther, Kind: wire.KindString, Refused: "regclass"},
	{Name: "regtype", OID: 2206, JDBC: jdbcOther, Kind: wire.KindString, Refused: "regtype"},
	{Name: "regproc", OID: 24, JDBC: jdbcOther, Kind: wire.KindString, Refused: "regproc"},
	{Name: "xid", OID: 28, JDBC: jdbcOther, Kind: wire.KindString, Form: Integer, Refused: "xid"},
	{Name: "cid", OID: 29, JDBC: jdbcOther, Kind: wire.KindString, Form: Integer, Refused: "cid"},
	{Name: "tid", OID: 27, JDBC: jdbcOther, Kind: wire.KindString, Refused: "tid"},
	{Name: "pg_lsn", OID: 3220, JDBC: jdbcOther, Kind: wire.KindString, Refused: "pg_lsn"},
	{Name: "int2vector", OID: 22, JDBC: jdbcOther, Kind: wire.KindString, Refused: "int2vector"},
	{Name: "oidvector", OID: 30, JDBC: jdbcOther, Kind: wire.KindString, Refused: "oidvector"},
	{Name: "refcursor", OID: 1790, JDBC: jdbcOther, Kind: wire.KindString, Refused: "refcursor"},
}
