package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

// TestAnswers shows which members an answer has.
func TestAnswers(t *testing.T) {
	s := serve(t)
	for _, test := range []struct {
		sql       string
		updated   int64
		records   int // -1 for none
		generated bool
		described bool
	}{
		{"CREATE TABLE t (i int)", 0, -1, true, false},
		{"INSERT INTO t VALUES (1), (2), (3)", 3, -1, true, false},
		{"UPDATE t SET i = i + 1 WHERE i > 1", 2, -1, true, false},
		{"SELECT i FROM t", 0, 3, false, true},
		{"SELECT i FROM t WHERE false", 0, 0, false, true},
		{"SELECT FROM t", 0, 3, false, false},
		{"INSERT INTO t VALUES (9) RETURNING i", 0, 1, false, true},
		{"DELETE FROM t WHERE i = 77 RETURNING i", 0, 0, false, true},
		{"MERGE INTO t USING (VALUES (9), (100)) AS v (j) ON i = j WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (j)", 3, -1, true, false},
		{"DELETE FROM t WHERE i > 99", 1, -1, true, false},
		{"EXPLAIN (COSTS OFF) SELECT 1", 0, 1, false, true},
		{"SHOW server_version", 0, 1, false, true},
		{"VALUES (1), (2)", 0, 2, false, true},
		{"CREATE TABLE u AS SELECT * FROM t", 0, -1, true, false},
		{"DO $$ BEGIN PERFORM 1; END $$", 0, -1, true, false},
		{"VACUUM t", 0, -1, true, false},
	} {
		in := s.input("", test.sql)
		in.IncludeResultMetadata = true
		out, err := s.ExecuteStatement(context.Background(), in)
		if err != nil {
			t.Fatalf("%s: %v", test.sql, err)
		}
		records := -1
		if out.Records != nil {
			records = len(out.Records)
		}
		got := []any{out.NumberOfRecordsUpdated, records, out.GeneratedFields != nil, len(out.ColumnMetadata) > 0}
		t.Log(test.sql)
		same(t, got, []any{test.updated, test.records, test.generated, test.described})
		same(t, len(out.GeneratedFields), 0)
		if records >= 0 {
			in.IncludeResultMetadata = false
			if out, err = s.ExecuteStatement(context.Background(), in); err != nil || out.ColumnMetadata != nil {
				t.Errorf("%s: unasked for metadata, or %v", test.sql, err)
			}
		}
	}
}

func TestDatabaseErrors(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (i int PRIMARY KEY, name text NOT NULL)")
	s.must("", "INSERT INTO t VALUES (1, 'a')")
	for _, test := range []struct {
		sql    string
		params []types.SqlParameter
		text   string
	}{
		{"SELECT * FROM no_such_table_xyz", nil, `ERROR: relation "no_such_table_xyz" does not exist; Position: 15; SQLState: 42P01`},
		{"SELECT :somewhat_long, 'é' FROM nowhere", []types.SqlParameter{p("somewhat_long", 1)},
			`ERROR: relation "nowhere" does not exist; Position: 33; SQLState: 42P01`},
		{"SELEKT 1", nil, `ERROR: syntax error at or near "SELEKT"; Position: 1; SQLState: 42601`},
		{"INSERT INTO t VALUES (2, NULL)", nil, `ERROR: null value in column "name" of relation "t" violates not-null constraint; SQLState: 23502`},
		{"INSERT INTO t VALUES (1, 'b')", nil, `ERROR: duplicate key value violates unique constraint "t_pkey"; SQLState: 23505`},
		{"SELECT 1 / (i - 1) FROM t", nil, `ERROR: division by zero; SQLState: 22012`},
		{"DO $$ BEGIN RAISE EXCEPTION 'no; way' USING ERRCODE = '23514', DETAIL = 'd', HINT = 'h'; END $$", nil, `ERROR: no; way; Hint: h; SQLState: 23514`},
		{"DECLARE c CURSOR FOR SELECT 1", nil, `ERROR: DECLARE CURSOR can only be used in transaction blocks; SQLState: 25P01`},
	} {
		_, err := s.execute("", test.sql, test.params...)
		refused(t, err, "DatabaseErrorException", test.text)
	}
}

