package migratedataapi_test

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	databasetest "github.com/golang-migrate/migrate/v4/database/testing"
	"github.com/golang-migrate/migrate/v4/source/iofs"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/lease"
	"github.com/auroradataapi/auroradataapi/migratedataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// onBoth runs a test on each engine.
func onBoth(t *testing.T, test func(t *testing.T, srv *dataapitest.Server)) {
	t.Helper()
	t.Parallel()
	for name, options := range map[string][]dataapitest.Option{"PostgreSQL": nil, "MySQL": {dataapitest.MySQL()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, dataapitest.New(t, options...))
		})
	}
}

// files makes migrations of what a file holds, by its number and direction.
func files(texts map[string]string) fstest.MapFS {
	fsys := make(fstest.MapFS)
	for name, text := range texts {
		number, direction, _ := strings.Cut(name, " ")
		fsys[fmt.Sprintf("%s_step.%s.sql", number, direction)] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

// open opens migrate on a server, as a program does.
func open(t *testing.T, srv *dataapitest.Server, texts map[string]string, parameters ...string) *migrate.Migrate {
	t.Helper()
	source, err := iofs.New(files(texts), ".")
	if err != nil {
		t.Fatal(err)
	}
	m, err := migrate.NewWithSourceInstance("iofs", source, strings.Join(append([]string{srv.DSN()}, parameters...), "&"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err, other := m.Close(); err != nil || other != nil {
			t.Errorf("close: %v, %v", err, other)
		}
	})
	return m
}

func wantVersion(t *testing.T, m *migrate.Migrate, want uint, wantDirty bool) {
	t.Helper()
	version, dirty, err := m.Version()
	if err != nil || version != want || dirty != wantDirty {
		t.Errorf("version %d, dirty %t, %v; want %d, %t", version, dirty, err, want, wantDirty)
	}
}

// count returns the one number that a query finds.
func count(t *testing.T, db *sql.DB, query string) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// steps are migrations with what is hard to split.
func steps(engine string) map[string]string {
	if engine == "mysql" {
		return map[string]string{
			"1 up":   "CREATE TABLE a (id int PRIMARY KEY, note varchar(20) DEFAULT ';'); -- one; two\nCREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES a (id));",
			"1 down": "DROP TABLE b; DROP TABLE a;",
			"2 up":   "DELIMITER //\nCREATE TRIGGER doubled BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.id = NEW.id * 2; SET NEW.a = 1; END//\nDELIMITER ;\nINSERT INTO a (id) VALUES (1); INSERT INTO b (id) VALUES (21);",
			"2 down": "DROP TRIGGER doubled; DELETE FROM b; DELETE FROM a;",
		}
	}
	return map[string]string{
		"1 up":   "CREATE TABLE a (id int PRIMARY KEY, note varchar(20) DEFAULT ';'); -- one; two\nCREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a (id));",
		"1 down": "DROP TABLE b; DROP TABLE a;",
		"2 up": "CREATE FUNCTION doubled() RETURNS trigger AS $$ BEGIN NEW.id := NEW.id * 2; NEW.a := 1; RETURN NEW; END $$ LANGUAGE plpgsql;\n" +
			"CREATE TRIGGER doubled BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION doubled();\nINSERT INTO a (id) VALUES (1); INSERT INTO b (id) VALUES (21);",
		"2 down": "DROP FUNCTION doubled CASCADE; DELETE FROM b; DELETE FROM a;",
	}
}

func TestUpAndDown(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		m := open(t, srv, steps(srv.Engine))
		if _, _, err := m.Version(); !errors.Is(err, migrate.ErrNilVersion) {
			t.Errorf("before the first migration: %v", err)
		}
		if err := m.Up(); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, m, 2, false)
		if n := count(t, db, "SELECT count(*) FROM b WHERE id = 42 AND a = 1"); n != 1 {
			t.Errorf("%d rows went through the trigger", n)
		}
		if err := m.Up(); !errors.Is(err, migrate.ErrNoChange) {
			t.Errorf("once more: %v", err)
		}
		if err := m.Steps(-1); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, m, 1, false)
		if err := m.Down(); err != nil {
			t.Fatal(err)
		}
		if err := m.Migrate(2); err != nil {
			t.Fatal(err)
		}
		wantVersion(t, m, 2, false)
	})
}

