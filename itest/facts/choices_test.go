package facts

import (
	"math"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// The choices are asked for like the facts; against AWS their answers are news.
func init() { probes = append(probes, choices...) }

var choices = []probe{
	{"F0204", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", ResourceARN: "not-an-arn-at-all"})
	}},
	{"F0203", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", SecretARN: "short"})
	}},
	{"F0205", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", SecretARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:no-such-secret"})
	}},
	{"F0258", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 1", SecretARN: "no-arn-but-a-name"})
	}},
	{"F0206", func(c *conversation) {
		c.sql("-- nothing")
		c.sql("select :s", str("s", "a\x00b"))
	}},
	{"F0208", func(c *conversation) {
		c.sql("select 1; -- a comment")
		c.sql("select 'unfinished")
	}},
	{"F0209", func(c *conversation) {
		c.sql("select 1 where false")
		c.sql("do 'begin end'")
	}},
	{"F0210", func(c *conversation) {
		c.sql("select :a, :b", str("a", "x"))
		c.sql("select :a", str("a", "x"), str("a", "y"))
		c.sql("select :a", wire.Parameter{Name: "a"})
	}},
	{"F0211", func(c *conversation) { c.sql("select :a", str("a", "x"), str("unused", "y")) }},
	{"F0212", func(c *conversation) {
		c.sql("select :n", value("n", wire.Null()))
		c.sql("select coalesce(:n, 1)", value("n", wire.Null()))
	}},
	{"F0213", func(c *conversation) {
		c.sql("select :l", wire.Parameter{Name: "l", Value: wire.Long(1), TypeHint: wire.HintUUID})
	}},
	{"F0214", func(c *conversation) {
		c.sql("select :d", hinted("d", "2023-02-29", wire.HintDate))
		c.sql("select :t", hinted("t", "2024-02-29T01:02:03Z", wire.HintTimestamp))
		c.sql("select :u", hinted("u", "nope", wire.HintUUID))
	}},
	{"F0215", func(c *conversation) { c.sql("select :A", str("a", "x")) }},
	{"F0216", func(c *conversation) {
		c.sql(`select E'\':a'`, str("a", "x"))
		c.sql("select /* /* */ :a */ 1", str("a", "x"))
	}},
	{"F0220", func(c *conversation) { c.in("never-was", "select 1") }},
	{"F0223", func(c *conversation) {
		id := c.begin()
		c.in(id, "select 1/0")
		c.commit(id)
	}},
	{"F0224", func(c *conversation) {
		c.setup("create table facts_224 (id int primary key)")
		c.batch("insert into facts_224 values (:id)", []wire.Parameter{long("id", 1)}, []wire.Parameter{long("id", 1)})
		c.sql("select count(*) from facts_224")
		c.setup("drop table facts_224")
	}},
	{"F0227", func(c *conversation) {
		c.sql("set statement_timeout = '7s'")
		for range 5 {
			time.Sleep(20 * time.Millisecond)
		}
		c.sql("select current_setting('statement_timeout')")
	}},
	{"F0230", func(c *conversation) {
		c.setup("create table facts_230 (id int)")
		c.sql("insert into facts_230 values (1), (2) returning id")
		c.setup("drop table facts_230")
	}},
	{"F0231", func(c *conversation) {
		c.sql("select :a_long_name, nope", str("a_long_name", "x"))
	}},
	{"F0233", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select '{1,2}'::int[], '{1.5}'::numeric[]", ResultSetOptions: wire.ResultSetOptions{
			LongReturnType: wire.LongString, DecimalReturnType: wire.DecimalDoubleOrLong,
		}})
	}},
	{"F0234", func(c *conversation) {
		c.sql(`select '{"b": 1.50, "a": 1e2, "c": 123456789012345678901234567890}'::json`)
	}},
	{"F0235", func(c *conversation) { c.sql("select 'NaN'::float8, 'Infinity'::float4, 'NaN'::numeric") }},
	{"F0236", func(c *conversation) {
		c.setup("create domain facts_236 as int")
		c.sql("select int4range(1, 3), 7::facts_236")
		c.sql("select B'101'")
		c.sql("select row(1, 2)")
		c.sql("select pg_sleep(0)")
		c.setup("drop domain facts_236")
	}},
	{"F0237", func(c *conversation) { c.sql(`select array['\x00ff'::bytea]`) }},
	{"F0238", func(c *conversation) {
		c.setup("create table facts_238 (id int, t text)")
		c.described("select id as other, t from facts_238")
		c.setup("drop table facts_238")
	}},
	{"F0239", func(c *conversation) {
		c.execute(wire.ExecuteRequest{SQL: "select 10::float8 as a, 1e8::float8 as b, 0.1::float4 as c", FormatRecordsAs: wire.RecordsJSON})
	}},
	{"F0260", func(c *conversation) {
		c.sql("/* a comment */ select query from pg_stat_activity where pid = pg_backend_pid()")
	}},
	{"F0282", func(c *conversation) {
		c.sql("select current_setting('server_encoding'), current_setting('client_encoding')")
	}},
}