// TestSessionsAreClean shows that a call finds nothing of another.
func TestSessionsAreClean(t *testing.T) {
	s := serve(t)
	for range 5 {
		s.must("", "SET search_path TO pg_catalog")
		s.must("", "CREATE TEMPORARY TABLE scratch (i int)")
		s.must("", "SELECT pg_advisory_lock(1)")
		s.must("", "PREPARE q AS SELECT 1")
		s.must("", "BEGIN")
		s.must("", "SET TIME ZONE 'Asia/Tokyo'")
		same(t, s.value("", "SHOW search_path"), any(`"$user", public`))
		same(t, s.value("", "SHOW TimeZone"), any("UTC"))
		if !eventually(func() bool {
			return s.value("", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == int64(0)
		}) {
			t.Fatal("an advisory lock is held on")
		}
		_, err := s.execute("", "EXECUTE q")
		refused(t, err, "DatabaseErrorException", `ERROR: prepared statement "q" does not exist; SQLState: 26000`)
	}
}

// TestCopy shows that a COPY neither hangs nor confuses the session.
func TestCopy(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (s text)")
	s.must("", "INSERT INTO t SELECT repeat('G', 100) FROM generate_series(1, 1000)")
	const out, in = "execute: unexpected message: CopyOutResponse", "execute: unexpected message: CopyInResponse"
	for _, test := range []struct{ sql, text string }{
		{"COPY t TO STDOUT", out}, {"COPY t FROM STDIN", in}, {"COPY (SELECT 1) TO STDOUT (FORMAT binary)", out},
	} {
		_, err := s.execute("", test.sql)
		refused(t, err, "DatabaseErrorException", test.text)
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(1000)))

		tx := s.begin()
		pid := s.value(tx, "SELECT pg_backend_pid()")
		_, err = s.execute(tx, test.sql)
		refused(t, err, "DatabaseErrorException", test.text)
		if test.text == out {
			same(t, s.value(tx, "SELECT pg_backend_pid()"), pid)
		} else {
			_, err = s.execute(tx, "SELECT 1")
			refusedLike(t, err, "DatabaseErrorException", "SQLState: 25P02")
		}
		if _, err := s.rollback(tx); err != nil {
			t.Fatal(err)
		}
		for _, sets := range []int{1, 3} {
			_, err := s.batch("", test.sql, make([][]types.SqlParameter, sets)...)
			refused(t, err, "DatabaseErrorException", test.text)
		}
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(1000)))
	}
	same(t, s.value("", "SELECT 'G' || repeat('H', 3)"), any("GHHH"))
}

// batch runs a batch.
func (s *service) batch(tx, sql string, sets ...[]types.SqlParameter) ([]types.UpdateResult, error) {
	in := &rdsdata.BatchExecuteStatementInput{ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN),
		Database: aws.String(s.database), Sql: aws.String(sql), ParameterSets: sets}
	for i, set := range sets {
		if set == nil {
			sets[i] = []types.SqlParameter{}
		}
	}
	if tx != "" {
		in.TransactionId = aws.String(tx)
	}
	out, err := s.BatchExecuteStatement(context.Background(), in)
	if err != nil {
		return nil, err
	}
	return out.UpdateResults, nil
}