// TestConformance runs the tests that migrate has for drivers.
func TestConformance(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		d, err := database.Open(srv.DSN())
		if err != nil {
			t.Fatal(err)
		}
		databasetest.Test(t, d, []byte(steps(srv.Engine)["1 up"]))
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestDrop(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		m := open(t, srv, map[string]string{"1 up": steps(srv.Engine)["1 up"]})
		if err := m.Up(); err != nil {
			t.Fatal(err)
		}
		db := srv.Open(t)
		if _, err := db.Exec("CREATE VIEW v AS SELECT * FROM a"); err != nil {
			t.Fatal(err)
		}
		if err := m.Drop(); err != nil {
			t.Fatal(err)
		}
		schema := map[string]string{"postgresql": "current_schema()", "mysql": "database()"}[srv.Engine]
		if n := count(t, db, "SELECT count(*) FROM information_schema.tables WHERE table_schema = "+schema+" AND table_name <> '"+lease.DefaultTable+"'"); n != 0 {
			t.Errorf("%d tables are left", n)
		}
		if err := m.Up(); err != nil {
			t.Errorf("from the start: %v", err)
		}
	})
}

// TestWhole has a file fail in its middle.
func TestWhole(t *testing.T) {
	const broken = "CREATE TABLE one (id int);\nCREATE TABLE two (id int);\nINSERT INTO nowhere VALUES (1);"
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		for _, test := range []struct {
			name, text string
			parameters []string
			left       map[string]int // tables, by engine
		}{
			{"as it is", broken, nil, map[string]int{"postgresql": 0, "mysql": 2}},
			{"with a transaction of its own", "CREATE TABLE zero (id int);\nBEGIN;\n" + broken + "\nCOMMIT;", nil, map[string]int{"postgresql": 1, "mysql": 3}},
			{"one by one", broken, []string{"multi_statements=true"}, map[string]int{"postgresql": 2, "mysql": 2}},
		} {
			t.Run(test.name, func(t *testing.T) {
				m := open(t, srv, map[string]string{"1 up": test.text}, test.parameters...)
				err := m.Up()
				var script *auroradataapi.ScriptError
				if !errors.Is(err, auroradataapi.UndefinedTable) || !errors.As(err, &script) || script.Number < 3 {
					t.Errorf("the error is %v", err)
				}
				wantVersion(t, m, 1, true)
				db := srv.Open(t)
				schema := map[string]string{"postgresql": "current_schema()", "mysql": "database()"}[srv.Engine]
				if n := count(t, db, "SELECT count(*) FROM information_schema.tables WHERE table_schema = "+schema+" AND table_name IN ('zero', 'one', 'two')"); n != test.left[srv.Engine] {
					t.Errorf("%d tables are left, want %d", n, test.left[srv.Engine])
				}
				if err := m.Up(); !errors.As(err, new(migrate.ErrDirty)) {
					t.Errorf("a dirty database is migrated: %v", err)
				}
				if err := m.Drop(); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// TestConcurrently has a statement that cannot be in a transaction.
func TestConcurrently(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	m := open(t, srv, map[string]string{
		"1 up": "CREATE TABLE a (id int);",
		"2 up": "-- by itself\nCREATE INDEX CONCURRENTLY a_id ON a (id);",
	})
	if err := m.Up(); err != nil {
		t.Error(err)
	}
	wantVersion(t, m, 2, false)
}

// begins is what a statement begins with: maybe a comment, by which the driver would
// find it to stop it. Without it, a fault would hit the driver's question for the
// types of the statement's parameters too.
const begins = `^(/\*.*?\*/\s*)?`

// TestLostAnswers has each call of a migration lose its answer. The version is what
// is true, or dirty where nobody knows.
func TestLostAnswers(t *testing.T) {
	tests := []struct {
		name  string
		fault server.Fault
		fails bool
	}{
		{"the table of versions", server.Fault{SQL: begins + "CREATE TABLE IF NOT EXISTS .schema_migrations"}, false},
		{"the old version", server.Fault{SQL: begins + "DELETE FROM .schema_migrations"}, false},
		{"dirty", server.Fault{SQL: begins + "INSERT INTO .schema_migrations"}, false},
		{"clean", server.Fault{SQL: begins + "INSERT INTO .schema_migrations", After: 1}, false},
		{"the version is read", server.Fault{SQL: begins + "SELECT version, dirty"}, false},
		{"the lease", server.Fault{SQL: begins + "INSERT INTO .auroradataapi_lease"}, false},
		{"a statement of the file", server.Fault{SQL: "CREATE TABLE b"}, true},
	}
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		for _, test := range tests {
			for _, executed := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%t", test.name, executed), func(t *testing.T) {
					defer srv.Server.ExpireTransactions()
					defer srv.Server.Faults().Clear()
					m := open(t, srv, map[string]string{"1 up": steps(srv.Engine)["1 up"]})
					test.fault.Times, test.fault.Kind, test.fault.Executed = 1, server.FaultDrop, executed
					if err := srv.Server.Faults().Add(test.fault); err != nil {
						t.Fatal(err)
					}
					err := m.Up()
					if test.fails != errors.Is(err, auroradataapi.ErrOutcomeUnknown) || !test.fails && err != nil {
						t.Errorf("the error is %v", err)
					}
					wantVersion(t, m, 1, test.fails)
					if hit := srv.Server.Faults().List()[0].Hit; hit != 1 {
						t.Errorf("hit %d calls", hit)
					}
					if err := m.Drop(); err != nil {
						t.Fatal(err)
					}
				})
			}
		}
	})
}

