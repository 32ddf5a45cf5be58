package server_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
)

// mysqlTypeTests has a value of each type of a column. On MariaDB, JSON is
// another name of LONGTEXT, so that there the row of JSON is one of LONGTEXT.
var mysqlTypeTests = []struct {
	typ       string
	literal   string
	want      any
	typeName  string
	jdbc      int32
	precision int32
	scale     int32
	signed    bool
}{
	{"tinyint(1)", "1", true, "BIT", -7, 1, 0, false},
	{"boolean", "false", false, "BIT", -7, 1, 0, false},
	{"boolean", "-7", true, "BIT", -7, 1, 0, false},
	{"bit(1)", "b'1'", true, "BIT", -7, 1, 0, false},
	{"bit(1)", "b'0'", false, "BIT", -7, 1, 0, false},
	{"bit(12)", "b'100000001'", []byte{1, 1}, "BIT", -3, 12, 0, false},
	{"tinyint", "-128", int64(-128), "TINYINT", -6, 3, 0, true},
	{"tinyint unsigned", "255", int64(255), "TINYINT UNSIGNED", -6, 3, 0, false},
	{"tinyint(1) unsigned", "255", int64(255), "TINYINT UNSIGNED", -6, 3, 0, false},
	{"smallint", "-32768", int64(-32768), "SMALLINT", 5, 5, 0, true},
	{"smallint unsigned", "65535", int64(65535), "SMALLINT UNSIGNED", 5, 5, 0, false},
	{"mediumint", "-8388608", int64(-8388608), "MEDIUMINT", 4, 7, 0, true},
	{"mediumint unsigned", "16777215", int64(16777215), "MEDIUMINT UNSIGNED", 4, 8, 0, false},
	{"int", "-2147483648", int64(math.MinInt32), "INT", 4, 10, 0, true},
	{"int unsigned", "4294967295", int64(math.MaxUint32), "INT UNSIGNED", 4, 10, 0, false},
	{"int unsigned zerofill", "7", int64(7), "INT UNSIGNED", 4, 10, 0, false},
	{"bigint", "-9223372036854775808", int64(math.MinInt64), "BIGINT", -5, 19, 0, true},
	{"bigint unsigned", "9223372036854775807", int64(math.MaxInt64), "BIGINT UNSIGNED", -5, 20, 0, false},
	{"bigint unsigned", "18446744073709551615", "18446744073709551615", "BIGINT UNSIGNED", -5, 20, 0, false},
	{"float", "3.14", 3.14, "FLOAT", 7, 12, 0, true},
	{"float", "16777217", 16777216.0, "FLOAT", 7, 12, 0, true},
	{"float unsigned", "0.1", 0.1, "FLOAT UNSIGNED", 7, 12, 0, false},
	{"double", "1e300", 1e300, "DOUBLE", 8, 22, 0, true},
	{"double", "0.1", 0.1, "DOUBLE", 8, 22, 0, true},
	{"decimal(12,4)", "123456.789", "123456.7890", "DECIMAL", 3, 12, 4, true},
	{"decimal(12,4) unsigned", "0", "0.0000", "DECIMAL UNSIGNED", 3, 12, 4, false},
	{"decimal(30,0)", "-123456789012345678901234567890", "-123456789012345678901234567890", "DECIMAL", 3, 30, 0, true},
	{"date", "'2024-02-29'", "2024-02-29", "DATE", 91, 10, 0, false},
	{"time", "'23:59:59'", "23:59:59", "TIME", 92, 10, 0, false},
	{"time", "'-838:59:59'", "-838:59:59", "TIME", 92, 10, 0, false},
	{"time(3)", "'23:59:59.5'", "23:59:59.500", "TIME", 92, 14, 3, false},
	{"datetime", "'2024-01-02 03:04:05'", "2024-01-02 03:04:05", "DATETIME", 93, 19, 0, false},
	{"datetime(6)", "'2024-01-02 03:04:05.78018'", "2024-01-02 03:04:05.780180", "DATETIME", 93, 26, 6, false},
	{"datetime(6)", "'2024-01-02 03:04:05'", "2024-01-02 03:04:05", "DATETIME", 93, 26, 6, false},
	{"datetime(1)", "'9999-12-31 23:59:59.9'", "9999-12-31 23:59:59.900", "DATETIME", 93, 21, 1, false},
	{"timestamp null", "'2024-01-02 03:04:05'", "2024-01-02 03:04:05", "TIMESTAMP", 93, 19, 0, false},
	{"year", "2024", "2024-01-01", "YEAR", 91, 4, 0, false},
	{"char(5)", "'ab'", "ab", "CHAR", 1, 5, 0, false},
	{"varchar(20)", "'é NULL'", "é NULL", "VARCHAR", 12, 20, 0, false},
	{"varchar(20)", "''", "", "VARCHAR", 12, 20, 0, false},
	{"tinytext", "'😀'", "😀", "TINYTEXT", 12, 255, 0, false},
	{"text", "'a'", "a", "TEXT", -1, 65535, 0, false},
	{"mediumtext", "'a'", "a", "MEDIUMTEXT", -1, 16777215, 0, false},
	{"longtext", "'a'", "a", "LONGTEXT", -1, none, 0, false},
	{"enum('x','long')", "'long'", "long", "ENUM", 1, 4, 0, false},
	{"set('x','y')", "'x,y'", "x,y", "SET", 1, 3, 0, false},
	{"json", `'{"a": [1, 2.50]}'`, `{"a":[1,2.5]}`, "JSON", -1, none, 0, false},
	{"binary(4)", "'a'", []byte{'a', 0, 0, 0}, "BINARY", -2, 4, 0, false},
	{"varbinary(9)", "x'00ff'", []byte{0, 255}, "VARBINARY", -3, 9, 0, false},
	{"tinyblob", "''", []byte{}, "TINYBLOB", -3, 255, 0, false},
	{"blob", "x'c3'", []byte{0xc3}, "BLOB", -4, 65535, 0, false},
	{"mediumblob", "'a'", []byte("a"), "MEDIUMBLOB", -4, 16777215, 0, false},
	{"longblob", "'a'", []byte("a"), "LONGBLOB", -4, none, 0, false},
	{"point", "ST_GeomFromText('POINT(0 0)')", append([]byte{0, 0, 0, 0, 1, 1, 0, 0, 0}, make([]byte, 16)...), "GEOMETRY", -2, none, 0, false},
}

