package infer

import (
	"database/sql"
	"encoding/json"
	"math"
	"time"
)

var mysqlSchema = []string{
	`CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, i int, u bigint unsigned, n decimal(20,4), f float, d double, da date, dt datetime(6), ts timestamp(6) NULL,
		ti time(6), y year, c char(5), s varchar(20) UNIQUE, x text, b2 binary(4), vb varbinary(20), bl blob, bi bit(8), bo boolean, e enum('a','b'), st set('p','q'), j json, l varchar(20) CHARACTER SET latin1)`,
	`INSERT INTO t VALUES
		(1, 10, 18446744073709551615, 1.5, 0.5, 0.1, '2024-02-29', '2024-02-29 14:30:00.123456', '2024-02-29 14:30:00.123456', '12:30:00.5', 2024, 'one', 'one', 'one', 'abcd', x'00ff', x'0102', 5, true, 'a', 'p,q', '{"k":1}', 'é'),
		(2, 20, 2, 2.5, 1.5, 0.2, '2024-03-01', '2024-03-01 00:00:00', '2024-03-01 00:00:00', '13:30:00', 2025, 'two', 'two', 'two', 'wxyz', 'x', 'y', 6, false, 'b', 'p', '{"k":2}', 'two')`,
}

// where has a condition on each column for each value.
func where(column string, values ...any) (all []statement) {
	for _, v := range values {
		all = append(all, s(column, `SELECT id FROM t WHERE `+column+` = ? ORDER BY id`, v))
	}
	return all
}

// set writes each value into a column and reads it back.
func set(column string, values ...any) (all []statement) {
	for _, v := range values {
		st := s(column, `UPDATE t SET `+column+` = ? WHERE id = 1`, v)
		st.then = []statement{s(column, `SELECT CAST(`+column+` AS CHAR) FROM t WHERE id = ?`, 1)}
		all = append(all, st)
	}
	return all
}

// write has a statement, and what it has written read back.
func write(sql string, args ...any) []statement {
	st := s("write", sql, args...)
	st.then = []statement{s("write", `SELECT id, i, s FROM t WHERE id > ? ORDER BY id`, 0)}
	return []statement{st}
}

func ask1(sql string, args ...any) []statement { return []statement{s("query", sql, args...)} }

