package main

import (
	"errors"
	"sync"
	"testing"

	"github.com/golang-migrate/migrate/v4"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
	"github.com/auroradataapi/auroradataapi/server"
)

var page = toolpage.New("golang-migrate")

func TestMain(m *testing.M) { page.Main(m) }

// with opens migrate on a server and closes it at the end of the test.
func with(t *testing.T, srv *dataapitest.Server) *migrate.Migrate {
	t.Helper()
	m, err := open(srv.DSN())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err, other := m.Close(); err != nil || other != nil {
			t.Errorf("%v, %v", err, other)
		}
	})
	return m
}

func wantVersion(t *testing.T, m *migrate.Migrate, want uint, wantDirty bool) {
	t.Helper()
	if v, dirty, err := m.Version(); err != nil || v != want || dirty != wantDirty {
		t.Errorf("version %d, dirty %t, %v; want %d, %t", v, dirty, err, want, wantDirty)
	}
}

func TestUp(t *testing.T) {
	page.Works(t, "`Up`: files of several statements, functions, `DELIMITER`, `CONCURRENTLY`", func(t *testing.T, srv *dataapitest.Server) {
		for range 2 { // the second time there is nothing to do
			if err := run(srv.DSN()); err != nil {
				t.Fatal(err)
			}
		}
		wantVersion(t, with(t, srv), 2, false)
		call := map[string]string{"postgresql": "SELECT deposit('Ann', 5)", "mysql": "CALL deposit('Ann', 5)"}[srv.Engine]
		db := srv.Open(t)
		for range 2 {
			if _, err := db.Exec(call); err != nil {
				t.Fatal(err)
			}
		}
		var cents int
		if err := db.QueryRow("SELECT cents FROM accounts WHERE owner = 'Ann'").Scan(&cents); err != nil || cents != 10 {
			t.Errorf("%d cents, %v", cents, err)
		}
	})
}

func TestDown(t *testing.T) {
	page.Works(t, "`Down`, `Migrate`, `Force`", func(t *testing.T, srv *dataapitest.Server) {
		m := with(t, srv)
		for _, step := range []error{m.Migrate(2), m.Down(), m.Up(), m.Force(1), m.Force(2)} {
			if step != nil {
				t.Fatal(step)
			}
		}
		wantVersion(t, m, 2, false)
	})
}

func TestContenders(t *testing.T) {
	page.Works(t, "several programs at once", func(t *testing.T, srv *dataapitest.Server) {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := run(srv.DSN()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		wantVersion(t, with(t, srv), 2, false)
	})
}

func TestLostAnswer(t *testing.T) {
	page.Works(t, "a version that is true, or dirty, when an answer is lost", func(t *testing.T, srv *dataapitest.Server) {
		m := with(t, srv)
		// Not the driver's question for the types of the parameters, which quotes it.
		err := srv.Server.Faults().Add(
			server.Fault{SQL: `^(/\*.*?\*/\s*)?INSERT INTO .schema_migrations`, After: 1, Times: 1, Kind: server.FaultDrop, Executed: true},
			server.Fault{SQL: "CREATE INDEX", Times: 1, Kind: server.FaultDrop, Executed: true},
		)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Up(); !errors.Is(err, auroradataapi.ErrOutcomeUnknown) {
			t.Errorf("the error is %v", err)
		}
		wantVersion(t, m, 2, true)
		if err := m.Force(2); err != nil { // it was executed
			t.Fatal(err)
		}
		if err := m.Down(); err != nil {
			t.Error(err)
		}
	})
}
