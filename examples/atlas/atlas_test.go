package atlas

import (
	"context"
	"testing"
	"time"

	"ariga.io/atlas/sql/schema"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("atlas")

func TestMain(m *testing.M) { page.Main(m) }

func TestApply(t *testing.T) {
	page.Works(t, "`InspectSchema`, `SchemaDiff`, `ApplyChanges`", func(t *testing.T, srv *dataapitest.Server) {
		db := srv.Open(t)
		changes, err := Apply(t.Context(), db, srv.Engine, srv.Database)
		if err != nil || len(changes) < 2 {
			t.Fatalf("%d changes, %v", len(changes), err)
		}
		// What was applied is what is inspected.
		if changes, err = Apply(t.Context(), db, srv.Engine, srv.Database); err != nil || len(changes) != 0 {
			t.Errorf("once more: %d changes %+v, %v", len(changes), changes, err)
		}
		if _, err := db.Exec("ALTER TABLE orders DROP COLUMN total"); err != nil {
			t.Fatal(err)
		}
		if changes, err = Apply(t.Context(), db, srv.Engine, srv.Database); err != nil || len(changes) != 1 {
			t.Errorf("a column is missing: %d changes, %v", len(changes), err)
		}
	})
}

func TestPlan(t *testing.T) {
	page.Works(t, "`PlanChanges`: the statements, for a file", func(t *testing.T, srv *dataapitest.Server) {
		d, err := Open(srv.Open(t), srv.Engine)
		if err != nil {
			t.Fatal(err)
		}
		want, err := desired(srv.Engine, srv.Database)
		if err != nil {
			t.Fatal(err)
		}
		is, err := d.InspectSchema(t.Context(), want.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := d.SchemaDiff(is, want)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := d.PlanChanges(t.Context(), "first", changes)
		if err != nil || len(plan.Changes) < 2 {
			t.Errorf("%+v, %v", plan, err)
		}
	})
}

func TestLock(t *testing.T) {
	page.Works(t, "a lock that is a lease", func(t *testing.T, srv *dataapitest.Server) {
		d, err := Open(srv.Open(t), srv.Engine)
		if err != nil {
			t.Fatal(err)
		}
		unlock, err := d.Lock(t.Context(), "x", 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Lock(t.Context(), "x", 100*time.Millisecond); err == nil {
			t.Error("it locked twice")
		}
		if err := unlock(); err != nil {
			t.Error(err)
		}
	})
}

func TestOwnLock(t *testing.T) {
	page.Limit(t, "Atlas's own lock", "outside of a transaction each call may meet another session", func(t *testing.T, srv *dataapitest.Server) error {
		d, err := Open(srv.Open(t), srv.Engine)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Driver.Lock(t.Context(), "x", time.Second)
		return err
	})
}

func TestRealm(t *testing.T) {
	test := func(t *testing.T, inspect func(context.Context, *schema.InspectRealmOption) (*schema.Realm, error)) error {
		realm, err := inspect(t.Context(), nil)
		if err == nil && len(realm.Schemas) == 0 {
			t.Error("it has no schemas")
		}
		return err
	}
	page.Works(t, "`InspectRealm`, in a transaction", func(t *testing.T, srv *dataapitest.Server) {
		tx, err := srv.Open(t).Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		d, err := openTx(tx, srv.Engine)
		if err != nil {
			t.Fatal(err)
		}
		if err := test(t, d.InspectRealm); err != nil {
			t.Error(err)
		}
	})
}
