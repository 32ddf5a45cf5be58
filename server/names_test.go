package server_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestNamesOfPostgreSQL compares the names that are read out of messages with
// the fields of PostgreSQL's protocol, which the service does not pass on.
func TestNamesOfPostgreSQL(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	admin(t, database, `CREATE EXTENSION IF NOT EXISTS btree_gist;
		CREATE DOMAIN "Odd name" AS int CHECK (VALUE > 0) NOT NULL;
		CREATE SCHEMA s; CREATE DOMAIN s.d AS int CHECK (VALUE > 0);
		CREATE TABLE p (id int PRIMARY KEY, "It's" text UNIQUE);
		CREATE TABLE "a table" (id int PRIMARY KEY, p int REFERENCES p, n text NOT NULL, c int CHECK (c < 9), r int4range, o "Odd name", d s.d,
			EXCLUDE USING gist (r WITH &&));
		CREATE TABLE parts (i int) PARTITION BY RANGE (i); CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (9);
		INSERT INTO p VALUES (1, 'x'); INSERT INTO "a table" VALUES (1, 1, '', 1, '[1,5)', 1, 1)`)
	type names = wire.Names
	for statement, want := range map[string]names{
		`INSERT INTO p VALUES (1)`:                                                                      {Constraint: "p_pkey"},
		`INSERT INTO p VALUES (2, 'x')`:                                                                 {Constraint: "p_It's_key"},
		`INSERT INTO "a table" VALUES (2, 7, '', 1, NULL, 1)`:                                           {Table: "a table", Constraint: "a table_p_fkey"},
		`DELETE FROM p`:                                                                                 {Table: "a table", Constraint: "a table_p_fkey"},
		`INSERT INTO "a table" VALUES (2, 1, NULL, 1, NULL, 1)`:                                         {Table: "a table", Column: "n"},
		`INSERT INTO "a table" VALUES (2, 1, '', 10, NULL, 1)`:                                          {Table: "a table", Constraint: "a table_c_check"},
		`INSERT INTO "a table" VALUES (2, 1, '', 1, '[4,6)', 1)`:                                        {Constraint: "a table_r_excl"},
		`INSERT INTO "a table" VALUES (2, 1, '', 1, NULL, 0)`:                                           {DataType: "Odd name", Constraint: "Odd name_check"},
		`INSERT INTO "a table" VALUES (2, 1, '', 1, NULL, NULL)`:                                        {DataType: "Odd name"},
		`INSERT INTO "a table" VALUES (2, 1, '', 1, NULL, 1, 0)`:                                        {Schema: "s", DataType: "d", Constraint: "d_check"},
		`ALTER TABLE "a table" ALTER r SET NOT NULL, ADD CHECK (id > 1)`:                                {Table: "a table", Constraint: "a table_id_check"},
		`INSERT INTO "a table" SELECT 3, 1, '', 1, NULL, 1; ALTER TABLE "a table" ALTER r SET NOT NULL`: {Table: "a table", Column: "r"},
		`INSERT INTO p VALUES (3), (4); UPDATE p SET "It's" = NULL; CREATE UNIQUE INDEX u ON p ((1))`:   {Constraint: "u"},
		`INSERT INTO parts VALUES (10)`:                                                                 {Table: "parts"},
		`INSERT INTO part VALUES (10)`:                                                                  {Table: "part"},
		`SELECT nope FROM p`:                                                                            {Column: "nope"},
		`SELECT x.nope FROM p x`:                                                                        {Column: "nope"},
		`INSERT INTO p (nope) VALUES (1)`:                                                               {Table: "p", Column: "nope"},
		`SELECT * FROM nope`:                                                                            {Table: "nope"},
		`SELECT * FROM s.nope`:                                                                          {},
		`SELECT * FROM nope.nope`:                                                                       {}, // relation, not schema, is what it names
		`CREATE TABLE nope.nope ()`:                                                                     {Schema: "nope"},
		`CREATE TABLE p ()`:                                                                             {Table: "p"},
		`SELECT id FROM p, "a table"`:                                                                   {Column: "id"},
		`SELECT NULL::nope`:                                                                             {DataType: "nope"},
		`INSERT INTO "a table" (id) VALUES ('x'::text)`:                                                 {Column: "id", DataType: "integer"},
		`ALTER TABLE p ADD id text`:                                                                     {Table: "p", Column: "id"},
		`ALTER TABLE p DROP CONSTRAINT nope`:                                                            {Table: "p", Constraint: "nope"},
		`SELECT 1/0`:                                                                                    {},
	} {
		fields, message := postgresError(t, database, statement)
		got := (&wire.DatabaseError{SQLState: fields.Code, Message: message}).Names()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s (-want +got):\n%s", statement, message, d)
		}
		for _, pair := range [][2]string{{got.Schema, fields.SchemaName}, {got.Table, fields.TableName}, {got.Column, fields.ColumnName},
			{got.Constraint, fields.ConstraintName}, {got.DataType, fields.DataTypeName}} {
			if pair[0] != "" && pair[1] != "" && pair[0] != pair[1] {
				t.Errorf("%s: %s: %q was read, but PostgreSQL says %q", statement, message, pair[0], pair[1])
			}
		}
	}
}

