package server_test

import (
	"context"
	"math"
	"strconv"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

const (
	noText    = "UnknownError" // what the SDK says for an empty message
	none      = 2147483647
	otherJDBC = 1111
)

// typeTests has a value of each type that the service returns.
var typeTests = []struct {
	typ       string
	literal   string
	want      any
	typeName  string
	jdbc      int32
	precision int32
	scale     int32
	signed    bool
	folded    bool   // whether the type is not case sensitive
	array     any    // ARRAY[literal, NULL], if the type has arrays
	of        string // the member of the array
}{
	{typ: "smallint", literal: "-32768", want: int64(-32768), typeName: "int2", jdbc: 5, precision: 5, signed: true, folded: true, of: "long"},
	{typ: "integer", literal: "2147483647", want: int64(2147483647), typeName: "int4", jdbc: 4, precision: 10, signed: true, folded: true, of: "long"},
	{typ: "bigint", literal: "9223372036854775807", want: int64(math.MaxInt64), typeName: "int8", jdbc: -5, precision: 19, signed: true, folded: true, of: "long"},
	{typ: "real", literal: "3.14", want: 3.14, typeName: "float4", jdbc: 7, precision: 8, scale: 8, signed: true, folded: true, of: "double"},
	{typ: "float8", literal: "1e-300", want: 1e-300, typeName: "float8", jdbc: 8, precision: 17, scale: 17, signed: true, folded: true, of: "double"},
	{typ: "float8", literal: "-Infinity", want: math.Inf(-1), typeName: "float8", jdbc: 8, precision: 17, scale: 17, signed: true, folded: true, of: "double"},
	{typ: "numeric(12,4)", literal: "123456.7890", want: "123456.7890", typeName: "numeric", jdbc: 2, precision: 12, scale: 4, signed: true, folded: true, of: "string"},
	{typ: "numeric(5,-2)", literal: "1234567", want: "1234600", typeName: "numeric", jdbc: 2, precision: 5, scale: -2, signed: true, folded: true, of: "string"},
	{typ: "numeric", literal: "1e30", want: "1000000000000000000000000000000", typeName: "numeric", jdbc: 2, signed: true, folded: true, of: "string"},
	{typ: "numeric", literal: "NaN", want: "NaN", typeName: "numeric", jdbc: 2, signed: true, folded: true, of: "string"},
	{typ: "boolean", literal: "true", want: true, typeName: "bool", jdbc: -7, precision: 1, folded: true, of: "boolean"},
	{typ: "boolean", literal: "false", want: false, typeName: "bool", jdbc: -7, precision: 1, folded: true, of: "boolean"},
	{typ: "text", literal: `a,"b"\ {é} NULL`, want: `a,"b"\ {é} NULL`, typeName: "text", jdbc: 12, precision: none, of: "string"},
	{typ: "text", literal: "", want: "", typeName: "text", jdbc: 12, precision: none, of: "string"},
	{typ: "text", literal: "NULL", want: "NULL", typeName: "text", jdbc: 12, precision: none, of: "string"},
	{typ: "varchar(20)", literal: "short", want: "short", typeName: "varchar", jdbc: 12, precision: 20, of: "string"},
	{typ: "varchar", literal: "short", want: "short", typeName: "varchar", jdbc: 12, precision: none, of: "string"},
	{typ: "char(5)", literal: "ab", want: "ab   ", typeName: "bpchar", jdbc: 1, precision: 5, of: "string"},
	{typ: "name", literal: "ident", want: "ident", typeName: "name", jdbc: 12, precision: none, of: "string"},
	{typ: "bytea", literal: `\x00ff41`, want: []byte{0, 255, 'A'}, typeName: "bytea", jdbc: -2, precision: none},
	{typ: "bytea", literal: "", want: []byte{}, typeName: "bytea", jdbc: -2, precision: none},
	{typ: "uuid", literal: "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", want: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", typeName: "uuid", jdbc: otherJDBC, precision: none, of: "string"},
	{typ: "json", literal: `{ "b": [1, 2.50, 1e400],  "a": "x  y", "a": "é<" }`, want: `{"b":[1,2.50,1e400],"a":"x  y","a":"é<"}`, typeName: "json", jdbc: otherJDBC, precision: none, of: "string"},
	{typ: "jsonb", literal: `{"x": 0, "y": "0", "z": [0,0,1]}`, want: `{"x":0,"y":"0","z":[0,0,1]}`, typeName: "jsonb", jdbc: otherJDBC, precision: none, of: "string"},
	{typ: "date", literal: "2024-02-29", want: "2024-02-29", typeName: "date", jdbc: 91, precision: 13, folded: true, of: "string"},
	{typ: "time", literal: "23:59:59", want: "23:59:59", typeName: "time", jdbc: 92, precision: 15, scale: 6, folded: true, of: "string"},
	{typ: "time(3)", literal: "23:59:59.5", want: "23:59:59.500", typeName: "time", jdbc: 92, precision: 12, scale: 3, folded: true, of: "string"},
	{typ: "timestamp", literal: "2020-09-17 13:49:32.78018", want: "2020-09-17 13:49:32.780180", typeName: "timestamp", jdbc: 93, precision: 29, scale: 6, folded: true, of: "string"},
	{typ: "timestamp(0)", literal: "2020-09-17 13:49:32", want: "2020-09-17 13:49:32", typeName: "timestamp", jdbc: 93, precision: 22, folded: true, of: "string"},
	{typ: "timestamptz", literal: "2024-01-15 12:34:56.78+09", want: "2024-01-15 03:34:56.780", typeName: "timestamptz", jdbc: 93, precision: 35, scale: 6, folded: true, of: "string"},
	{typ: "inet", literal: "10.1.2.3/8", want: "10.1.2.3/8", typeName: "inet", jdbc: otherJDBC, precision: none, of: "string"},
	{typ: "cidr", literal: "10.0.0.0/8", want: "10.0.0.0/8", typeName: "cidr", jdbc: otherJDBC, precision: none, of: "string"},
	{typ: "oid", literal: "4294967295", want: "4294967295", typeName: "oid", jdbc: -5, precision: 10, folded: true, of: "string"},
	{typ: "int4range", literal: "[1,5)", want: "[1,5)", typeName: "int4range", jdbc: otherJDBC, precision: none},
	{typ: "mood", literal: "so, so", want: "so, so", typeName: "mood", jdbc: 12, precision: none, of: "string"},
	{typ: "positive", literal: "7", want: int64(7), typeName: "int4", jdbc: 4, precision: 10, signed: true, folded: true, of: "long"},
	{typ: "twice", literal: "7", want: int64(7), typeName: "int4", jdbc: 4, precision: 10, signed: true, folded: true, of: "long"},
}

func TestTypes(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TYPE mood AS ENUM ('so, so', 'fine')")
	s.must("", "CREATE DOMAIN positive AS int4 CHECK (value > 0)")
	s.must("", "CREATE DOMAIN twice AS positive")
	for _, test := range typeTests {
		t.Run(test.typ+" "+test.literal, func(t *testing.T) {
			sql := "SELECT CAST(CAST(:v AS text) AS " + test.typ + ") AS a, CAST(NULL AS " + test.typ + ") AS b"
			in := s.input("", sql, p("v", test.literal))
			in.IncludeResultMetadata = true
			out, err := s.ExecuteStatement(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, plain(out.Records[0][0]), test.want)
			same(t, plain(out.Records[0][1]), nil)
			m := out.ColumnMetadata[0]
			same(t, []any{*m.Label, *m.Name, *m.TypeName, m.Type, m.Precision, m.Scale, m.IsSigned, m.IsCaseSensitive,
				m.Nullable, m.IsCurrency, m.IsAutoIncrement, *m.SchemaName, *m.TableName, m.ArrayBaseColumnType},
				[]any{"a", "a", test.typeName, test.jdbc, test.precision, test.scale, test.signed, !test.folded,
					int32(2), false, false, "", "", int32(0)})
		})
	}
}

func TestArrays(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TYPE mood AS ENUM ('so, so', 'fine')")
	s.must("", "CREATE DOMAIN positive AS int4 CHECK (value > 0)")
	s.must("", "CREATE DOMAIN twice AS positive")
	for _, test := range typeTests {
		if test.of == "" {
			continue
		}
		t.Run(test.typ+" "+test.literal, func(t *testing.T) {
			sql := "SELECT ARRAY[CAST(:v AS text), NULL, :v]::" + test.typ + "[] AS a, ARRAY[]::" + test.typ + "[] AS b, NULL::" + test.typ + "[] AS c"
			in := s.input("", sql, p("v", test.literal))
			in.IncludeResultMetadata = true
			out, err := s.ExecuteStatement(context.Background(), in)
			if err != nil {
				t.Fatal(err)
			}
			same(t, plain(out.Records[0][0]), any(array{test.of, []any{test.want, nil, test.want}}))
			same(t, plain(out.Records[0][1]), any(array{test.of, []any{}}))
			same(t, plain(out.Records[0][2]), nil)
			m := out.ColumnMetadata[0]
			typeName := "_" + test.typeName
			if test.typ == "positive" || test.typ == "twice" {
				typeName = "_" + test.typ
			}
			same(t, []any{*m.TypeName, m.Type, m.ArrayBaseColumnType}, []any{typeName, int32(2003), test.jdbc})
		})
	}
	t.Run("bounds", func(t *testing.T) {
		s := s.on(t)
		same(t, s.value("", "SELECT '[0:1]={7,8}'::int[]"), any(array{"long", []any{int64(7), int64(8)}}))
	})
	t.Run("bytea", func(t *testing.T) {
		s := s.on(t)
		same(t, s.value("", `SELECT ARRAY['\x41'::bytea]`), any(array{"string", []any{`\x41`}}))
	})
	s.must("", "CREATE DOMAIN list AS int[]")
	for _, sql := range []string{"SELECT '{{1,2},{3,4}}'::int[]", "SELECT '[2:2][3:4]={{1,2}}'::int[]", "SELECT ARRAY[ARRAY['a']]",
		`SELECT '{"{1}",NULL}'::list[]`} {
		_, err := s.execute("", sql)
		refused(t, err, "UnsupportedResultException", "The result contains a multidimensional array")
	}
}

// TestTypeTable holds the type table against the catalog: every row has the
// number of a type of its name.
func TestTypeTable(t *testing.T) {
	found := 0
	for _, row := range admin(t, "postgres", "SELECT typname, oid FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace") {
		typ := dialect.PostgreSQL.TypeByName(row[0])
		if typ == nil || typ.OID == 0 {
			continue
		}
		found++
		if got := strconv.FormatUint(uint64(typ.OID), 10); got != row[1] {
			t.Errorf("%s has number %s, not %s", typ.Name, row[1], got)
		}
		if dialect.PostgreSQL.TypeByOID(typ.OID) != typ {
			t.Errorf("%s is not found by its number", typ.Name)
		}
		if typ.Element != "" && typ.Name != "_"+typ.Element {
			t.Errorf("%s is said to hold %s", typ.Name, typ.Element)
		}
	}
	if found < 70 {
		t.Errorf("only %d types of the table exist", found)
	}
}

func TestRefusedTypes(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TYPE pair AS (a int, b int)")
	s.must("", "CREATE TYPE floatrange AS RANGE (subtype = float8)")
	for _, test := range []struct{ expr, name string }{
		{"'1 day'::interval", "INTERVAL"}, {"'12:00+02'::timetz", "TIMETZ"}, {"'1'::money", "MONEY"},
		{"'<a/>'::xml", "XML"}, {`'a'::"char"`, `"CHAR"`}, {"'1,2'::point", "POINT"}, {"'{1,2,3}'::line", "LINE"},
		{"'1,2,3,4'::lseg", "LSEG"}, {"'1,2,3,4'::box", "BOX"}, {"'1,2'::path", "PATH"}, {"'1,2'::polygon", "POLYGON"},
		{"'1,2,3'::circle", "CIRCLE"}, {"'08:00:2b:01:02:03'::macaddr", "MACADDR"}, {"'08:00:2b:01:02:03:04:05'::macaddr8", "MACADDR8"},
		{"B'101'", "BIT"}, {"B'101'::varbit", "VARBIT"}, {"'a b'::tsvector", "tsvector"}, {"'a'::tsquery", "tsquery"},
		{"'[1,2)'::int8range", "INT8RANGE"}, {"'[2020-01-01,)'::daterange", "DATERANGE"}, {"'[,)'::tsrange", "TSRANGE"},
		{"'pg_class'::regclass", "regclass"}, {"'int'::regtype", "regtype"}, {"ROW(1,2)::pair", "pair"},
		{"ROW(1,2)", "RECORD"}, {"'[1,2]'::floatrange", "floatrange"}, {"'1 2'::int2vector", "int2vector"},
		{"ARRAY['1 day'::interval]", "INTERVAL[]"}, {"ARRAY['int'::regtype]", "regtype[]"}, {"ARRAY[ROW(1,2)::pair]", "pair[]"},
		{"'$.a'::jsonpath", "JSONPATH"}, {"NULL::interval", "INTERVAL"}, {"'{[1,2)}'::int4multirange", "int4multirange"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := s.execute("", "SELECT 1, "+test.expr)
			refused(t, err, "UnsupportedResultException", "The result contains the unsupported data type "+test.name+".")
			in := s.input("", "SELECT "+test.expr+" AS x WHERE false")
			in.IncludeResultMetadata = true
			out, err := s.ExecuteStatement(context.Background(), in)
			if err != nil {
				t.Fatalf("without rows: %v", err)
			}
			same(t, len(out.ColumnMetadata), 1)
		})
	}
	t.Run("first column wins", func(t *testing.T) {
		_, err := s.execute("", "SELECT 1, '1'::money, '1 day'::interval")
		refused(t, err, "UnsupportedResultException", "The result contains the unsupported data type MONEY.")
	})
	t.Run("the statement has run", func(t *testing.T) {
		s := s.on(t)
		s.must("", "CREATE TABLE spans (s interval)")
		_, err := s.execute("", "INSERT INTO spans VALUES ('1 day') RETURNING s")
		refusedLike(t, err, "UnsupportedResultException", "INTERVAL")
		same(t, s.value("", "SELECT count(*) FROM spans"), any(int64(1)))
	})
	t.Run("the transaction survives", func(t *testing.T) {
		s := s.on(t)
		tx := s.begin()
		_, err := s.execute(tx, "SELECT '1 day'::interval")
		refusedLike(t, err, "UnsupportedResultException", "INTERVAL")
		same(t, s.value(tx, "SELECT 1"), any(int64(1)))
		if _, err := s.commit(tx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestInfiniteDates(t *testing.T) {
	s := serve(t)
	for _, typ := range []string{"date", "timestamp", "timestamptz"} {
		for _, literal := range []string{"infinity", "-infinity"} {
			_, err := s.execute("", "SELECT '"+literal+"'::"+typ)
			refused(t, err, "InternalFailure", noText)
			_, err = s.execute("", "SELECT ARRAY['"+literal+"'::"+typ+"]")
			refused(t, err, "InternalFailure", noText)
		}
	}
}

func TestNaN(t *testing.T) {
	s := serve(t)
	if v, ok := s.value("", "SELECT 'NaN'::float8").(float64); !ok || !math.IsNaN(v) {
		t.Errorf("got %v", v)
	}
	if v, ok := s.value("", "SELECT :v", p("v", math.NaN())).(float64); !ok || !math.IsNaN(v) {
		t.Errorf("got %v", v)
	}
}

func TestVoid(t *testing.T) {
	s := serve(t)
	same(t, s.value("", "SELECT pg_sleep(0)"), any(""))
}

// TestSessionSettings holds the form of values against transactions that change
// how the database writes them.
func TestSessionSettings(t *testing.T) {
	s := serve(t)
	tx := s.begin()
	s.must(tx, "SET TIME ZONE 'Asia/Kolkata'")
	s.must(tx, "SET DateStyle TO 'German'")
	s.must(tx, "SET bytea_output TO 'escape'")
	s.must(tx, "SET client_encoding TO 'LATIN1'")
	rows := s.must(tx, "SELECT '2024-01-15 03:34:56.5+00'::timestamptz, '2024-01-15'::date, '\\x5c0041'::bytea, 'é€'::text").Records
	same(t, []any{plain(rows[0][0]), plain(rows[0][1]), plain(rows[0][2]), plain(rows[0][3])},
		[]any{"2024-01-15 03:34:56.500", "2024-01-15", []byte{'\\', 0, 'A'}, "é€"})
	if _, err := s.rollback(tx); err != nil {
		t.Fatal(err)
	}
}
