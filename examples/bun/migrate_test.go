package bunexample

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

// TestMigrate runs bun's migrations, whose lock is a row and needs no session.
func TestMigrate(t *testing.T) {
	works(t, "`migrate`: files with `--bun:split`, in a transaction, in Go; its lock; `Rollback`", func(t *testing.T, db *bun.DB) {
		migrations := migrate.NewMigrations()
		ok(t, migrations.Discover(fstest.MapFS{
			"1_first.tx.up.sql":   {Data: []byte("CREATE TABLE first (id int);\n\n--bun:split\n\nINSERT INTO first VALUES (1);\n")},
			"1_first.tx.down.sql": {Data: []byte("DROP TABLE first;\n")},
			"2_more.up.sql":       {Data: []byte("INSERT INTO first VALUES (2);\n")},
			"2_more.down.sql":     {Data: []byte("DELETE FROM first WHERE id = 2;\n")},
		}))
		migrations.Add(migrate.Migration{
			Name: "3",
			Up: func(ctx context.Context, m *migrate.Migrator, migration *migrate.Migration) error {
				_, err := db.NewRaw("INSERT INTO first VALUES (?)", 3).Exec(ctx)
				return err
			},
			Down: func(ctx context.Context, m *migrate.Migrator, migration *migrate.Migration) error {
				_, err := db.NewRaw("DELETE FROM first WHERE id = ?", 3).Exec(ctx)
				return err
			},
		})
		ctx, m := t.Context(), migrate.NewMigrator(db, migrations, migrate.WithMarkAppliedOnSuccess(true))
		ok(t, m.Init(ctx))
		ok(t, m.Init(ctx))
		ok(t, m.Lock(ctx))
		if err := m.Lock(ctx); err == nil {
			t.Error("the lock can be had twice")
		}
		group, err := m.Migrate(ctx)
		ok(t, err)
		ok(t, m.Unlock(ctx))
		var n int
		ok(t, db.NewRaw("SELECT count(*) FROM first").Scan(ctx, &n))
		if n != 3 || len(group.Migrations) != 3 {
			t.Errorf("%d rows, %s", n, group)
		}
		if group, err = m.Migrate(ctx); err != nil || !group.IsZero() {
			t.Errorf("the second time runs %s, %v", group, err)
		}
		if group, err = m.Rollback(ctx); err != nil || len(group.Migrations) != 3 {
			t.Errorf("rolled back is %s, %v", group, err)
		}
	})
}