// unasked says of a fact why no conversation shows it.
var unasked = map[string]string{
	"F0002": "every conversation rests on it",
	"F0006": "it is about the SDK; the tests of internal/wire hold it",
	"F0007": "it is about the addresses of AWS",
	"F0009": "there is no such operation in the SDK for Go",
	"F0010": "the tests of internal/wire hold it, byte for byte",
	"F0019": "it is advice to clients; the tests of internal/awsapi hold it",
	"F0020": "the tests of internal/wire hold each against the SDK",
	"F0021": "the tests of internal/wire hold each against the SDK",
	"F0022": "every error here was read that way",
	"F0024": "the number differs from run to run; the tests of server hold it",
	"F0025": "it is about the model",
	"F0029": "it is about the SDK; the tests of internal/awsapi hold it",
	"F0051": "nobody knows how to bring it about",
	"F0055": "it needs a second secret; the tests of server hold it",
	"F0057": "it is about reading; the tests of internal/wire hold it",
	"F0056": "it is about the older service",
	"F0058": "it is about the older service",
	"F0065": "F0223 shows it",
	"F0261": "it is about the driver, whose tests hold it",
	"F0263": "it is about the driver, whose tests hold it",
	"F0264": "it is about the driver, whose tests hold it",
	"F0278": "the driver asks by such a block, and its tests hold it",
	"F0266": "it is about what the driver does, whose tests hold it",
	"F0275": "it is about what the driver sends, whose tests hold it",
	"F0276": "it is about what the driver sends, whose tests hold it",
	"F0277": "the driver's tests of waiting hold it",
	"F0281": "the text of F0090 shows it",
	"F0092": "it is about the SDK; the tests of internal/awsapi hold the driver's own rules",
	"F0093": "it is about clients; the tests of internal/awsapi hold it",
	"F0094": "it needs a rate that nobody should send",
	"F0095": "it is about time",
	"F0109": "it is a list; the facts around it ask for its types",
	"F0130": "it is about Secrets Manager",
	"F0131": "it is about IAM",
	"F0132": "it is about Secrets Manager",
	"F0200": "the SDK posts to no other path; the tests of internal/wire hold it",
	"F0201": "the SDK sends no other JSON; the tests of internal/wire hold it",
	"F0202": "the tests of internal/wire hold it",
	"F0207": "the database would have to end; the tests of server hold it",
	"F0221": "it needs a second secret; the tests of server hold it",
	"F0222": "F0070 shows it",
	"F0225": "the tests of server hold it",
	"F0226": "F0015 shows it",
	"F0228": "the tests of server hold it",
	"F0229": "it needs more calls than anybody should send; the tests of server hold it",
	"F0232": "F0059 shows it",
	"F0240": "F0054 shows it",
	"F0248": "MariaDB, which stands in for MySQL, has no JSON; the tests of server hold it",
	"F0249": "F0124 shows it",
	"F0253": "the tests of server hold it",
	"F0254": "the tests of server hold it",
	"F0255": "the SDK does not sign so; the tests of server hold it",
	"F0256": "the tests of server hold it",
	"F0257": "the SDK signs them; the tests of server hold it",
}

func init() {
	for _, number := range strings.Fields("F0133 F0134 F0135 F0136 F0137 F0138") {
		unasked[number] = "the SDK signs rightly; the tests of server hold it"
	}
}