func TestMySQLTypes(t *testing.T) {
	s := serveMySQL(t)
	var columns, values, nulls []string
	for i, test := range mysqlTypeTests {
		columns = append(columns, fmt.Sprintf("c%d %s", i, test.typ))
		values, nulls = append(values, test.literal), append(nulls, "NULL")
	}
	s.must("", "CREATE TABLE t ("+strings.Join(columns, ", ")+")")
	s.must("", "INSERT INTO t VALUES ("+strings.Join(values, ", ")+"), ("+strings.Join(nulls, ", ")+")")
	for i, test := range mysqlTypeTests {
		t.Run(test.typ+" "+test.literal, func(t *testing.T) {
			if test.typ == "json" && mysqlIsMariaDB(t) {
				test.typeName, test.want = "LONGTEXT", `{"a": [1, 2.50]}`
			}
			name := fmt.Sprint("c", i)
			in := s.input("", "SELECT "+name+" AS b FROM t AS u")
			in.IncludeResultMetadata = true
			out, err := s.ExecuteStatement(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, plain(out.Records[0][0]), test.want)
			same(t, plain(out.Records[1][0]), nil)
			m := out.ColumnMetadata[0]
			same(t, []any{*m.Label, *m.Name, *m.TypeName, m.Type, m.Precision, m.Scale, m.IsSigned, m.IsCaseSensitive,
				m.Nullable, m.IsCurrency, m.IsAutoIncrement, *m.SchemaName, *m.TableName, m.ArrayBaseColumnType},
				[]any{"b", name, test.typeName, test.jdbc, test.precision, test.scale, test.signed, false,
					int32(1), false, false, "", "t", int32(0)})
		})
	}
}

// TestMySQLMetadata is about what a column says besides its type.
func TestMySQLMetadata(t *testing.T) {
	s := serveMySQL(t)
	s.must("", "CREATE TABLE cats (id int UNSIGNED AUTO_INCREMENT PRIMARY KEY, name varchar(100) NOT NULL, born timestamp NULL)")
	s.must("", "CREATE VIEW w AS SELECT id, name AS called FROM cats")
	in := s.input("", "SELECT c.*, id + 1, called, NULL, 'x' AS `odd \"label\"` FROM cats AS c LEFT JOIN w USING (id)")
	in.IncludeResultMetadata = true
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, len(out.Records), 0)
	var got [][]any
	for _, m := range out.ColumnMetadata {
		got = append(got, []any{*m.Label, *m.Name, *m.TableName, m.Nullable, m.IsAutoIncrement, m.Type})
	}
	same(t, got[:3], [][]any{
		{"id", "id", "cats", int32(0), true, int32(4)},
		{"name", "name", "cats", int32(0), false, int32(12)},
		{"born", "born", "cats", int32(1), false, int32(93)},
	})
	same(t, got[3][:2], []any{"id + 1", "id + 1"})
	same(t, got[4][0], any("called"))
	same(t, got[5][0], any("NULL"))
	same(t, got[6][:3], []any{`odd "label"`, `odd "label"`, ""})
}

// TestMySQLZeroDates is about dates that the service's sql_mode keeps out.
func TestMySQLZeroDates(t *testing.T) {
	s := serveMySQL(t)
	mysqlAdmin(t, "CREATE TABLE "+s.database+".t (i int, d date, e datetime, f timestamp NULL)")
	tx := s.begin()
	s.must(tx, "SET sql_mode = ''")
	s.must(tx, "INSERT INTO t VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00'), (2, '2024-00-01', '2024-02-00', '2024-01-01')")
	for _, sql := range []string{"SELECT d FROM t", "SELECT e FROM t", "SELECT f FROM t WHERE i = 1", "SELECT d FROM t WHERE i = 2", "SELECT e FROM t WHERE i = 2"} {
		_, err := s.execute(tx, sql)
		refused(t, err, "InternalFailure", noText)
	}
	same(t, s.value(tx, "SELECT CAST(d AS char) FROM t WHERE i = 1"), any("0000-00-00"))
	if _, err := s.commit(tx); err != nil {
		t.Fatal(err)
	}
}