func TestBatch(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE TABLE t (i bigint PRIMARY KEY, s text)")
	var sets [][]types.SqlParameter
	for i := range 1000 {
		text := p("s", fmt.Sprint("number ", i))
		if i%3 == 0 {
			text = p("s", nil)
		}
		sets = append(sets, []types.SqlParameter{text, p("i", i)})
	}
	results, err := s.batch("", "INSERT INTO t VALUES (:i, :s) RETURNING i", sets...)
	if err != nil {
		t.Fatal(err)
	}
	same(t, len(results), 1000)
	for _, r := range results {
		if r.GeneratedFields == nil || len(r.GeneratedFields) != 0 {
			t.Fatalf("got %v", r.GeneratedFields)
		}
	}
	same(t, s.value("", "SELECT count(*) FROM t WHERE s = 'number ' || i"), any(int64(666)))

	t.Run("all or nothing", func(t *testing.T) {
		s := s.on(t)
		_, err := s.batch("", "INSERT INTO t VALUES (:i)", []types.SqlParameter{p("i", 5000)}, []types.SqlParameter{p("i", 1)})
		refused(t, err, "DatabaseErrorException", `ERROR: duplicate key value violates unique constraint "t_pkey"; SQLState: 23505`)
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(1000)))
	})
	t.Run("in a transaction", func(t *testing.T) {
		s := s.on(t)
		tx := s.begin()
		if _, err := s.batch(tx, "INSERT INTO t VALUES (:i)", []types.SqlParameter{p("i", 5000)}, []types.SqlParameter{p("i", 5001)}); err != nil {
			t.Fatal(err)
		}
		same(t, s.value(tx, "SELECT count(*) FROM t"), any(int64(1002)))
		if _, err := s.rollback(tx); err != nil {
			t.Fatal(err)
		}
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(1000)))
	})
	t.Run("an empty set runs once", func(t *testing.T) {
		s := s.on(t)
		results, err := s.batch("", "INSERT INTO t SELECT max(i) + 1 FROM t", nil)
		if err != nil {
			t.Fatal(err)
		}
		same(t, len(results), 1)
		same(t, s.value("", "SELECT count(*) FROM t"), any(int64(1001)))
		if _, err := s.batch("", "VACUUM t", nil); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("no set runs nothing", func(t *testing.T) {
		results, err := s.batch("", "this is no SQL; nor this")
		if err != nil || len(results) != 0 {
			t.Fatal(results, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, err := s.batch("", "SELECT :a", []types.SqlParameter{p("a", 1)}, nil)
		refused(t, err, "ValidationException", "Cannot find parameter: a")
		_, err = s.batch("", "SELECT 1; SELECT 2", nil)
		refused(t, err, "ValidationException", "Multistatements aren't supported.")
	})
	t.Run("deferred to the commit", func(t *testing.T) {
		s := s.on(t)
		s.must("", "CREATE TABLE d (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
		_, err := s.batch("", "INSERT INTO d VALUES (1)", nil, nil)
		refusedLike(t, err, "DatabaseErrorException", "SQLState: 23505")
		same(t, s.value("", "SELECT count(*) FROM d"), any(int64(0)))
	})
}

func TestFormatted(t *testing.T) {
	s := serve(t)
	format := func(sql string, options *types.ResultSetOptions) (string, error) {
		in := s.input("", sql)
		in.FormatRecordsAs, in.IncludeResultMetadata, in.ResultSetOptions = types.RecordsFormatTypeJson, true, options
		out, err := s.ExecuteStatement(context.Background(), in)
		if err != nil {
			return "", err
		}
		if out.Records != nil || out.ColumnMetadata != nil || out.FormattedRecords == nil {
			t.Fatalf("%s: records %v, metadata %v, formatted %v", sql, out.Records, out.ColumnMetadata, out.FormattedRecords)
		}
		return *out.FormattedRecords, nil
	}
	for _, test := range []struct{ sql, want string }{
		{`SELECT 0 AS id, 'Ja"né<' AS "na""me" UNION ALL SELECT 1, NULL`, `[{"id":0,"na\"me":"Ja\"né<"},{"id":1,"na\"me":null}]`},
		{`SELECT 10::float8 AS a, 1.7976931348623157E308::float8 AS b, 1e-10::float8 AS c, 'NaN'::float8 AS d, '-Infinity'::float8 AS e, 0.5::float4 AS f, 1e20::float8 AS g`,
			`[{"a":10.0,"b":1.7976931348623157E308,"c":1.0E-10,"d":"NaN","e":"-Infinity","f":0.5,"g":1.0E20}]`},
		{`SELECT true AS t, 1.50 AS n, '\x00ff'::bytea AS b, ARRAY[1,NULL] AS a, ARRAY['x'] AS s, '2024-01-01'::date AS d`,
			`[{"t":true,"n":"1.50","b":"AP8=","a":[1,null],"s":["x"],"d":"2024-01-01"}]`},
		{`SELECT 1 AS a WHERE false`, `[]`},
	} {
		got, err := format(test.sql, nil)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, test.want)
	}
	got, err := format("SELECT 1 AS i, 1.50 AS n, 2::numeric AS m", &types.ResultSetOptions{
		LongReturnType: types.LongReturnTypeString, DecimalReturnType: types.DecimalReturnTypeDoubleOrLong})
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, `[{"i":"1","n":1.5,"m":2}]`)
	_, err = format("SELECT 1 AS a, 2 AS a", nil)
	refused(t, err, "UnsupportedResultException", "The result contains the column label a more than once")
	_, err = format("SELECT 1 AS "+strings.Repeat("a", 60)+", 2 AS "+strings.Repeat("b", 60)+" FROM generate_series(1, 80000)", nil)
	refused(t, err, "UnsupportedResultException", "The formatted result exceeds the size limit 10 MB.")

	in := s.input("", "CREATE TABLE t (i int)")
	in.FormatRecordsAs = types.RecordsFormatTypeJson
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil || out.FormattedRecords != nil {
		t.Fatal(out, err)
	}
}

func TestResultSetOptions(t *testing.T) {
	s := serve(t)
	in := s.input("", "SELECT 1::int2, 2::int4, 3::int8, 4.0, 5::numeric(10,0), 1e30, ARRAY[1], 'NaN'::numeric")
	in.ResultSetOptions = &types.ResultSetOptions{LongReturnType: types.LongReturnTypeString, DecimalReturnType: types.DecimalReturnTypeDoubleOrLong}
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	var got []any
	for _, f := range out.Records[0][:7] {
		got = append(got, plain(f))
	}
	same(t, got, []any{"1", "2", "3", 4.0, int64(5), 1e30, array{"long", []any{int64(1)}}})
}

func TestMetadataOfTables(t *testing.T) {
	s := serve(t)
	describe := func(tx, sql string) []types.ColumnMetadata {
		in := s.input(tx, sql)
		in.IncludeResultMetadata = true
		out, err := s.ExecuteStatement(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		return out.ColumnMetadata
	}
	facts := func(m types.ColumnMetadata) string {
		return fmt.Sprint(*m.Label, " ", *m.TypeName, " ", *m.TableName, " ", m.Nullable, " ", m.IsAutoIncrement)
	}
	s.must("", `CREATE TABLE "Odd name" (a smallserial, b serial, c bigserial, d int GENERATED ALWAYS AS IDENTITY, e int NOT NULL, f int, g int DEFAULT 7)`)
	var got []string
	for _, m := range describe("", `SELECT a, b, c, d, e, f AS alias, g, f + 1 AS h, ctid::text AS i FROM "Odd name"`) {
		got = append(got, facts(m))
	}
	same(t, got, []string{
		"a smallserial Odd name 0 true", "b serial Odd name 0 true", "c bigserial Odd name 0 true", "d serial Odd name 0 true",
		"e int4 Odd name 0 false", "alias int4 Odd name 1 false", "g int4 Odd name 1 false", "h int4  2 false", "i text  2 false",
	})

	t.Run("after DDL", func(t *testing.T) {
		s.must("", `ALTER TABLE "Odd name" ALTER f SET NOT NULL`)
		same(t, facts(describe("", `SELECT f FROM "Odd name"`)[0]), "f int4 Odd name 0 false")
	})
	t.Run("in a transaction", func(t *testing.T) {
		s := s.on(t)
		tx := s.begin()
		s.must(tx, `ALTER TABLE "Odd name" RENAME TO plain`)
		s.must(tx, "CREATE TYPE mood AS ENUM ('sad')")
		same(t, facts(describe(tx, "SELECT f FROM plain")[0]), "f int4 plain 0 false")
		same(t, s.value(tx, "SELECT 'sad'::mood"), any("sad"))
		if _, err := s.rollback(tx); err != nil {
			t.Fatal(err)
		}
		same(t, facts(describe("", `SELECT f FROM "Odd name"`)[0]), "f int4 Odd name 0 false")
	})
}

// TestHostileSearchPath shows that looking into the catalog uses nothing of the
// caller's.
func TestHostileSearchPath(t *testing.T) {
	s := serve(t)
	s.must("", "CREATE SCHEMA evil")
	s.must("", "CREATE TABLE evil.pg_type (oid int)")
	s.must("", "CREATE TYPE mood AS ENUM ('sad')")
	tx := s.begin()
	s.must(tx, "SET search_path TO evil, pg_catalog, public")
	same(t, s.value(tx, "SELECT 'sad'::mood"), any("sad"))
	if _, err := s.rollback(tx); err != nil {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	good := func() server.Config {
		return server.Config{Clusters: []server.Cluster{{ARN: clusterARN, Engine: "postgresql", URL: "postgres://localhost",
			Secrets: []server.Secret{{ARN: secretARN, Username: "u"}}}}}
	}
	for _, test := range []struct {
		change func(*server.Config)
		part   string
	}{
		{func(c *server.Config) { c.Clusters = nil }, "no cluster is configured"},
		{func(c *server.Config) { c.Clusters[0].ARN = "arn" }, "11 to 100 characters"},
		{func(c *server.Config) { c.Clusters[0].ARN = "something else" }, "arn:partition:service"},
		{func(c *server.Config) { c.Clusters[0].Engine = "oracle" }, `engine "oracle" is not known`},
		{func(c *server.Config) { c.Clusters[0].URL = "postgres://u:hunter2@localhost/%zz" }, "URL is not a connection string"},
		{func(c *server.Config) { c.Clusters[0].Secrets = nil }, "has no secret"},
		{func(c *server.Config) { c.Clusters[0].Secrets[0].ARN = "x" }, "secret ARN"},
		{func(c *server.Config) { c.Clusters[0].Secrets[0].Username = "" }, "no user name"},
		{func(c *server.Config) {
			c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, c.Clusters[0].Secrets[0])
		}, "configured twice"},
		{func(c *server.Config) { c.Clusters = append(c.Clusters, c.Clusters[0]) }, "configured twice"},
		{func(c *server.Config) { c.StatementTimeout = -1 }, "StatementTimeout is negative"},
	} {
		cfg := good()
		test.change(&cfg)
		srv, err := server.New(cfg)
		if err == nil {
			srv.Close()
			t.Errorf("a configuration passed that should say %q", test.part)
		} else if !strings.Contains(err.Error(), test.part) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v, want %q", err, test.part)
		}
	}
	srv, err := server.New(good())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	var log bytes.Buffer
	s := serve(t, func(c *server.Config) {
		c.Clusters[0].URL = "postgres://u:hunter2@127.0.0.1:1/?sslmode=disable"
		c.Clusters[0].Secrets[0].Password = "hunter2"
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	_, err := s.execute("", "SELECT 'classified'")
	var unavailable *types.DatabaseUnavailableException
	if !errors.As(err, &unavailable) { // the SDK drops the text
		t.Errorf("got %v", err)
	}
	if text := log.String(); !strings.Contains(text, "127.0.0.1:1") || strings.Contains(text, "hunter2") || strings.Contains(text, "classified") {
		t.Errorf("the log says %q", text)
	}
}

// TestPassword needs a server that asks for one.
func TestPassword(t *testing.T) {
	s := serve(t, func(c *server.Config) {
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets,
			server.Secret{ARN: secretARN + "1", Username: "locked", Password: "right"},
			server.Secret{ARN: secretARN + "2", Username: "locked", Password: "wrong"})
	})
	hba := admin(t, "postgres", "SHOW hba_file")[0][0]
	before, err := os.ReadFile(hba)
	if err != nil {
		t.Fatal(err)
	}
	write := func(text []byte) {
		if err := os.WriteFile(hba, text, 0o600); err != nil {
			t.Fatal(err)
		}
		admin(t, "postgres", "SELECT pg_reload_conf()")
	}
	admin(t, "postgres", "CREATE ROLE locked LOGIN PASSWORD 'right'")
	t.Cleanup(func() { write(before); admin(t, "postgres", "DROP ROLE locked") })
	write(append([]byte("local all locked scram-sha-256\n"), before...))

	in := s.input("", "SELECT current_user::text")
	in.SecretArn = aws.String(secretARN + "2")
	const wrong = `FATAL: password authentication failed for user "locked"; SQLState: 28P01`
	if !eventually(func() bool { _, err = s.ExecuteStatement(context.Background(), in); return err != nil }) {
		t.Fatal("the wrong password passes")
	}
	refused(t, err, "DatabaseErrorException", wrong)
	_, err = s.BeginTransaction(context.Background(), &rdsdata.BeginTransactionInput{
		ResourceArn: in.ResourceArn, SecretArn: in.SecretArn, Database: in.Database})
	refused(t, err, "DatabaseErrorException", wrong)
	in.SecretArn = aws.String(secretARN + "1")
	out, err := s.ExecuteStatement(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	same(t, plain(out.Records[0][0]), any("locked"))
}
