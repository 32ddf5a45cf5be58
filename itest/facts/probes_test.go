package facts

import (
	"strings"
	"sync"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// probe is a conversation that shows a fact.
type probe struct {
	fact string
	ask  func(*conversation)
}

// probes ask PostgreSQL. Tables are made with setup and named facts_….
var probes = []probe{
	{"F0001", func(c *conversation) {
		id := c.begin()
		c.in(id, "select 1")
		c.commit(id)
	}},
	{"F0003", func(c *conversation) {
		c.sql("select :n as n, :p as p, :m as m", value("n", wire.Double(nan)), value("p", wire.Double(inf)), value("m", wire.Double(-inf)))
	}},
	{"F0004", func(c *conversation) { c.sql("select '{1,NULL,3}'::int[], '{a,NULL}'::text[]") }},
	{"F0005", func(c *conversation) {
		c.sql("select :l, :d, :b, :s, :x, :n::int",
			long("l", 9223372036854775807), value("d", wire.Double(1.5)), value("b", wire.Boolean(true)), str("s", "a"),
			value("x", wire.Blob([]byte{0, 255})), value("n", wire.Null()))
	}},
	{"F0008", func(c *conversation) {
		before, name, _ := strings.Cut(c.target.clusterARN, ":cluster:")
		c.execute(wire.ExecuteRequest{SQL: "select 1", ResourceARN: before + ":cluster:" + strings.ToUpper(name)})
	}},
	{"F0011", func(c *conversation) { c.sql("select 1 " + strings.Repeat("-", wire.MaxSQLChars)) }},
	{"F0012", func(c *conversation) {
		c.sql("select count(x) from (select repeat('a', 1000) as x from generate_series(1, 2000)) t")
		c.sql("select repeat('é', 1000) from generate_series(1, 523)")
		c.sql("select 'a' where (select length(string_agg(x, '')) from (select repeat('é', 1000) x from generate_series(1, 522)) t) = 522000")
	}},
	{"F0013", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select repeat('a', 2000000) as a", FormatRecordsAs: wire.RecordsJSON})
	}},
	{"F0014", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", Database: strings.Repeat("x", 65)})
	}},
	{"F0015", func(c *conversation) {
		if c.target.clock == nil {
			c.sql("select pg_sleep(50)")
		} else {
			c.sql("select pg_sleep(5)")
		}
	}},
	{"F0016", func(c *conversation) {
		id := c.begin()
		if c.later(2 * time.Minute) {
			c.in(id, "select 1")
		}
		if c.later(3 * time.Minute) {
			c.in(id, "select 1")
		}
	}},
	{"F0017", func(c *conversation) {
		id := c.begin()
		for i := 0; i < 480 && c.target.clock != nil; i++ {
			c.target.clock.Advance(178 * time.Second)
			c.target.api.ExecuteStatement(c.Context(), c.target.fill(&wire.ExecuteRequest{SQL: "select 1", TransactionID: id}))
		}
		if c.later(20 * time.Minute) {
			c.in(id, "select 1")
		}
	}},
	{"F0018", func(c *conversation) { c.sql("select length(x), left(x, 3) from (select repeat('abc', 40000) as x) t") }},
	{"F0023", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", ResourceARN: "arn:aws:rds:us-east-1:123456789012:cluster:no-such-cluster"})
	}},
	{"F0026", func(c *conversation) {
		c.sql("select interval '1 day'")
		c.sql("select '{{1,2},{3,4}}'::int[]")
		c.sql("select repeat('x', 2000000)")
	}},
	{"F0027", func(c *conversation) {
		c.sql("select 1; select 2")
		c.execute(wire.ExecuteRequest{SQL: "select 1", Schema: "public"})
		c.sql("select :a", value("a", wire.ArrayOf(wire.KindLong, wire.Long(1))))
		c.sql("select :mäil", str("mäil", "x"))
	}},
	{"F0028", func(c *conversation) {
		c.setup("create table facts_28 (d interval)")
		c.sql("insert into facts_28 values ('1 day') returning d")
		c.sql("select count(*) from facts_28")
		c.setup("drop table facts_28")
	}},
	{"F0030", func(c *conversation) { c.sql("select :name", str("name", "x")) }},
	{"F0031", func(c *conversation) {
		c.sql("select :1, :a_1", str("1", "x"), str("a_1", "y"))
		c.sql("select :b$", str("b$", "y"))
	}},
	{"F0032", func(c *conversation) {
		c.setup("create table facts_32 (id int, u uuid, j jsonb, d date)")
		c.sql("select * from facts_32 where id = :s", str("s", "1"))
		c.sql("insert into facts_32 (u) values (:s)", str("s", "6e0a6b5c-0000-4000-8000-000000000000"))
		c.sql("insert into facts_32 (j) values (:s)", str("s", "{}"))
		c.sql("insert into facts_32 (u, d) values (:u::uuid, :d)", str("u", "6e0a6b5c-0000-4000-8000-000000000000"), hinted("d", "2024-02-29", wire.HintDate))
		c.setup("drop table facts_32")
	}},
	{"F0033", func(c *conversation) {
		c.sql("select pg_typeof(:s)::text, pg_typeof(:l)::text, pg_typeof(:d)::text, pg_typeof(:b)::text, pg_typeof(:x)::text",
			str("s", ""), long("l", 1), value("d", wire.Double(1)), value("b", wire.Boolean(true)), value("x", wire.Blob([]byte{1})))
		c.sql("select pg_typeof(:u)::text, pg_typeof(:j)::text, pg_typeof(:d)::text, pg_typeof(:t)::text, pg_typeof(:ts)::text, pg_typeof(:n)::text",
			hinted("u", "6e0a6b5c-0000-4000-8000-000000000000", wire.HintUUID), hinted("j", "{}", wire.HintJSON), hinted("d", "2024-02-29", wire.HintDate),
			hinted("t", "01:02:03", wire.HintTime), hinted("ts", "2024-02-29 01:02:03", wire.HintTimestamp), hinted("n", "1.50", wire.HintDecimal))
	}},
	{"F0034", func(c *conversation) {
		c.sql("select :d, :t, :ts, :n, :j, :u", hinted("d", "2024-02-29", wire.HintDate), hinted("t", "01:02:03.004", wire.HintTime),
			hinted("ts", "2024-02-29 01:02:03.004", wire.HintTimestamp), hinted("n", "-1.50", wire.HintDecimal),
			hinted("j", `{"a": 1}`, wire.HintJSON), hinted("u", "6E0A6B5C-0000-4000-8000-000000000000", wire.HintUUID))
	}},
	{"F0035", func(c *conversation) {
		c.sql("select :t, :t::timestamptz", hinted("t", "2020-09-17 13:49:32.780180", wire.HintTimestamp))
	}},
	{"F0036", func(c *conversation) {
		c.sql("select :a", value("a", wire.ArrayOf(wire.KindLong, wire.Long(1))))
		c.sql("select :a::int[]", str("a", "{1,2,3}"))
	}},
	{"F0037", func(c *conversation) {
		c.setup("create table facts_37 (i int, n numeric, j json, t timestamp, x bytea, a int[])")
		null := wire.Null()
		c.sql("insert into facts_37 values (:i, :n, :j, :t, :x, :a)", value("i", null), value("n", null), value("j", null), value("t", null), value("x", null), value("a", null))
		c.setup("drop table facts_37")
	}},
	{"F0039", func(c *conversation) {
		c.setup("create table facts_39 (id int)")
		c.batch("insert into facts_39 values (:id) returning id", []wire.Parameter{long("id", 1)}, []wire.Parameter{long("id", 2)})
		c.batch("insert into facts_39 values (3)", []wire.Parameter{})
		c.batch("this is no SQL")
		c.sql("select count(*) from facts_39")
		c.setup("drop table facts_39")
	}},
	{"F0040", func(c *conversation) {
		c.setup("create table facts_40 (id int)")
		c.described("select id from facts_40")
		c.described("insert into facts_40 values (1)")
		c.setup("drop table facts_40")
	}},
	{"F0041", func(c *conversation) {
		c.setup("create table facts_41 (id serial)")
		c.sql("insert into facts_41 values (default)")
		c.setup("drop table facts_41")
	}},
	{"F0042", func(c *conversation) {
		c.commit(c.begin())
		c.rollback(c.begin())
	}},
	{"F0043", func(c *conversation) {
		c.described("select 1::int2 a, 1::int4 b, 1::int8 c, 1::float4 d")
		c.described("select true e, 'x'::text f, 'x'::char(3) g, 1.5::numeric(4,2) h")
	}},
	{"F0044", func(c *conversation) {
		c.setup("create table facts_44 (a int not null, b int)")
		c.described("select a, b, 1 as c from facts_44")
		c.setup("drop table facts_44")
	}},
	{"F0045", func(c *conversation) {
		for _, expr := range []string{"interval '1 day'", "'10:00+02'::timetz", "1::text::money", "'<a/>'::xml", `'a'::"char"`, "point(1,2)",
			"'08:00:2b:01:02:03'::macaddr", "'pg_class'::regclass", "'int4'::regtype"} {
			c.sql("select " + expr)
		}
		c.sql("select interval '1 day'::text")
	}},
	{"F0046", func(c *conversation) { c.sql("select array[array[1,2],array[3,4]]") }},
	{"F0047", func(c *conversation) {
		c.sql("select 'infinity'::timestamptz")
		c.sql("select '-infinity'::date")
	}},
	{"F0048", func(c *conversation) { c.described("select interval '1 day' as i where false") }},
	{"F0049", func(c *conversation) {
		c.sql("select 1 where false")
		c.sql("create temporary table facts_49 (id int)")
	}},
	{"F0050", func(c *conversation) {
		c.sql("SELECT * FROM no_such_table_xyz")
		c.sql("SELEKT 1")
		c.sql("select 1 where 1 = :s", str("s", "1"))
	}},
	{"F0052", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", Database: "no_such_database"})
	}},
	{"F0053", func(c *conversation) {
		c.setup("create table facts_53 (id int primary key, name text not null, parent int references facts_53)")
		c.setup("insert into facts_53 values (1, 'a', null)")
		c.sql("insert into facts_53 values (1, 'b', null)")
		c.sql("insert into facts_53 values (2, null, null)")
		c.sql("insert into facts_53 values (2, 'b', 7)")
		c.setup("drop table facts_53")
	}},
	{"F0059", func(c *conversation) { c.sql("copy (select 1) to stdout") }},
	{"F0060", func(c *conversation) {
		c.sql("set search_path = pg_catalog")
		c.sql("prepare facts_60 as select 1")
		c.sql("execute facts_60")
		c.sql("declare facts_60 cursor for select 1")
	}},
	{"F0061", func(c *conversation) {
		c.sql("select current_setting('TimeZone'), current_setting('DateStyle')")
	}},
	{"F0062", func(c *conversation) {
		id := c.begin()
		c.in(id, "create temporary table facts_62 on commit drop as select 7 as n")
		c.in(id, "declare c cursor for select n from facts_62")
		c.in(id, "fetch 1 from c")
		c.in(id, "savepoint s")
		c.in(id, "prepare facts_62 as select 8 as n")
		c.in(id, "execute facts_62")
		c.in(id, "deallocate facts_62")
		c.rollback(id)
	}},
	{"F0063", func(c *conversation) {
		c.setup("create table facts_63 (id int)")
		c.sql("vacuum facts_63")
		c.setup("drop table facts_63")
	}},
	{"F0064", func(c *conversation) {
		id := c.begin()
		c.in(id, "set transaction isolation level serializable, read only")
		c.in(id, "select current_setting('transaction_isolation'), current_setting('transaction_read_only')")
		c.rollback(id)
	}},
	{"F0066", func(c *conversation) {
		if c.target.clock == nil {
			c.Skip("asks AWS for an error that names the user")
		}
		req := c.target.fill(&wire.ExecuteRequest{SQL: "select current_database()"})
		req.Database = ""
		c.ask(req)
		resp, err := c.target.api.ExecuteStatement(c.Context(), req)
		if err != nil {
			c.failed(err)
			return
		}
		c.answered(string(resp.AppendJSON(nil)))
	}},
	{"F0067", func(c *conversation) {
		id := c.begin()
		c.rollback(id)
		c.rollback(id)
		c.commit(id)
		c.in(id, "select 1")
		c.in("never-was", "select 1")
	}},
	{"F0068", func(c *conversation) {
		id := c.begin()
		var wg sync.WaitGroup
		wg.Go(func() {
			c.target.api.ExecuteStatement(c.Context(), c.target.fill(&wire.ExecuteRequest{SQL: "select pg_sleep(1)", TransactionID: id}))
		})
		time.Sleep(300 * time.Millisecond)
		c.note("> (while the transaction runs select pg_sleep(1))")
		c.in(id, "select 2")
		wg.Wait()
		c.in(id, "select 3")
	}},
	{"F0069", func(c *conversation) {
		id := c.begin()
		c.in(id, "savepoint s")
		c.in(id, "select 1/0")
		c.in(id, "select 1")
		c.in(id, "rollback to savepoint s")
		c.in(id, "select 1")
		c.rollback(id)
	}},
	{"F0070", func(c *conversation) {
		if n := len(c.begin()); n < 10 || n > wire.MaxTransactionIDChars {
			c.Errorf("an id of %d characters", n)
		}
		c.note("an id of at most 192 characters")
	}},
	{"F0071", func(c *conversation) {
		c.setup("create table facts_71 (id int)")
		id := c.begin()
		c.in(id, "insert into facts_71 values (1)")
		c.in(id, "commit")
		c.sql("select count(*) from facts_71")
		c.in(id, "select 1")
		c.rollback(id)
		c.setup("drop table facts_71")
	}},
	{"F0072", func(c *conversation) {
		id := c.begin()
		c.in(id, "select repeat('x', 2000000)")
		c.in(id, "select interval '1 day'")
		c.in(id, "select 1")
		c.rollback(id)
	}},
	{"F0073", func(c *conversation) {
		id := c.begin()
		c.in(id, "create table facts_73 (id int)")
		c.rollback(id)
		c.sql("select * from facts_73")
	}},
	{"F0074", func(c *conversation) {
		id := c.begin()
		c.execute(wire.ExecuteRequest{SQL: "select 1", TransactionID: id, Database: "postgres"})
		c.rollback(id)
	}},
	{"F0075", func(c *conversation) {
		c.sql("create table facts_75 (id int)")
		c.sql("insert into facts_75 values (1), (2), (3)")
		c.sql("update facts_75 set id = id where id > 1")
		c.sql("delete from facts_75")
		c.setup("drop table facts_75")
	}},
	{"F0077", func(c *conversation) {
		c.sql("do 'begin raise notice ''unheard''; end'")
		c.sql("do 'begin raise exception ''return quantity % exceeds %'', 1, 0 using errcode = ''23514''; end'")
	}},
	{"F0078", func(c *conversation) {
		if c.target.clock == nil {
			c.Skip("takes 45 seconds against AWS; F0015 asks the same")
		}
		id := c.begin()
		c.in(id, "select pg_sleep(5)")
		c.in(id, "select 1")
		c.rollback(id)
	}},
	{"F0079", func(c *conversation) {
		if c.target.clock == nil {
			c.Skip("takes 50 seconds against AWS")
		}
		c.setup("create table facts_79 (id int)")
		id := c.begin()
		c.execute(wire.ExecuteRequest{SQL: "insert into facts_79 select 1 from pg_sleep(3)", TransactionID: id, ContinueAfterTimeout: true})
		c.in(id, "select 1")
		time.Sleep(3 * time.Second)
		c.in(id, "select count(*) from facts_79")
		c.commit(id)
		c.setup("drop table facts_79")
	}},
	{"F0080", func(c *conversation) {
		c.sql(`select ':a' as ":b" -- :c`)
		c.sql("select /* :a */ 1")
	}},
	{"F0081", func(c *conversation) { c.sql("select $$a :b c$$", str("b", "x")) }},
	{"F0082", func(c *conversation) {
		c.sql("select (array[1,2,3])[1:2]")
		c.sql("select (array[1,2,3])[1: 2]")
	}},
	{"F0083", func(c *conversation) { c.sql("select :v::jsonb", str("v", `{"a": 1}`)) }},
	{"F0084", func(c *conversation) {
		c.sql("select :a, :a", str("a", "x"))
		c.sql("select date_trunc(:u, t) from (values (timestamp '2024-02-29 12:00')) v (t) group by date_trunc(:u, t)", str("u", "day"))
	}},
	{"F0085", func(c *conversation) { c.sql("select $1") }},
	{"F0086", func(c *conversation) { c.sql("select 1 ; ") }},
	{"F0087", func(c *conversation) {
		c.sql("select 1; select 2;")
		c.sql("create or replace function facts_87() returns int language plpgsql as $$ begin perform 1; return 2; end $$")
		c.sql("select facts_87()")
		c.setup("drop function facts_87()")
	}},
	{"F0088", func(c *conversation) { c.execute(wire.ExecuteRequest{SQL: "select 1", Schema: "public"}) }},
	{"F0100", func(c *conversation) { c.sql("select 32767::int2, -2147483648::int4, 9223372036854775807::int8") }},
	{"F0101", func(c *conversation) { c.sql("select 3.14::real, 3.141592653589793::float8, '{3.14,2.71}'::real[]") }},
	{"F0102", func(c *conversation) { c.sql("select 100.10::numeric, 123456.7890::numeric(12,4), 1e40::numeric") }},
	{"F0103", func(c *conversation) {
		c.sql("select date '2024-02-29', time '01:02:03', time '01:02:03.5', timestamp '2024-02-29 01:02:03.000004'")
	}},
	{"F0104", func(c *conversation) { c.sql("select timestamptz '2024-01-15 12:34:56+09'") }},
	{"F0105", func(c *conversation) {
		c.sql(`select '{"x": 0, "y": "0", "z": [0, 0, 1]}'::jsonb, '{"b": 1.50, "a": "x y"}'::json`)
	}},
	{"F0106", func(c *conversation) { c.sql(`select '\x00ff'::bytea, ''::bytea`) }},
	{"F0107", func(c *conversation) {
		c.setup("create type facts_107 as enum ('low', 'high')")
		c.described("select 'high'::facts_107 as e")
		c.sql("select 'a'::varchar(9), 'a'::char(3), 'a'::name, '6E0A6B5C-0000-4000-8000-000000000000'::uuid, '10.0.0.1'::inet, '10.0.0.0/8'::cidr, 7::oid")
		c.setup("drop type facts_107")
	}},
	{"F0108", func(c *conversation) { c.sql("select true, null::bool, null::text, null::bytea") }},
	{"F0110", func(c *conversation) {
		c.sql("select '{1,2}'::int2[], '{1.5}'::float8[], '{t,f}'::bool[], '{a}'::text[], '{1.10}'::numeric[]")
		c.sql(`select '{2024-02-29}'::date[], '{01:02:03}'::time[], array['{"a": 1}'::jsonb], array['6e0a6b5c-0000-4000-8000-000000000000'::uuid]`)
	}},
	{"F0111", func(c *conversation) { c.sql("select null::int[], '{}'::int[], '{}'::text[]") }},
	{"F0113", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 7, 1.50, 2::numeric", ResultSetOptions: wire.ResultSetOptions{
			LongReturnType: wire.LongString, DecimalReturnType: wire.DecimalDoubleOrLong,
		}})
	}},
	{"F0114", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: `select 1 as b, 'x' as a, 1.50 as n, true as t, null as z, '\x00ff'::bytea as x, '{1,2}'::int[] as l, 1.5::float8 as f, date '2024-02-29' as d`, FormatRecordsAs: wire.RecordsJSON})
	}},
	{"F0115", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1 as a, 2 as a", FormatRecordsAs: wire.RecordsJSON})
	}},
	{"F0116", func(c *conversation) {
		c.setup("create table facts_116 (id bigserial primary key, price numeric(10,2), name varchar(40), tags text[])")
		c.described("select * from facts_116")
		c.setup("drop table facts_116")
	}},
}