// TestLostCommit loses the answer to each commit in turn: that of the file, after
// which nobody knows, and those of the version.
func TestLostCommit(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	for after, dirty := range []bool{false, true, false} {
		m := open(t, srv, map[string]string{"1 up": steps(srv.Engine)["1 up"]})
		// With the table there, the first commit is that of the dirty version.
		if err := m.Force(-1); err != nil {
			t.Fatal(err)
		}
		err := srv.Server.Faults().Add(server.Fault{Operation: "CommitTransaction", After: after, Times: 1, Kind: server.FaultDrop, Executed: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Up(); dirty != errors.Is(err, auroradataapi.ErrCommitUnknown) || !dirty && err != nil {
			t.Errorf("commit %d: %v", after, err)
		}
		wantVersion(t, m, 1, dirty)
		srv.Server.Faults().Clear()
		if err := m.Drop(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLock has two programs contend, and one crash.
func TestLock(t *testing.T) {
	onBoth(t, func(t *testing.T, srv *dataapitest.Server) {
		crashed, err := database.Open(srv.DSN() + "&x-lease-ttl=2s")
		if err != nil {
			t.Fatal(err)
		}
		defer crashed.Close()
		if err := crashed.Lock(); err != nil {
			t.Fatal(err)
		}
		m := open(t, srv, steps(srv.Engine), "x-lock-timeout=2s")
		if err := m.Up(); !errors.Is(err, database.ErrLocked) || !errors.Is(err, lease.ErrHeld) {
			t.Errorf("what is locked was migrated: %v", err)
		}
		// It renews no more, as if it had died, and comes to life again later.
		if err := srv.Server.Faults().Add(server.Fault{SQL: begins + "UPDATE .* SET expires_at", Kind: server.FaultDrop}); err != nil {
			t.Fatal(err)
		}
		patient := open(t, srv, steps(srv.Engine))
		if err := patient.Up(); err != nil {
			t.Fatal(err)
		}
		srv.Server.Faults().Clear()
		if err := crashed.SetVersion(1, true); !errors.Is(err, lease.ErrLost) {
			t.Errorf("who lost the lease writes a version: %v", err)
		}
		wantVersion(t, patient, 2, false)
		if err := crashed.Unlock(); !errors.Is(err, lease.ErrLost) {
			t.Errorf("Unlock of a lease that was lost: %v", err)
		}
	})
}

func TestParameters(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t)
	m := open(t, srv, steps(srv.Engine), "x-migrations-table=public.versions", "x-lease-table=public.leases", "x-lock-timeout=1s", "x-lease-ttl=5s")
	if err := m.Up(); err != nil {
		t.Fatal(err)
	}
	db := srv.Open(t)
	if n := count(t, db, "SELECT count(*) FROM public.versions WHERE version = 2") + count(t, db, "SELECT count(*) FROM public.leases"); n != 2 {
		t.Errorf("%d of 2 tables have a row", n)
	}
	for parameter, want := range map[string]string{
		"x-migration-table=a":    "parameter x-migration-table: there is none of that name",
		"x-migrations-table=a;b": "not named like a table",
		"x-migrations-table=":    "it has no value",
		"x-lock-timeout=soon":    "parameter x-lock-timeout",
		"x-lock-timeout=-1s":     "negative",
		"nonsense=1":             "nonsense",
	} {
		d, err := database.Open(srv.DSN() + "&" + parameter)
		if err == nil {
			_ = d.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret:test") {
			t.Errorf("%s: %v; want %q", parameter, err, want)
		}
	}
}

// TestConfig makes a driver of a configuration, and has a migration that takes
// longer than the service waits.
func TestConfig(t *testing.T) {
	t.Parallel()
	srv := dataapitest.New(t, dataapitest.Config(func(c *server.Config) { c.StatementTimeout = time.Second }))
	cfg := srv.Config()
	cfg.ContinueAfterTimeout = true
	d, err := migratedataapi.New(cfg, migratedataapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	source, err := iofs.New(files(map[string]string{"1 up": "CREATE TABLE a (id int);\nDO $$ BEGIN PERFORM pg_sleep(2); INSERT INTO a VALUES (1); END $$;"}), ".")
	if err != nil {
		t.Fatal(err)
	}
	m, err := migrate.NewWithInstance("iofs", source, "auroradataapi", d)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := m.Up(); err != nil {
		t.Fatal(err)
	}
	wantVersion(t, m, 1, false)
	if n := count(t, srv.Open(t), "SELECT count(*) FROM a"); n != 1 {
		t.Errorf("%d rows", n)
	}
}
