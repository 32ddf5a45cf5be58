// Package boil runs what SQLBoiler has at run time, and what code like it is made
// of: texts with the placeholders of the engine, and rows bound to structs.
package boil

import (
	"database/sql"
	"errors"
	"slices"
	"testing"

	"github.com/aarondl/null/v8"
	"github.com/aarondl/sqlboiler/v4/boil"
	"github.com/aarondl/sqlboiler/v4/queries"
	"github.com/aarondl/sqlboiler/v4/types"
	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("SQLBoiler")

func TestMain(m *testing.M) { page.Main(m) }

// item is a row, as SQLBoiler's models declare one.
type item struct {
	ID    int64             `boil:"id"`
	Name  string            `boil:"name"`
	Note  null.String       `boil:"note"`
	Price types.Decimal     `boil:"price"`
	Tags  types.StringArray `boil:"tags"`
	Data  types.JSON        `boil:"data"`
	Made  null.Time         `boil:"made"`
}

// texts are the statements of an engine.
type texts struct{ create, insert, find string }

var byEngine = map[string]texts{
	"postgresql": {
		`CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL UNIQUE, note text, price numeric NOT NULL, tags text[] NOT NULL, data jsonb NOT NULL, made timestamptz)`,
		`INSERT INTO "items" ("id", "name", "note", "price", "tags", "data", "made") VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		`SELECT * FROM "items" WHERE ("items"."name" = $1 OR "items"."id" IN ($2,$3)) ORDER BY "id"`,
	},
	"mysql": {
		"CREATE TABLE items (id bigint PRIMARY KEY, name varchar(50) NOT NULL UNIQUE, note text, price decimal(20,5) NOT NULL, tags text NOT NULL, data json NOT NULL, made datetime(6))",
		"INSERT INTO `items` (`id`, `name`, `note`, `price`, `tags`, `data`, `made`) VALUES (?,?,?,?,?,?,?)",
		"SELECT * FROM `items` WHERE (`items`.`name` = ? OR `items`.`id` IN (?,?)) ORDER BY `id`",
	},
}

func (i item) args() []any {
	return []any{i.ID, i.Name, i.Note, i.Price, i.Tags, i.Data, i.Made}
}

func newItem(t *testing.T, id int64, name string) item {
	t.Helper()
	i := item{ID: id, Name: name, Tags: types.StringArray{"a", `b "c"`}, Data: types.JSON(`{"n":1}`)}
	if err := i.Price.Scan("12345.67890"); err != nil {
		t.Fatal(err)
	}
	return i
}

func open(t *testing.T, srv *dataapitest.Server) (*sql.DB, texts) {
	t.Helper()
	db, q := srv.Open(t), byEngine[srv.Engine]
	if _, err := queries.Raw(q.create).Exec(db); err != nil {
		t.Fatal(err)
	}
	return db, q
}

func TestBind(t *testing.T) {
	page.Works(t, "`queries.Raw`, `Bind`: null, decimals, arrays, JSON", func(t *testing.T, srv *dataapitest.Server) {
		db, q := open(t, srv)
		for id, name := range map[int64]string{1: "one", 2: "two", 3: "three"} {
			if _, err := queries.Raw(q.insert, newItem(t, id, name).args()...).ExecContext(t.Context(), db); err != nil {
				t.Fatal(err)
			}
		}
		var found []*item
		if err := queries.Raw(q.find, "one", 3, 7).Bind(t.Context(), db, &found); err != nil {
			t.Fatal(err)
		}
		if len(found) != 2 {
			t.Fatalf("%d rows", len(found))
		}
		want := newItem(t, 3, "three")
		got := *found[1]
		if got.Price.Cmp(want.Price.Big) != 0 {
			t.Errorf("the price is %v", got.Price)
		}
		got.Price = want.Price
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b types.Decimal) bool { return a.Cmp(b.Big) == 0 })); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestTransaction(t *testing.T) {
	page.Works(t, "`boil.BeginTx`, typed errors", func(t *testing.T, srv *dataapitest.Server) {
		db, q := open(t, srv)
		var exec boil.ContextTransactor
		exec, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Rollback()
		if _, err := queries.Raw(q.insert, newItem(t, 1, "one").args()...).ExecContext(t.Context(), exec); err != nil {
			t.Fatal(err)
		}
		if _, err := queries.Raw(q.insert, newItem(t, 2, "one").args()...).ExecContext(t.Context(), exec); !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestGenerated runs an INSERT and an UPDATE as SQLBoiler's models have them,
// without casts.
func TestGenerated(t *testing.T) {
	page.Works(t, "generated `Insert` and `Update` of numeric, array and jsonb columns", func(t *testing.T, srv *dataapitest.Server) {
		db, q := open(t, srv)
		i := newItem(t, 1, "one")
		if _, err := queries.Raw(`INSERT INTO "items" ("id", "name", "price", "tags", "data") VALUES ($1,$2,$3,$4,$5)`,
			i.ID, i.Name, i.Price, i.Tags, i.Data).ExecContext(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		i.Tags, i.Data = types.StringArray{"c"}, types.JSON(`{"n":2}`)
		if _, err := queries.Raw(`UPDATE "items" SET "tags"=$1,"data"=$2 WHERE "id"=$3`,
			i.Tags, i.Data, i.ID).ExecContext(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		var found []*item
		if err := queries.Raw(q.find, "one", 2, 3).Bind(t.Context(), db, &found); err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || found[0].Price.Cmp(i.Price.Big) != 0 {
			t.Fatalf("found %+v", found)
		}
		var n struct{ N int }
		if err := found[0].Data.Unmarshal(&n); err != nil || n.N != 2 || !slices.Equal(found[0].Tags, i.Tags) {
			t.Errorf("found %s %s, %v", found[0].Tags, found[0].Data, err)
		}
	}, toolpage.PostgreSQL)
}
