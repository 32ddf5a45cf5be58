package infer

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"math"
	"net"
	"net/netip"
	"time"
)

// schema is what the corpus is run on.
var schema = []string{
	`CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')`,
	`CREATE TYPE pair AS (a int, b text)`,
	`CREATE DOMAIN positive AS int CHECK (VALUE > 0)`,
	`CREATE DOMAIN label AS text CHECK (VALUE <> '')`,
	`CREATE DOMAIN code AS varchar(3)`,
	`CREATE DOMAIN flags AS bit(3)`,
	`CREATE DOMAIN capital AS code CHECK (VALUE = upper(VALUE))`,
	`CREATE SCHEMA "Odd Schema"`,
	`CREATE TYPE "Odd Schema"."Odd Type" AS ENUM ('x', 'y z')`,
	`CREATE TABLE t (
		id uuid PRIMARY KEY DEFAULT 'a0000000-0000-0000-0000-0000000000ff', i2 int2, i4 int4, i8 int8, n numeric, n2 numeric(6,2), f4 float4, f8 float8, b bool,
		s text, v varchar(10), c char(5), y bytea, j json, jb jsonb, d date, ti time, tz timetz, ts timestamp, tst timestamptz,
		iv interval, ip inet, net cidr, mac macaddr, m mood, p pair, pos positive, lab label, r int4range, bi bit(4), vb varbit, odd "Odd Schema"."Odd Type",
		ai int4[], al int8[], at text[], au uuid[], ad date[], af float8[], ab bool[], ay bytea[], am mood[], ats timestamptz[], aj jsonb[], a2 int4[])`,
	`INSERT INTO t (id, i2, i4, i8, n, n2, f4, f8, b, s, v, c, y, j, jb, d, ti, ts, tst, iv, ip, net, mac, m, pos, lab, r, bi, vb, ai, al, at, au) VALUES
		('a0000000-0000-0000-0000-000000000001', 1, 10, 100, 1.5, 19.99, 0.5, 0.1, true, 'one', 'one', 'one', '\x01', '{"k": 1}', '{"k": 1, "a": ["x"]}',
		 '2024-02-29', '12:30:00', '2024-02-29 12:30:00', '2024-02-29 12:30:00+00', '1 hour', '10.0.0.1', '10.0.0.0/8', '08:00:2b:01:02:03', 'ok', 5, 'l1', '[1,5)', B'1010', B'101',
		 '{1,2,3}', '{1,2,3}', '{a,b}', '{a0000000-0000-0000-0000-000000000001}'),
		('a0000000-0000-0000-0000-000000000002', 2, 20, 200, 2.5, 29.99, 1.5, 0.2, false, 'two', 'two', 'two', '\x0203', '{"k": 2}', '{"k": 2}',
		 '2024-03-01', '13:30:00', '2024-03-01 00:00:00', '2024-03-01 00:00:00+00', '2 days', '10.0.0.2', '10.1.0.0/16', '08:00:2b:01:02:04', 'happy', 6, 'l2', '[5,9)', B'0101', B'1',
		 '{4}', '{4}', '{}', NULL)`,
	`CREATE TABLE sized (c code, f flags, u capital, cs code[])`,
	`CREATE FUNCTION shout(code) RETURNS text LANGUAGE sql AS 'SELECT upper($1)'`,
	`CREATE FUNCTION addone(int4) RETURNS int4 LANGUAGE sql AS 'SELECT $1 + 1'`,
	`CREATE FUNCTION pick(text, int4) RETURNS text LANGUAGE sql AS 'SELECT substr($1, $2, 1)'`,
}

type (
	str     string
	num     int32
	uuid    [16]byte // as the libraries have it
	decimal struct{ text string }
	point   struct {
		X int    `json:"x"`
		Y string `json:"y"`
	}
	texts []string // as pq.StringArray
)

