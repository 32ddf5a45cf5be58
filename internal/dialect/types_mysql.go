package dialect

import "github.com/auroradataapi/auroradataapi/internal/wire"

// The java.sql.Types codes that only MySQL's types map to (F0043).
const (
	jdbcTinyint       = -6
	jdbcLongVarbinary = -4
	jdbcVarbinary     = -3
	jdbcLongVarchar   = -1
	jdbcNull          = 0
	jdbcDecimal       = 3
)

// mysqlTypes is the table of MySQL's types, by the names of F0124. TINYINT(1)
// is BIT, and so is a BIT of more than one bit, whose values are blobs (F0250).
// A date and time has the type that takes NULL even where there is none.
var mysqlTypes = []Type{
	{Name: "BIT", JDBC: jdbcBit, Kind: wire.KindBoolean, Form: Bit, Go: goInt8, GoNull: goNullInt},
	{Name: "TINYINT", JDBC: jdbcTinyint, Kind: wire.KindLong, Go: goInt8, GoNull: goNullInt},
	{Name: "TINYINT UNSIGNED", JDBC: jdbcTinyint, Kind: wire.KindLong, DatabaseTypeName: "UNSIGNED TINYINT", Go: goUint8, GoNull: goNullInt},
	{Name: "SMALLINT", JDBC: jdbcSmallint, Kind: wire.KindLong, Go: goInt16, GoNull: goNullInt},
	{Name: "SMALLINT UNSIGNED", JDBC: jdbcSmallint, Kind: wire.KindLong, DatabaseTypeName: "UNSIGNED SMALLINT", Go: goUint16, GoNull: goNullInt},
	{Name: "MEDIUMINT", JDBC: jdbcInteger, Kind: wire.KindLong, Go: goInt32, GoNull: goNullInt},
	{Name: "MEDIUMINT UNSIGNED", JDBC: jdbcInteger, Kind: wire.KindLong, DatabaseTypeName: "UNSIGNED MEDIUMINT", Go: goUint32, GoNull: goNullInt},
	{Name: "INT", JDBC: jdbcInteger, Kind: wire.KindLong, Go: goInt32, GoNull: goNullInt},
	{Name: "INT UNSIGNED", JDBC: jdbcInteger, Kind: wire.KindLong, DatabaseTypeName: "UNSIGNED INT", Go: goUint32, GoNull: goNullInt},
	{Name: "BIGINT", JDBC: jdbcBigint, Kind: wire.KindLong, Go: goInt64, GoNull: goNullInt},
	{Name: "BIGINT UNSIGNED", JDBC: jdbcBigint, Kind: wire.KindLong, Form: Integer, DatabaseTypeName: "UNSIGNED BIGINT", Go: goUint64, GoNull: goNullUint},
	{Name: "FLOAT", JDBC: jdbcReal, Kind: wire.KindDouble, Go: goFloat32, GoNull: goNullFloat},
	{Name: "FLOAT UNSIGNED", JDBC: jdbcReal, Kind: wire.KindDouble, DatabaseTypeName: "FLOAT", Go: goFloat32, GoNull: goNullFloat},
	{Name: "DOUBLE", JDBC: jdbcDouble, Kind: wire.KindDouble, Go: goFloat64, GoNull: goNullFloat},
	{Name: "DOUBLE UNSIGNED", JDBC: jdbcDouble, Kind: wire.KindDouble, DatabaseTypeName: "DOUBLE", Go: goFloat64, GoNull: goNullFloat},
	{Name: "DECIMAL", JDBC: jdbcDecimal, Kind: wire.KindString, Form: Numeric, GoNull: goNullString},
	{Name: "DECIMAL UNSIGNED", JDBC: jdbcDecimal, Kind: wire.KindString, Form: Numeric, DatabaseTypeName: "DECIMAL", GoNull: goNullString},

	// A TIMESTAMP is an instant, which the session's zone makes UTC (F0061).
	{Name: "DATE", JDBC: jdbcDate, Kind: wire.KindString, Form: Date, Go: goNullTime},
	{Name: "TIME", JDBC: jdbcTime, Kind: wire.KindString, Form: Duration, FractionDigits: true, GoNull: goNullString},
	{Name: "DATETIME", JDBC: jdbcTimestamp, Kind: wire.KindString, Form: Timestamp, FractionDigits: true, Go: goNullTime},
	{Name: "TIMESTAMP", JDBC: jdbcTimestamp, Kind: wire.KindString, Form: TimestampTZ, FractionDigits: true, Go: goNullTime},
	{Name: "YEAR", JDBC: jdbcDate, Kind: wire.KindString, Form: Year, Go: goUint16, GoNull: goNullInt}, // a date (F0123)

	{Name: "CHAR", JDBC: jdbcChar, Kind: wire.KindString, Sized: true, GoNull: goNullString},
	{Name: "VARCHAR", JDBC: jdbcVarchar, Kind: wire.KindString, Sized: true, GoNull: goNullString},
	{Name: "TINYTEXT", JDBC: jdbcVarchar, Kind: wire.KindString, Sized: true, GoNull: goNullString},
	{Name: "TEXT", JDBC: jdbcLongVarchar, Kind: wire.KindString, Sized: true, GoNull: goNullString},
	{Name: "MEDIUMTEXT", JDBC: jdbcLongVarchar, Kind: wire.KindString, Sized: true, GoNull: goNullString},
	{Name: "LONGTEXT", JDBC: jdbcLongVarchar, Kind: wire.KindString, Sized: true, GoNull: goNullString},
	{Name: "ENUM", JDBC: jdbcChar, Kind: wire.KindString, GoNull: goNullString},
	{Name: "SET", JDBC: jdbcChar, Kind: wire.KindString, GoNull: goNullString},
	{Name: "JSON", JDBC: jdbcLongVarchar, Kind: wire.KindString, Form: JSON, GoNull: goNullString},
	{Name: "NULL", JDBC: jdbcNull, Kind: wire.KindString, GoNull: goNullString},

	{Name: "BINARY", JDBC: jdbcBinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "VARBINARY", JDBC: jdbcVarbinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "TINYBLOB", JDBC: jdbcVarbinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "BLOB", JDBC: jdbcLongVarbinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "MEDIUMBLOB", JDBC: jdbcLongVarbinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "LONGBLOB", JDBC: jdbcLongVarbinary, Kind: wire.KindBlob, Sized: true, Go: goBytes},
	{Name: "GEOMETRY", JDBC: jdbcBinary, Kind: wire.KindBlob, Go: goBytes},
	{Name: "VECTOR", JDBC: jdbcBinary, Kind: wire.KindBlob, Go: goBytes},
}
