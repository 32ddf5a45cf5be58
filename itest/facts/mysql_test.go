package facts

import (
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// mysqlProbes ask MySQL, and nothing to which MariaDB, which may stand in for
// it, has an answer of its own.
var mysqlProbes = []probe{
	{"F0038", func(c *conversation) {
		c.setup("create table facts_38 (d date, n decimal(9,2), j json, e enum('low', 'high'), at datetime(3))")
		c.sql("insert into facts_38 values (:d, :n, :j, :e, :at)", str("d", "2024-02-29"), str("n", "1.50"), str("j", `{"a":1}`), str("e", "high"), str("at", "2024-02-29 01:02:03.004"))
		c.setup("drop table facts_38")
	}},
	{"F0054", func(c *conversation) {
		c.setup("create table facts_54 (id int not null)")
		c.sql("insert into facts_54 values (null)")
		c.sql("select * from facts_nowhere")
		c.setup("drop table facts_54")
	}},
	{"F0064", func(c *conversation) {
		id := c.begin()
		c.in(id, "set transaction isolation level serializable")
		c.rollback(id)
	}},
	{"F0073", func(c *conversation) {
		c.setup("create table facts_73 (id int)")
		id := c.begin()
		c.in(id, "insert into facts_73 values (1)")
		c.in(id, "create table facts_73b (id int)")
		c.rollback(id)
		c.sql("select count(*) as n from facts_73")
		c.setup("drop table facts_73, facts_73b")
	}},
	{"F0076", func(c *conversation) {
		c.setup("create table facts_76 (id int auto_increment primary key, name varchar(9))")
		c.sql("insert into facts_76 (name) values ('a')")
		c.batch("insert into facts_76 (name) values (:n)", []wire.Parameter{str("n", "b")}, []wire.Parameter{str("n", "c")})
		c.setup("drop table facts_76")
	}},
	{"F0120", func(c *conversation) {
		c.setup("create table facts_120 (b tinyint(1), t tinyint, s smallint unsigned, i int, l bigint)")
		c.setup("insert into facts_120 values (true, -128, 65535, -2147483648, 9223372036854775807)")
		c.sql("select * from facts_120")
		c.setup("drop table facts_120")
	}},
	{"F0121", func(c *conversation) {
		c.sql("select cast(1.5 as double) as d, cast(123456.7890 as decimal(12,4)) as n, cast(0 as decimal(9,4)) as z")
	}},
	{"F0122", func(c *conversation) {
		c.setup("create table facts_122 (c char(5), v varchar(9), t text, e enum('a','b'), s set('x','y'), b varbinary(9), l blob)")
		c.setup("insert into facts_122 values ('ab', 'cd', 'ef', 'b', 'x,y', x'00ff', '')")
		c.sql("select * from facts_122")
		c.setup("drop table facts_122")
	}},
	{"F0123", func(c *conversation) {
		c.setup("create table facts_123 (d date, t time, dt datetime(6), ts timestamp null, y year)")
		c.setup("insert into facts_123 values ('2024-02-29', '01:02:03', '2024-02-29 01:02:03.000004', '2024-02-29 01:02:03', 2024)")
		c.sql("select * from facts_123")
		c.setup("drop table facts_123")
	}},
	{"F0124", func(c *conversation) {
		c.setup("create table facts_124 (id int unsigned auto_increment primary key, name varchar(100) not null, made timestamp null)")
		c.described("select id, name as other, made from facts_124")
		c.setup("drop table facts_124")
	}},
	{"F0217", func(c *conversation) { c.sql("select @a := 7 as a") }},
	{"F0241", func(c *conversation) {
		c.setup("create table facts_241 (id int auto_increment primary key, name varchar(9))")
		c.sql("insert into facts_241 (name) values ('a'), ('b'), ('c')")
		c.setup("drop table facts_241")
	}},
	{"F0242", func(c *conversation) {
		if c.target.clock == nil {
			c.Skip("takes 45 seconds against AWS")
		}
		c.sql("select sleep(5)")
	}},
	{"F0244", func(c *conversation) {
		c.setup("create table facts_244 (n int)")
		c.setup("insert into facts_244 values (1), (2)")
		c.sql("update facts_244 set n = 2")
		c.setup("drop table facts_244")
	}},
	{"F0245", func(c *conversation) {
		c.sql("select @@session.time_zone as tz, @@session.character_set_client as cs, @@session.sql_mode as mode")
	}},
	{"F0246", func(c *conversation) {
		c.sql("select cast(18446744073709551615 as unsigned) as a, cast(7 as unsigned) as b")
	}},
	{"F0247", func(c *conversation) {
		c.setup("create table facts_247 (t time)")
		c.setup("insert into facts_247 values ('-100:00:01')")
		c.sql("select t from facts_247")
		c.setup("drop table facts_247")
	}},
	{"F0250", func(c *conversation) {
		c.setup("create table facts_250 (a bit(1), b bit(12))")
		c.setup("insert into facts_250 values (b'1', b'100000000001')")
		c.sql("select * from facts_250")
		c.setup("drop table facts_250")
	}},
	{"F0251", func(c *conversation) {
		c.sql("select :u", hinted("u", "6e0a6b5c-0000-4000-8000-000000000000", wire.HintUUID))
	}},
	{"F0252", func(c *conversation) {
		c.sql("create procedure facts_252() begin select 1 as a; select 2 as b; end")
		c.sql("call facts_252()")
		c.setup("drop procedure facts_252")
	}},
	{"F0259", func(c *conversation) { c.sql("select ?") }},
	{"F0243", func(c *conversation) {
		// A deadlock: two transactions take two rows in opposite order.
		c.setup("create table facts_243 (id int primary key, n int)")
		c.setup("insert into facts_243 values (1, 0), (2, 0)")
		a, b := c.begin(), c.begin()
		c.in(a, "update facts_243 set n = 1 where id = 1")
		c.in(b, "update facts_243 set n = n + 1 where id = 2")
		waiting := make(chan struct{})
		go func() {
			defer close(waiting)
			_, _ = c.target.api.ExecuteStatement(c.Context(), c.target.fill(&wire.ExecuteRequest{SQL: "update facts_243 set n = 1 where id = 2", TransactionID: a}))
		}()
		time.Sleep(300 * time.Millisecond)
		c.note("> (while the first waits for the second's row)")
		c.in(b, "update facts_243 set n = 2 where id = 1")
		<-waiting
		c.rollback(a)
		c.commit(b)
		c.setup("drop table facts_243")
	}},
	{"F0262", func(c *conversation) {
		c.setup("create table facts_262 (id int)")
		id := c.begin()
		c.in(id, "insert into facts_262 values (1)")
		c.in(id, "create table facts_262_b (id int)")
		c.in(id, "insert into facts_262 values (2)")
		c.rollback(id)
		c.sql("select id from facts_262 order by id")
		c.setup("drop table facts_262, facts_262_b")
	}},
}