func (u uuid) Value() (driver.Value, error) { return u.String(), nil }
func (u uuid) String() string {
	const digits = "0123456789abcdef"
	var b []byte
	for i, c := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, digits[c>>4], digits[c&15])
	}
	return string(b)
}
func (d decimal) Value() (driver.Value, error) { return d.text, nil }
func (a texts) Value() (driver.Value, error) {
	out := "{"
	for i, s := range a {
		if i > 0 {
			out += ","
		}
		out += `"` + s + `"`
	}
	return out + "}", nil
}

const (
	id1 = "a0000000-0000-0000-0000-000000000001"
	id9 = "a0000000-0000-0000-0000-000000000009"
)

var (
	u1    = uuid{0xa0, 15: 1}
	u9    = uuid{0xa0, 15: 9}
	leap  = time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC)
	tokyo = time.Date(2024, 2, 29, 23, 30, 0, 123_456_000, time.FixedZone("", 9*3600))
	none  *string
)

// statement is one of the corpus: what a program that uses pgx would write.
type statement struct {
	family string
	sql    string
	args   []any
	// then are others in the same transaction.
	then []statement
}

func s(family, sql string, args ...any) statement {
	return statement{family: family, sql: sql, args: args}
}

var corpus = []statement{
	// UUIDs.
	s("uuid", `SELECT s FROM t WHERE id = $1`, id1),
	s("uuid", `SELECT s FROM t WHERE id = $1`, u1),
	s("uuid", `SELECT s FROM t WHERE id = $1`, &u1),
	s("uuid", `SELECT s FROM t WHERE id IN ($1, $2) ORDER BY s`, id1, u1),
	s("uuid", `SELECT s FROM t WHERE id = ANY($1) ORDER BY s`, []string{id1}),
	s("uuid", `SELECT s FROM t WHERE id = ANY($1) ORDER BY s`, []uuid{u1, u9}),
	s("uuid", `SELECT s FROM t WHERE id = $1`, "not a uuid"),
	s("uuid", `INSERT INTO t (id, s) VALUES ($1, $2) RETURNING id, s`, id9, "nine"),
	s("uuid", `INSERT INTO t (id, au) VALUES ($1, $2) RETURNING id, au::text`, u9, []uuid{u1}),
	s("uuid", `UPDATE t SET au = array_append(au, $1) WHERE id = $2 RETURNING au::text`, id1, id1),
	s("uuid", `SELECT $1::uuid`, id1),
	s("uuid", `SELECT $1::uuid`, u1),
	s("uuid", `SELECT coalesce($1, id)::text FROM t WHERE s = 'one'`, nil),
	s("uuid", `INSERT INTO t (id, s) VALUES ($1, $2) RETURNING s`, u9, u1),
	s("uuid", `SELECT s FROM t WHERE id::text = $1`, u1),
	s("uuid", `SELECT s FROM t WHERE id = $1`, []byte{0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
	s("uuid", `SELECT s FROM t WHERE id = $1`, sql.Null[uuid]{V: u1, Valid: true}),

	// JSON.
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, map[string]any{"b": 1, "a": []string{"x"}}),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, point{1, "é"}),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, &point{1, `"`}),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, []point{{1, "a"}, {2, "b"}}),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, `{"a": 1}`),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, []byte(`{"a": 1}`)),
	s("json", `INSERT INTO t (j) VALUES ($1) RETURNING j::text`, []byte(`{"b":  1, "a": 2}`)),
	s("json", `INSERT INTO t (j) VALUES ($1) RETURNING j::text`, json.RawMessage(`{"b":  1, "b": 2}`)),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, json.RawMessage(nil)),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, 42),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, true),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, []int{1, 2}),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, []string{"a"}),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb::text`, "not json"),
	s("json", `INSERT INTO t (jb) VALUES ($1) RETURNING jb IS NULL`, nil),
	s("json", `SELECT s FROM t WHERE jb @> $1`, `{"k": 1}`),
	s("json", `SELECT s FROM t WHERE jb @> $1`, map[string]int{"k": 2}),
	s("json", `SELECT jb ->> $1 FROM t WHERE s = 'one'`, "k"),
	s("json", `SELECT jb -> $1 FROM t WHERE s = 'one'`, "a"),
	s("json", `SELECT jb -> 'a' ->> $1::int FROM t WHERE s = 'one'`, 0),
	s("json", `SELECT jb #>> $1 FROM t WHERE s = 'one'`, []string{"a", "0"}),
	s("json", `SELECT jb ? $1 FROM t ORDER BY s`, "a"),
	s("json", `SELECT jb ?| $1 FROM t ORDER BY s`, []string{"a", "z"}),
	s("json", `UPDATE t SET jb = jsonb_set(jb, $1, $2) WHERE s = 'one' RETURNING jb::text`, []string{"k"}, `7`),
	s("json", `UPDATE t SET jb = jb || $1 WHERE s = 'one' RETURNING jb::text`, map[string]bool{"z": true}),
	s("json", `UPDATE t SET jb = jb - $1 WHERE s = 'one' RETURNING jb::text`, "k"),
	s("json", `SELECT $1::jsonb -> 'x'`, point{3, ""}),
	s("json", `SELECT x.k FROM jsonb_to_recordset($1) AS x(k int) ORDER BY 1`, `[{"k": 1}, {"k": 2}]`),
	s("json", `SELECT jsonb_array_length($1)`, []int{1, 2, 3}),
	s("json", `INSERT INTO t (aj) VALUES ($1) RETURNING aj::text`, []json.RawMessage{json.RawMessage(`{"a":1}`)}),

	// Arrays.
	s("array", `SELECT s FROM t WHERE i4 = ANY($1) ORDER BY s`, []int{10, 20}),
	s("array", `SELECT s FROM t WHERE i4 = ANY($1) ORDER BY s`, []int32{10}),
	s("array", `SELECT s FROM t WHERE i8 = ANY($1) ORDER BY s`, []int64{100, 300}),
	s("array", `SELECT s FROM t WHERE s = ANY($1) ORDER BY s`, []string{"one", "x"}),
	s("array", `SELECT s FROM t WHERE s = ANY($1) ORDER BY s`, texts{"one", "two"}),
	s("array", `SELECT s FROM t WHERE s <> ALL($1) ORDER BY s`, []string{}),
	s("array", `SELECT s FROM t WHERE s = ANY($1)`, "{one,x}"),
	s("array", `SELECT s FROM t WHERE i4 = ANY($1)`, "{10,30}"),
	s("array", `SELECT s FROM t WHERE v = ANY($1)`, []string{"one"}),
	s("array", `SELECT s FROM t WHERE d = ANY($1)`, []time.Time{leap}),
	s("array", `SELECT s FROM t WHERE m = ANY($1) ORDER BY s`, []string{"ok", "sad"}),
	s("array", `SELECT s FROM t WHERE n = ANY($1) ORDER BY s`, []float64{1.5}),
	s("array", `SELECT s FROM t WHERE n = ANY($1) ORDER BY s`, []string{"1.50"}),
	s("array", `SELECT s FROM t WHERE at && $1`, []string{"a", "z"}),
	s("array", `SELECT s FROM t WHERE ai @> $1 ORDER BY s`, []int{1}),
	s("array", `SELECT s FROM t WHERE al @> $1 ORDER BY s`, []int64{1, 2}),
	s("array", `SELECT s FROM t WHERE $1 = ANY(ai) ORDER BY s`, 4),
	s("array", `SELECT s FROM t WHERE $1 = ANY(at) ORDER BY s`, "a"),
	s("array", `INSERT INTO t (ai) VALUES ($1) RETURNING ai::text`, []int{1, 2}),
	s("array", `INSERT INTO t (ai) VALUES ($1) RETURNING ai::text`, []*int32{nil}),
	s("array", `INSERT INTO t (ai) VALUES ($1) RETURNING ai::text`, []int{}),
	s("array", `INSERT INTO t (ai) VALUES ($1) RETURNING ai::text`, []int(nil)),
	s("array", `INSERT INTO t (a2) VALUES ($1) RETURNING a2::text`, [][]int{{1, 2}, {3, 4}}),
	s("array", `INSERT INTO t (at) VALUES ($1) RETURNING at::text`, []string{`a"b`, `c\d`, "", "NULL", "{x}", "é, f"}),
	s("array", `INSERT INTO t (at) VALUES ($1) RETURNING at::text`, []*string{nil}),
	s("array", `INSERT INTO t (at) VALUES ($1) RETURNING at::text`, []str{"x"}),
	s("array", `INSERT INTO t (au) VALUES ($1) RETURNING au::text`, []string{id1}),
	s("array", `INSERT INTO t (ad) VALUES ($1) RETURNING ad::text`, []time.Time{leap, tokyo}),
	s("array", `INSERT INTO t (ad) VALUES ($1) RETURNING ad::text`, []string{"2024-01-01"}),
	s("array", `INSERT INTO t (ats) VALUES ($1) RETURNING ats::text`, []time.Time{leap, tokyo}),
	s("array", `INSERT INTO t (af) VALUES ($1) RETURNING af::text`, []float64{0.1, math.Inf(1)}),
	s("array", `INSERT INTO t (af) VALUES ($1) RETURNING af::text`, []float32{0.5}),
	s("array", `INSERT INTO t (ab) VALUES ($1) RETURNING ab::text`, []bool{true, false}),
	s("array", `INSERT INTO t (ay) VALUES ($1) RETURNING ay::text`, [][]byte{{0, 255}, {}}),
	s("array", `INSERT INTO t (am) VALUES ($1) RETURNING am::text`, []string{"ok", "sad"}),
	s("array", `INSERT INTO t (s, i4) SELECT * FROM unnest($1::text[], $2::int[]) RETURNING s, i4`, []string{"p", "q"}, []int{1, 2}),
	s("array", `SELECT * FROM unnest($1::int8[]) ORDER BY 1`, []int64{3, 1}),
	s("array", `SELECT unnest($1)`, []string{"a", "b"}),
	s("array", `SELECT array_length($1::text[], 1)`, []string{"a", "b"}),
	s("array", `SELECT cardinality($1::int[])`, []int{}),
	s("array", `SELECT array_to_string($1::text[], $2)`, []string{"a", "b"}, "-"),
	s("array", `SELECT $1::int[][]::text`, [][]int{{1}, {2}}),
	s("array", `SELECT ($1::text[])[1]`, []string{"a"}),
	s("array", `SELECT ai || $1 FROM t WHERE s = 'two'`, []int{5}),

	// Times.
	s("time", `SELECT s FROM t WHERE d = $1`, leap),
	s("time", `SELECT s FROM t WHERE d = $1`, "2024-02-29"),
	s("time", `SELECT s FROM t WHERE d >= $1 AND d < $2 ORDER BY s`, "2024-01-01", "2024-03-01"),
	s("time", `SELECT s FROM t WHERE ts = $1`, leap),
	s("time", `SELECT s FROM t WHERE tst = $1`, leap.In(time.FixedZone("", -5*3600))),
	s("time", `SELECT s FROM t WHERE tst > $1 ORDER BY s`, tokyo),
	s("time", `SELECT s FROM t WHERE tst = $1`, "2024-02-29T12:30:00Z"),
	s("time", `SELECT s FROM t WHERE tst BETWEEN $1 AND $2 ORDER BY s`, "2024-02-01", leap),
	s("time", `INSERT INTO t (d) VALUES ($1) RETURNING d::text`, tokyo),
	s("time", `INSERT INTO t (ts) VALUES ($1) RETURNING ts::text`, tokyo),
	s("time", `INSERT INTO t (tst) VALUES ($1) RETURNING tst::text`, tokyo),
	s("time", `INSERT INTO t (ti) VALUES ($1) RETURNING ti::text`, tokyo),
	s("time", `INSERT INTO t (ti) VALUES ($1) RETURNING ti::text`, "23:59:59.5"),
	s("time", `INSERT INTO t (tz) VALUES ($1) RETURNING tz::text`, "12:00:00+02"),
	s("time", `INSERT INTO t (iv) VALUES ($1) RETURNING iv::text`, 90*time.Minute),
	s("time", `INSERT INTO t (iv) VALUES ($1) RETURNING iv::text`, "1 mon 2 days"),
	s("time", `INSERT INTO t (tst) VALUES ($1) RETURNING tst::text`, time.Date(-43, 3, 15, 0, 0, 0, 0, time.UTC)),
	s("time", `INSERT INTO t (tst) VALUES ($1) RETURNING tst::text`, time.Date(12024, 3, 15, 0, 0, 0, 0, time.UTC)),
	s("time", `INSERT INTO t (tst) VALUES ($1) RETURNING tst::text`, "infinity"),
	s("time", `INSERT INTO t (d) VALUES ($1) RETURNING d::text`, "soon"),
	s("time", `SELECT date_trunc($1, tst)::text FROM t ORDER BY 1`, "month"),
	s("time", `SELECT date_trunc('day', $1::timestamptz)::text`, tokyo),
	s("time", `SELECT (tst + $1)::text FROM t WHERE s = 'one'`, 90*time.Minute),
	s("time", `SELECT (tst - $1 * interval '1 day')::text FROM t WHERE s = 'one'`, 2),
	s("time", `SELECT (d + $1)::text FROM t WHERE s = 'one'`, 5),
	s("time", `SELECT (d + $1::int)::text FROM t WHERE s = 'one'`, 5),
	s("time", `SELECT extract(year FROM $1::date)`, "2024-05-06"),
	s("time", `SELECT make_date($1, $2, $3)::text`, 2024, 2, 29),
	s("time", `SELECT age($1::date, $2::date)::text`, "2024-03-01", "2024-02-29"),
	s("time", `SELECT (tst AT TIME ZONE $1)::text FROM t WHERE s = 'one'`, "Asia/Tokyo"),
	s("time", `SELECT to_char($1::timestamp, $2)`, leap, "YYYY-MM"),
	s("time", `INSERT INTO t (tst) VALUES ($1) RETURNING tst IS NULL`, sql.NullTime{}),

	// Numbers.
	s("number", `SELECT s FROM t WHERE i4 = $1`, 10),
	s("number", `SELECT s FROM t WHERE i4 = $1`, int8(10)),
	s("number", `SELECT s FROM t WHERE i4 = $1`, uint64(10)),
	s("number", `SELECT s FROM t WHERE i4 = $1`, "10"),
	s("number", `SELECT s FROM t WHERE i4 = $1`, "ten"),
	s("number", `SELECT s FROM t WHERE i8 = $1`, num(100)),
	s("number", `SELECT s FROM t WHERE n = $1`, 1.5),
	s("number", `SELECT s FROM t WHERE n2 = $1`, 19.99),
	s("number", `SELECT s FROM t WHERE n2 = $1`, "19.99"),
	s("number", `SELECT s FROM t WHERE n2 = $1`, decimal{"19.990"}),
	s("number", `SELECT (n2 * $1)::text FROM t ORDER BY 1`, 0.1),
	s("number", `SELECT (n / $1)::text FROM t ORDER BY 1`, 3),
	s("number", `SELECT (i4 / $1)::text FROM t ORDER BY 1`, 3),
	s("number", `SELECT (f8 * $1)::text FROM t ORDER BY 1`, 3),
	s("number", `SELECT s FROM t WHERE f8 = $1`, 0.1),
	s("number", `SELECT s FROM t WHERE f4 = $1`, float32(0.5)),
	s("number", `INSERT INTO t (n) VALUES ($1) RETURNING n::text`, "123456789012345678901234567890.12"),
	s("number", `INSERT INTO t (n) VALUES ($1) RETURNING n::text`, 12345678901.123),
	s("number", `INSERT INTO t (n) VALUES ($1) RETURNING n::text`, uint64(math.MaxUint64)),
	s("number", `INSERT INTO t (n2) VALUES ($1) RETURNING n2::text`, "99999.5"),
	s("number", `INSERT INTO t (f8) VALUES ($1) RETURNING f8::text`, math.NaN()),
	s("number", `INSERT INTO t (f8) VALUES ($1) RETURNING f8::text`, "1e300"),
	s("number", `INSERT INTO t (i8) VALUES ($1) RETURNING i8`, int64(math.MaxInt64)),
	s("number", `INSERT INTO t (i4) VALUES ($1) RETURNING i4`, 2.0),
	s("number", `INSERT INTO t (pos) VALUES ($1) RETURNING pos`, 7),
	s("number", `INSERT INTO t (pos) VALUES ($1) RETURNING pos`, -7),
	s("number", `SELECT addone($1)`, 41),
	s("number", `SELECT abs($1::int)`, -3),
	s("number", `SELECT round($1::numeric, $2)::text`, "2.567", 1),
	s("number", `SELECT power(2, $1)`, 10),
	s("number", `SELECT s FROM t ORDER BY s LIMIT $1 OFFSET $2`, 1, 1),
	s("number", `SELECT g FROM generate_series(1, $1) g`, 3),
	s("number", `SELECT s FROM t WHERE i4 % $1 = 0 ORDER BY s`, 20),
	s("number", `SELECT sum(i4 + $1)::text FROM t`, 1),
	s("number", `SELECT $1 + 1`, 41),
	s("number", `SELECT $1 + $2`, 1, 2),
	s("number", `SELECT i4 << $1 FROM t ORDER BY 1`, 2),
	s("number", `SELECT width_bucket($1::float8, 0, 10, 5)`, 3.5),

	// Text.
	s("text", `SELECT i4 FROM t WHERE s = $1`, "one"),
	s("text", `SELECT i4 FROM t WHERE s = $1`, []byte("one")),
	s("text", `SELECT i4 FROM t WHERE s = $1`, str("one")),
	s("text", `SELECT i4 FROM t WHERE c = $1`, "one"),
	s("text", `SELECT i4 FROM t WHERE v LIKE $1 ORDER BY 1`, "%o%"),
	s("text", `SELECT i4 FROM t WHERE s ILIKE $1 || '%'`, "ON"),
	s("text", `SELECT i4 FROM t WHERE s ~ $1 ORDER BY 1`, "^o"),
	s("text", `SELECT i4 FROM t WHERE lower(s) = lower($1)`, "ONE"),
	s("text", `INSERT INTO t (c) VALUES ($1) RETURNING c`, "xyz"),
	s("text", `INSERT INTO t (v) VALUES ($1) RETURNING v`, "longer than ten"),
	s("text", `INSERT INTO t (s) VALUES ($1) RETURNING s`, "it's \\ \"quoted\" $1 :x ? é☕"),
	s("text", `INSERT INTO t (lab) VALUES ($1) RETURNING lab`, ""),
	s("text", `INSERT INTO sized (c) VALUES ($1) RETURNING c`, "abc"),
	s("text", `INSERT INTO sized (c) VALUES ($1) RETURNING c`, "abcd"),
	s("text", `INSERT INTO sized (c) VALUES ($1) RETURNING c`, []byte("abcd")),
	s("text", `INSERT INTO sized (u) VALUES ($1) RETURNING u`, "ABCD"),
	s("text", `INSERT INTO sized (u) VALUES ($1) RETURNING u`, "abc"),
	s("text", `INSERT INTO sized (f) VALUES ($1) RETURNING f::text`, "101"),
	s("text", `INSERT INTO sized (f) VALUES ($1) RETURNING f::text`, "10101"),
	s("text", `INSERT INTO sized (cs) VALUES ($1) RETURNING cs::text`, []string{"abcd"}),
	s("text", `SELECT shout($1)`, "abc"),
	s("text", `SELECT shout($1)`, "abcd"),
	s("text", `SELECT left('abcdef', $1)`, 2),
	s("text", `SELECT right($1, 2)`, "abcdef"),
	s("text", `SELECT repeat($1, $2)`, "ab", 2),
	s("text", `SELECT lpad($1, $2, $3)`, "7", 3, "0"),
	s("text", `SELECT split_part($1, ',', $2)`, "a,b,c", 2),
	s("text", `SELECT substr($1, $2)`, "abc", 2),
	s("text", `SELECT substring($1 FROM $2 FOR $3)`, "abcdef", 2, 3),
	s("text", `SELECT pick($1, $2)`, "abc", 2),
	s("text", `SELECT replace($1, $2, $3)`, "abc", "b", "x"),
	s("text", `SELECT position($1 IN $2)`, "b", "abc"),
	s("text", `SELECT format('%s-%s', $1::text, $2::int)`, "a", 1),
	s("text", `SELECT $1`, "x"),
	s("text", `SELECT $1`, []byte("x")),
	s("text", `SELECT $1 || $2`, "a", "b"),
	s("text", `SELECT concat($1::text, $2::text)`, "a", "b"),
	s("text", `SELECT length($1)`, "é"),
	s("text", `SELECT coalesce($1, 'none')`, none),
	s("text", `SELECT nullif($1, '') IS NULL`, ""),
	s("text", `SELECT CASE WHEN $1 = 'a' THEN $2 ELSE 'z' END`, "a", "b"),
	s("text", `SELECT greatest($1, 'b')`, "a"),
	s("text", `SELECT i4 FROM t WHERE (s, i4) = ($1, $2)`, "one", 10),
	s("text", `SELECT s FROM t WHERE $1 IS NULL OR s = $1 ORDER BY s`, "one"),
	s("text", `SELECT s FROM t WHERE $1::text IS NULL OR s = $1 ORDER BY s`, nil),

	// Bytes, addresses, types of the database's own.
	s("bytes", `INSERT INTO t (y) VALUES ($1) RETURNING encode(y, 'hex')`, []byte{0, 255}),
	s("bytes", `INSERT INTO t (y) VALUES ($1) RETURNING encode(y, 'hex')`, []byte{}),
	s("bytes", `INSERT INTO t (y) VALUES ($1) RETURNING y IS NULL`, []byte(nil)),
	s("bytes", `INSERT INTO t (y) VALUES ($1) RETURNING encode(y, 'hex')`, `\x00ff`),
	s("bytes", `SELECT s FROM t WHERE y = $1`, []byte{1}),
	s("bytes", `SELECT md5($1::bytea)`, []byte("x")),
	s("address", `SELECT s FROM t WHERE ip = $1`, "10.0.0.1"),
	s("address", `SELECT s FROM t WHERE ip = $1`, netip.MustParseAddr("10.0.0.1")),
	s("address", `SELECT s FROM t WHERE ip = $1`, net.IPv4(10, 0, 0, 1)),
	s("address", `SELECT s FROM t WHERE net = $1`, netip.MustParsePrefix("10.0.0.0/8")),
	s("address", `SELECT s FROM t WHERE ip << $1 ORDER BY s`, "10.0.0.0/30"),
	s("address", `SELECT s FROM t WHERE mac = $1`, "08:00:2b:01:02:03"),
	s("address", `INSERT INTO t (ip) VALUES ($1) RETURNING ip::text`, netip.MustParsePrefix("::1/64")),
	s("own type", `SELECT s FROM t WHERE m = $1`, "ok"),
	s("own type", `SELECT s FROM t WHERE m = $1`, str("ok")),
	s("own type", `SELECT s FROM t WHERE m > $1`, "ok"),
	s("own type", `SELECT s FROM t WHERE m = $1`, "angry"),
	s("own type", `INSERT INTO t (m) VALUES ($1) RETURNING m::text`, "sad"),
	s("own type", `INSERT INTO t (odd) VALUES ($1) RETURNING odd::text`, "y z"),
	s("own type", `INSERT INTO t (p) VALUES ($1) RETURNING p::text`, "(1,x)"),
	s("own type", `INSERT INTO t (r) VALUES ($1) RETURNING r::text`, "[1,10)"),
	s("own type", `SELECT s FROM t WHERE r @> $1 ORDER BY s`, 3),
	s("own type", `INSERT INTO t (bi) VALUES ($1) RETURNING bi::text`, "1111"),
	s("own type", `INSERT INTO t (vb) VALUES ($1) RETURNING vb::text`, "10101"),
	s("own type", `SELECT $1::regclass::text`, "t"),
	s("own type", `SELECT to_tsvector('english', $1) @@ to_tsquery($2)`, "cats and dogs", "cat"),

	// Booleans and NULL.
	s("bool", `SELECT s FROM t WHERE b = $1`, true),
	s("bool", `SELECT s FROM t WHERE b = $1`, "f"),
	s("bool", `SELECT count(*) FROM t WHERE $1`, true),
	s("null", `INSERT INTO t (i4, s, jb, tst, au) VALUES ($1, $2, $3, $4, $5) RETURNING num_nulls(i4, s, jb, tst, au)`, nil, nil, nil, nil, nil),
	s("null", `UPDATE t SET s = $1 WHERE i4 = $2 RETURNING s IS NULL`, sql.NullString{}, 10),
	s("null", `UPDATE t SET i4 = $1 WHERE s = $2 RETURNING i4`, sql.NullInt32{Int32: 3, Valid: true}, "one"),
	s("null", `SELECT $1 IS NULL`, nil),
	s("null", `SELECT $1::int IS NULL`, nil),

	// The shapes of statements.
	s("shape", `INSERT INTO t (id, s) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET s = excluded.s || $3 RETURNING s`, id1, "new", "!"),
	s("shape", `WITH x AS (SELECT $1::int AS i), y AS (INSERT INTO t (i4) SELECT i FROM x RETURNING i4) SELECT * FROM y`, 5),
	s("shape", `WITH c AS (UPDATE t SET s = $1 WHERE id = $2 RETURNING s) SELECT * FROM c`, "up", id1),
	s("shape", `SELECT x FROM (VALUES ($1::int), ($2)) v(x) ORDER BY x`, 2, 1),
	s("shape", `VALUES ($1, $2)`, "a", "b"),
	s("shape", `SELECT t.s FROM t JOIN LATERAL (SELECT $1::int AS k) l ON t.i4 = l.k`, 10),
	s("shape", `SELECT s, row_number() OVER (ORDER BY i4) + $1 FROM t ORDER BY 1`, 10),
	s("shape", `SELECT lag(i4, $1) OVER (ORDER BY i4) FROM t ORDER BY 1`, 1),
	s("shape", `SELECT ntile($1) OVER (ORDER BY i4) FROM t ORDER BY 1`, 2),
	s("shape", `SELECT count(*) FILTER (WHERE i4 > $1) FROM t`, 10),
	s("shape", `SELECT s FROM t WHERE EXISTS (SELECT 1 FROM t u WHERE u.id = $1 AND u.i4 = t.i4)`, id1),
	s("shape", `SELECT s FROM t UNION SELECT $1 ORDER BY 1`, "zzz"),
	s("shape", `SELECT string_agg(s, $1 ORDER BY s) FROM t`, ","),
	s("shape", `SELECT date_trunc($1, tst)::text, count(*) FROM t GROUP BY date_trunc($1, tst) ORDER BY 1`, "day"),
	s("shape", `SELECT s FROM t ORDER BY $1`, 1),
	s("shape", `DELETE FROM t WHERE id = $1 AND $2 = any(at) RETURNING s`, id1, "a"),
	s("shape", `SELECT 'a' COLLATE "C" < $1`, "b"),
	s("shape", `SELECT s FROM t WHERE id = $1 -- $2`, id1),
	s("shape", `SELECT $q$ $1 $q$ || s FROM t WHERE id = $1`, id1),
	s("shape", `SELECT E'\'' || s FROM t WHERE id = $1;`, id1),

	// What is wrong.
	s("error", `SELECT nope FROM t WHERE id = $1`, id1),
	s("error", `SELECT * FROM nowhere WHERE id = $1`, id1),
	s("error", `SELECT nofunc($1)`, "x"),
	s("error", `SELEC $1`, "x"),
	s("error", `SELECT 1 / $1`, 0),
	s("error", `INSERT INTO t (id) VALUES ($1)`, id1),
	s("error", `SELECT s FROM t WHERE j = $1`, "{}"),
	s("error", `INSERT INTO t (i2) VALUES ($1)`, "70000"),
}