var mysqlCorpus = func() (all []statement) {
	ten, one := 10, "one"
	for _, some := range [][]statement{
		where("i", 10, int8(10), int16(10), int32(10), uint8(10), uint64(10), num(10), &ten, "10", 10.0, nil, sql.NullInt64{Int64: 10, Valid: true}),
		where("u", uint64(math.MaxUint64), 2, "2"), where("n", "1.5", 1.5, decimal{"1.5000"}), where("d", 0.1, "0.1"), where("f", 0.5, float32(0.5)),
		where("da", "2024-02-29", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)), where("dt", tokyo, "2024-02-29 14:30:00.123456"), where("ts", tokyo, &tokyo),
		where("ti", "12:30:00.5"), where("y", 2024, "2024"), where("c", "one"), where("s", "one", str("one"), &one, []byte("one"), none, sql.NullString{String: "one", Valid: true}),
		where("x", "one"), where("b2", "abcd", []byte("abcd")), where("vb", []byte{0, 255}), where("bl", []byte{1, 2}), where("bi", 5), where("bo", true, 1),
		where("e", "a", 1), where("st", "p,q"),
		where("s", []byte("ONE"), []byte("one ")), where("i", []byte("10")), where("n", []byte("1.5")), where("da", []byte("2024-02-29")), where("dt", []byte("2024-02-29 14:30:00.123456")),
		where("ti", []byte("12:30:00.5")), where("e", []byte("A")), where("st", []byte("p,q")), where("b2", []byte("ABCD")), where("j", []byte(`{"k":1}`)), where("l", "É", []byte("É"), []byte("TWO")),
		set("x", []byte("é")), set("l", "é", []byte("z"), []byte("é")), set("bl", []byte("日本😀")), set("i", []byte("7")), set("n", []byte("1.25")), set("dt", []byte("2024-01-01 01:02:03")), set("bi", []byte{6}), set("e", []byte("B")),
		ask1(`SELECT length(?), hex(?), md5(?)`, []byte("é"), []byte("é"), []byte("é")), ask1(`SELECT char_length(?)`, []byte("é")), ask1(`SELECT ? = 'a'`, []byte("A")), ask1(`SELECT concat(s, ?), replace(s, ?, ?) FROM t ORDER BY id`, []byte("é"), []byte("o"), []byte("é")),
		ask1(`SELECT json_extract(?, '$.a'), json_type(?), json_valid(?)`, []byte(`{"a":1}`), []byte(`{"a":1}`), []byte(`{"a":1}`)), ask1(`SELECT id FROM t WHERE json_contains(j, ?) ORDER BY id`, []byte(`{"k":1}`)),
		ask1(`SELECT concat(json_set(j, '$.c', ?)), concat(json_merge_patch(j, ?)) FROM t ORDER BY id`, []byte("é"), []byte(`{"z":1}`)), ask1(`SELECT concat(json_object(?, ?)), json_quote(?)`, []byte("k"), []byte("é"), []byte("z")), ask1(`SELECT concat(cast(? AS json))`, []byte(`{"z":1}`)),
		ask1(`SELECT id FROM t WHERE j->'$.k' = ?`, []byte("1")), ask1(`SELECT x FROM json_table(?, '$' COLUMNS (x int PATH '$.a')) AS t`, []byte(`{"a":1}`)),
		write(`INSERT INTO t (j, s) VALUES (?, ?)`, []byte(`{"k":3}`), []byte("new")), write(`REPLACE INTO t (id, j, bl) VALUES (?, ?, ?)`, 1, []byte(`{"k":3}`), []byte{0xff}), write(`UPDATE t SET j = ? WHERE id = ?`, []byte("no JSON"), 1),
		set("i", 7, "7", nil, true, none), set("u", uint64(math.MaxUint64), -1), set("n", "12345678901234.5678", decimal{"0.1"}, 2.25), set("d", math.MaxFloat64, 1e-300),
		set("dt", tokyo, leap, sql.NullTime{}), set("ts", tokyo), set("da", leap), set("ti", "-100:00:00.000001"), set("y", 1999), set("c", "é"), set("x", "", "a'b\\c\"", "日本😀"),
		set("bo", false), set("e", "b"), set("st", "q"), set("j", json.RawMessage(`{"a":[1]}`), `{"a": 1}`, []byte(`[1]`)),
		set("s", "a string that is much too long"), set("da", "nonsense"), set("i", math.MaxInt64, "x"), set("e", "z"),
		write(`INSERT INTO t (i, s) VALUES (?, ?)`, 1, "new"), write(`INSERT INTO t (i, s) VALUES (?, ?), (?, ?)`, 1, "n1", 2, "n2"),
		write(`INSERT INTO t (s) VALUES (?)`, "one"), write(`INSERT IGNORE INTO t (s) VALUES (?)`, "one"), write(`REPLACE INTO t (id, i, s) VALUES (?, ?, ?)`, 1, 5, "r"),
		write(`INSERT INTO t (s, i) VALUES (?, ?) ON DUPLICATE KEY UPDATE i = i + ?`, "one", 1, 5), write(`DELETE FROM t WHERE i > ? LIMIT ?`, 5, 1),
		write(`INSERT INTO t (i, s) SELECT i + ?, concat(s, ?) FROM t WHERE id = ?`, 1, "!", 2), write(`UPDATE t SET i = i * ? ORDER BY id LIMIT ?`, 3, 1),
		ask1(`SELECT id FROM t WHERE id IN (?, ?, ?) ORDER BY id`, 1, 2, 3), ask1(`SELECT s FROM t WHERE s LIKE ?`, "o%"), ask1(`SELECT s FROM t ORDER BY id LIMIT ? OFFSET ?`, 1, 1),
		ask1(`SELECT i + ?, i / ?, i % ? FROM t ORDER BY id`, 1, 4, 3), ask1(`SELECT concat(?, s), upper(?), length(?) FROM t ORDER BY id`, "a", "b", "ccc"),
		ask1(`SELECT coalesce(?, s), ifnull(?, i) FROM t ORDER BY id`, nil, nil), ask1(`SELECT CASE WHEN i > ? THEN ? ELSE ? END FROM t ORDER BY id`, 10, "big", "small"),
		ask1(`SELECT json_extract(j, ?), json_value(j, ?) FROM t ORDER BY id`, "$.k", "$.k"), ask1(`SELECT id FROM t WHERE json_contains(j, ?, ?)`, "1", "$.k"),
		ask1(`SELECT s FROM t UNION SELECT ? ORDER BY 1`, "zzz"), ask1(`WITH c AS (SELECT i FROM t WHERE i > ?) SELECT count(*) FROM c`, 10),
		ask1(`SELECT bo, count(*) FROM t GROUP BY bo HAVING count(*) >= ? ORDER BY 1`, 1), ask1(`SELECT s FROM t WHERE i = (SELECT max(i) FROM t WHERE i < ?)`, 20),
		ask1(`SELECT date_add(dt, INTERVAL ? DAY) FROM t ORDER BY id`, 1), ask1(`SELECT ?`, "x"), ask1(`SELECT ?`, nil), ask1(`SELECT nope FROM t WHERE id = ?`, 1),
		ask1(`SELECT * FROM nowhere WHERE id = ?`, 1), ask1(`SELEC ?`, 1), ask1(`SELECT nofunc(?)`, 1), ask1(`SELECT id FROM t WHERE id = ?`, u1),
	} {
		all = append(all, some...)
	}
	return all
}()