// postgresError runs SQL and rolls back.
func postgresError(t *testing.T, database, statement string) (*pgconn.PgError, string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, postgres(t).URL("", database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "BEGIN; "+statement+"; ROLLBACK").ReadAll()
	e := new(pgconn.PgError)
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v", statement, err)
	}
	return e, e.Message
}

// TestNamesOfMySQL reads names out of the messages of the MySQL that is there.
func TestNamesOfMySQL(t *testing.T) {
	t.Parallel()
	s := serveMySQL(t)
	cfg := mysqlConfig(t).Clone()
	cfg.DBName, cfg.MultiStatements = s.database, true
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE p (id int PRIMARY KEY, name varchar(3) NOT NULL, age int, CONSTRAINT young CHECK (age < 100), UNIQUE KEY names (name));" +
		"CREATE TABLE c (id int PRIMARY KEY, p int, CONSTRAINT child FOREIGN KEY (p) REFERENCES p (id));" +
		"INSERT INTO p VALUES (1, 'a', 1); INSERT INTO c VALUES (1, 1); SET sql_mode = 'STRICT_ALL_TABLES'"); err != nil {
		t.Fatal(err)
	}
	type names = wire.Names
	child := names{Schema: s.database, Table: "c", Column: "p", Constraint: "child"}
	for statement, want := range map[string]names{
		"INSERT INTO p VALUES (1, 'b', 1)":           {Constraint: "PRIMARY"},
		"INSERT INTO p VALUES (2, 'a', 1)":           {Constraint: "names"},
		"INSERT INTO p VALUES (2, NULL, 1)":          {Column: "name"},
		"INSERT INTO p (id) VALUES (2)":              {Column: "name"},
		"INSERT INTO p VALUES (2, 'b', 200)":         {Constraint: "young"},
		"INSERT INTO c VALUES (2, 7)":                child,
		"DELETE FROM p":                              child,
		"SELECT nope FROM p":                         {Column: "nope"},
		"SELECT * FROM nope":                         {Schema: s.database, Table: "nope"},
		"CREATE TABLE p (id int)":                    {Table: "p"},
		"SELECT id FROM p, c":                        {Column: "id"},
		"INSERT INTO p VALUES (2, 'abcd', 1)":        {Column: "name"},
		"INSERT INTO p VALUES (2, 'b', 'x')":         {Column: "age"},
		"INSERT INTO p VALUES (2, 'b', 99999999999)": {Column: "age"},
		"USE nope_nope":                              {Schema: "nope_nope"},
	} {
		_, err := db.Exec(statement)
		var my *mysql.MySQLError
		if !errors.As(err, &my) {
			t.Errorf("%s: %v", statement, err)
			continue
		}
		got := (&wire.DatabaseError{Number: int(my.Number), SQLState: string(my.SQLState[:]), Message: my.Message}).Names()
		// MySQL and MariaDB say more in places, and that has to be right too.
		if want.Schema == "" && got.Schema == s.database {
			got.Schema = ""
		}
		if want.Table == "" && (got.Table == "p" || got.Table == "c") {
			got.Table = ""
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %v (-want +got):\n%s", statement, my, d)
		}
	}
}
