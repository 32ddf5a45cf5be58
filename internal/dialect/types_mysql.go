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
var mysqlTypes = []Type{
	{Name: "BIT", JDBC: jdbcBit, Kind: wire.KindBoolean},
	{Name: "TINYINT", JDBC: jdbcTinyint, Kind: wire.KindLong},
	{Name: "TINYINT UNSIGNED", JDBC: jdbcTinyint, Kind: wire.KindLong},
	{Name: "SMALLINT", JDBC: jdbcSmallint, Kind: wire.KindLong},
	{Name: "SMALLINT UNSIGNED", JDBC: jdbcSmallint, Kind: wire.KindLong},
	{Name: "MEDIUMINT", JDBC: jdbcInteger, Kind: wire.KindLong},
	{Name: "MEDIUMINT UNSIGNED", JDBC: jdbcInteger, Kind: wire.KindLong},
	{Name: "INT", JDBC: jdbcInteger, Kind: wire.KindLong},
	{Name: "INT UNSIGNED", JDBC: jdbcInteger, Kind: wire.KindLong},
	{Name: "BIGINT", JDBC: jdbcBigint, Kind: wire.KindLong},
	{Name: "BIGINT UNSIGNED", JDBC: jdbcBigint, Kind: wire.KindLong},
	{Name: "FLOAT", JDBC: jdbcReal, Kind: wire.KindDouble},
	{Name: "FLOAT UNSIGNED", JDBC: jdbcReal, Kind: wire.KindDouble},
	{Name: "DOUBLE", JDBC: jdbcDouble, Kind: wire.KindDouble},
	{Name: "DOUBLE UNSIGNED", JDBC: jdbcDouble, Kind: wire.KindDouble},
	{Name: "DECIMAL", JDBC: jdbcDecimal, Kind: wire.KindString, Form: Numeric},
	{Name: "DECIMAL UNSIGNED", JDBC: jdbcDecimal, Kind: wire.KindString, Form: Numeric},

	// A TIMESTAMP is an instant, which the session's zone makes UTC (F0061).
	{Name: "DATE", JDBC: jdbcDate, Kind: wire.KindString, Form: Date},
	{Name: "TIME", JDBC: jdbcTime, Kind: wire.KindString, Form: Time},
	{Name: "DATETIME", JDBC: jdbcTimestamp, Kind: wire.KindString, Form: Timestamp},
	{Name: "TIMESTAMP", JDBC: jdbcTimestamp, Kind: wire.KindString, Form: TimestampTZ},
	{Name: "YEAR", JDBC: jdbcDate, Kind: wire.KindString, Form: Date}, // a date (F0123)

	{Name: "CHAR", JDBC: jdbcChar, Kind: wire.KindString, Sized: true},
	{Name: "VARCHAR", JDBC: jdbcVarchar, Kind: wire.KindString, Sized: true},
	{Name: "TINYTEXT", JDBC: jdbcVarchar, Kind: wire.KindString, Sized: true},
	{Name: "TEXT", JDBC: jdbcLongVarchar, Kind: wire.KindString, Sized: true},
	{Name: "MEDIUMTEXT", JDBC: jdbcLongVarchar, Kind: wire.KindString, Sized: true},
	{Name: "LONGTEXT", JDBC: jdbcLongVarchar, Kind: wire.KindString, Sized: true},
	{Name: "ENUM", JDBC: jdbcChar, Kind: wire.KindString},
	{Name: "SET", JDBC: jdbcChar, Kind: wire.KindString},
	{Name: "JSON", JDBC: jdbcLongVarchar, Kind: wire.KindString, Form: JSON},
	{Name: "NULL", JDBC: jdbcNull, Kind: wire.KindString},

	{Name: "BINARY", JDBC: jdbcBinary, Kind: wire.KindBlob, Sized: true},
	{Name: "VARBINARY", JDBC: jdbcVarbinary, Kind: wire.KindBlob, Sized: true},
	{Name: "TINYBLOB", JDBC: jdbcVarbinary, Kind: wire.KindBlob, Sized: true},
	{Name: "BLOB", JDBC: jdbcLongVarbinary, Kind: wire.KindBlob, Sized: true},
	{Name: "MEDIUMBLOB", JDBC: jdbcLongVarbinary, Kind: wire.KindBlob, Sized: true},
	{Name: "LONGBLOB", JDBC: jdbcLongVarbinary, Kind: wire.KindBlob, Sized: true},
	{Name: "GEOMETRY", JDBC: jdbcBinary, Kind: wire.KindBlob},
	{Name: "VECTOR", JDBC: jdbcBinary, Kind: wire.KindBlob},
}