func TestMySQLParameters(t *testing.T) {
	s := serveMySQL(t)
	empty := any([]byte{})
	if !mysqlIsMariaDB(t) { // MySQL takes SELECT ? for a text
		empty = ""
	}
	for _, test := range []struct {
		sql   string
		param types.SqlParameter
		want  any
	}{
		{"SELECT :p", p("p", "it's \\ \"é\" 😀"), "it's \\ \"é\" 😀"},
		{"SELECT :p", p("p", ""), ""},
		{"SELECT :p", p("p", int64(math.MinInt64)), int64(math.MinInt64)},
		{"SELECT :p", p("p", 0.1), 0.1},
		{"SELECT :p + 0", p("p", true), int64(1)},
		{"SELECT :p + 0", p("p", false), int64(0)},
		{"SELECT :p", p("p", []byte{0, 255, 'x'}), []byte{0, 255, 'x'}},
		{"SELECT :p", p("p", []byte{}), empty},
		{"SELECT :p", p("p", "18446744073709551615", types.TypeHintDecimal), "18446744073709551615"},
		{"SELECT CAST(18446744073709551615 AS UNSIGNED) = :p", p("p", "18446744073709551615", types.TypeHintDecimal), int64(1)},
		{"SELECT CAST(18446744073709551615 AS UNSIGNED) = :p", p("p", "18446744073709551614", types.TypeHintDecimal), int64(0)},
		{"SELECT :p IS NULL", p("p", nil), int64(1)},
		{"SELECT :p IS NULL", p("p", nil, types.TypeHintJson), int64(1)},
		{"SELECT CAST(:p AS decimal(20,10))", p("p", "12345.0000000001", types.TypeHintDecimal), "12345.0000000001"},
		{"SELECT CAST(:p AS datetime(6))", p("p", "2024-01-02 03:04:05.000001", types.TypeHintTimestamp), "2024-01-02 03:04:05.000001"},
		{"SELECT CAST(:p AS date)", p("p", "2024-01-02", types.TypeHintDate), "2024-01-02"},
		{"SELECT CAST(:p AS time)", p("p", "23:59:59", types.TypeHintTime), "23:59:59"},
		{"SELECT JSON_EXTRACT(:p, '$.a') + 0", p("p", `{"a": 7}`, types.TypeHintJson), 7.0},
		{"SELECT concat(:p, :p, '?', ':p')", p("p", "x"), "xx?:p"},
		{"SELECT 7 LIMIT :p", p("p", 1), int64(7)},
		{"SELECT @a := :p", p("p", 7), int64(7)},
	} {
		t.Run(test.sql, func(t *testing.T) {
			same(t, s.on(t).value("", test.sql, test.param), test.want)
		})
	}
	t.Run("many", func(t *testing.T) {
		s := s.on(t)
		s.must("", "CREATE TABLE t (a blob, b text, c boolean, d json, e enum('x','y'), f bit(9), g double, h longblob)")
		big := make([]byte, 1<<20)
		big[7] = 0xff
		s.must("", "INSERT INTO t VALUES (:a, :b, :c, :d, :e, :f, :g, :h)", p("a", []byte{0xc3}), p("b", "é"), p("c", true),
			p("d", `{"k": 1}`), p("e", "y"), p("f", 257), p("g", 1.5), p("h", big))
		out := s.must("", "SELECT a, b, c, JSON_EXTRACT(d, '$.k') = 1, e, f, g, length(h), md5(h) = md5(:h) FROM t", p("h", big))
		same(t, plains(out.Records[0]), []any{[]byte{0xc3}, "é", true, int64(1), "y", []byte{1, 1}, 1.5, int64(1 << 20), int64(1)})
	})
	t.Run("refused", func(t *testing.T) {
		_, err := s.execute("", "SELECT :p", p("p", "550e8400-e29b-41d4-a716-446655440000", types.TypeHintUuid))
		refused(t, err, "ValidationException", "The typeHint UUID of parameter p is not supported by MySQL")
		_, err = s.execute("", "SELECT :p", p("p", &types.FieldMemberArrayValue{Value: &types.ArrayValueMemberLongValues{}}))
		refused(t, err, "ValidationException", "Array parameters are not supported")
		_, err = s.execute("", "SELECT :p")
		refused(t, err, "ValidationException", "Cannot find parameter: p")
		_, err = s.execute("", "INSERT INTO t (g) VALUES (:p)", p("p", "no number"))
		refusedLike(t, err, "DatabaseErrorException", "SQLState: ")
	})
}
