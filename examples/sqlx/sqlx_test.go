package sqlxexample

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/types"
	"github.com/lib/pq"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("sqlx")

func TestMain(m *testing.M) { page.Main(m) }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// works proves that sqlx does something, with a table of people.
func works(t *testing.T, feature string, test func(t *testing.T, db *sqlx.DB), engines ...toolpage.Engine) {
	t.Helper()
	page.Works(t, feature, func(t *testing.T, srv *dataapitest.Server) {
		db, err := Open(srv.Engine, srv.DSN())
		ok(t, err)
		t.Cleanup(func() { ok(t, db.Close()) })
		db.MustExec(`CREATE TABLE people (id bigint PRIMARY KEY, name varchar(50) NOT NULL UNIQUE, age int, born date, extra ` +
			map[string]string{"postgresql": "jsonb", "mysql": "json"}[srv.Engine] + `)`)
		_, err = db.NamedExec(`INSERT INTO people (id, name, age, born, extra) VALUES (:id, :name, :age, :born, :extra)`, people)
		ok(t, err)
		test(t, db)
	}, engines...)
}

// Person is a row.
type Person struct {
	ID    int64              `db:"id"`
	Name  string             `db:"name"`
	Age   sql.Null[int]      `db:"age"`
	Born  *time.Time         `db:"born"`
	Extra types.NullJSONText `db:"extra"`
}

var (
	born   = time.Date(1990, 5, 6, 0, 0, 0, 0, time.UTC)
	null   = types.NullJSONText{JSONText: types.JSONText("{}")} // what sqlx makes of NULL
	people = []Person{
		{1, "Ann :x ?", sql.Null[int]{V: 35, Valid: true}, &born, types.NullJSONText{JSONText: types.JSONText(`{"a":1}`), Valid: true}},
		{2, "Bob $1", sql.Null[int]{}, nil, null},
		{3, "Cy", sql.Null[int]{V: 20, Valid: true}, nil, null},
	}
)

func TestBindType(t *testing.T) {
	works(t, "the bind type by the driver's name", func(t *testing.T, db *sqlx.DB) {
		if got, want := db.Rebind("?, ?"), map[string]string{
			auroradataapi.DriverNamePostgreSQL: "$1, $2", auroradataapi.DriverNameMySQL: "?, ?",
		}[db.DriverName()]; got != want {
			t.Errorf("rebound to %s, want %s", got, want)
		}
		var n int
		ok(t, db.Get(&n, db.Rebind("SELECT count(*) FROM people WHERE id > ? AND id < ?"), 1, 3))
		if n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// TestUnknownName leaves BindDriver out.
func TestUnknownName(t *testing.T) {
	works(t, "under a name that sqlx was not told of: question marks, which the driver takes", func(t *testing.T, db *sqlx.DB) {
		unknown := sqlx.NewDb(db.DB, "unknown")
		var n int
		ok(t, unknown.Get(&n, unknown.Rebind("SELECT count(*) FROM people WHERE id > ? AND name <> ?"), 1, "x"))
		if n != 2 {
			t.Errorf("%d rows", n)
		}
		res, err := unknown.NamedExec("UPDATE people SET age = :age WHERE id = :id", people[0])
		ok(t, err)
		if n, _ := res.RowsAffected(); n > 1 {
			t.Errorf("%d rows were updated", n)
		}
	})
}

func TestCastOfNamed(t *testing.T) {
	page.Limit(t, "`:name::text` in `NamedQuery`", "while reading named param", func(t *testing.T, srv *dataapitest.Server) error {
		db, err := Open(srv.Engine, srv.DSN())
		ok(t, err)
		defer db.Close()
		var name string
		ok(t, db.QueryRow("SELECT :name::text", sql.Named("name", "a")).Scan(&name)) // which the driver reads
		_, err = db.NamedQuery("SELECT :name::text", map[string]any{"name": "a"})
		return err
	}, toolpage.PostgreSQL)
}

func TestGetSelect(t *testing.T) {
	works(t, "`Get`, `Select`, `StructScan`, `MapScan`, `SliceScan`", func(t *testing.T, db *sqlx.DB) {
		var got []Person
		ok(t, db.Select(&got, "SELECT * FROM people ORDER BY id"))
		if diff := cmp.Diff(people, got); diff != "" {
			t.Error(diff)
		}
		var one Person
		ok(t, db.Get(&one, db.Rebind("SELECT * FROM people WHERE name = ?"), people[0].Name))
		if diff := cmp.Diff(people[0], one); diff != "" {
			t.Error(diff)
		}
		if err := db.Get(&one, db.Rebind("SELECT * FROM people WHERE id = ?"), 9); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("no row gives %v", err)
		}
		rows, err := db.Queryx("SELECT id, name, age FROM people ORDER BY id")
		ok(t, err)
		defer rows.Close()
		for i := 0; rows.Next(); i++ {
			var p Person
			ok(t, rows.StructScan(&p))
			m := map[string]any{}
			ok(t, rows.MapScan(m))
			s, err := rows.SliceScan()
			ok(t, err)
			want := people[i]
			if p.Name != want.Name || fmt.Sprintf("%s", m["name"]) != want.Name || fmt.Sprint(m["id"], s[0]) != fmt.Sprint(want.ID, want.ID) {
				t.Errorf("row %d is %+v, %v, %v", i, p, m, s)
			}
		}
		ok(t, rows.Err())
	})
}

func TestNamed(t *testing.T) {
	works(t, "`NamedExec`, `NamedQuery`, `PrepareNamed`; many rows in one `INSERT`", func(t *testing.T, db *sqlx.DB) {
		_, err := db.NamedExec("UPDATE people SET age = :age WHERE name = :name", map[string]any{"age": 36, "name": people[0].Name})
		ok(t, err)
		rows, err := db.NamedQuery("SELECT age FROM people WHERE id = :id", people[0])
		ok(t, err)
		defer rows.Close()
		var age int
		for rows.Next() {
			ok(t, rows.Scan(&age))
		}
		ok(t, rows.Err())
		if age != 36 {
			t.Errorf("the age is %d", age)
		}
		stmt, err := db.PrepareNamed("SELECT name FROM people WHERE age >= :age AND id <> :id ORDER BY id")
		ok(t, err)
		defer stmt.Close()
		var names []string
		ok(t, stmt.Select(&names, Person{Age: sql.Null[int]{V: 20, Valid: true}}))
		if !slices.Equal(names, []string{people[0].Name, people[2].Name}) {
			t.Errorf("the names are %q", names)
		}
	})
}

func TestIn(t *testing.T) {
	works(t, "`In` with `Rebind`", func(t *testing.T, db *sqlx.DB) {
		query, args, err := sqlx.In("SELECT name FROM people WHERE id IN (?) AND name NOT IN (?) ORDER BY id", []int64{1, 3, 4}, []string{"Cy", "?"})
		ok(t, err)
		var names []string
		ok(t, db.Select(&names, db.Rebind(query), args...))
		if !slices.Equal(names, []string{people[0].Name}) {
			t.Errorf("the names are %q", names)
		}
	})
}

func TestPrepared(t *testing.T) {
	works(t, "`Preparex`, also of a transaction", func(t *testing.T, db *sqlx.DB) {
		stmt, err := db.Preparex(db.Rebind("SELECT name FROM people WHERE id = ?"))
		ok(t, err)
		defer stmt.Close()
		tx, err := db.Beginx()
		ok(t, err)
		defer tx.Rollback()
		for _, s := range []*sqlx.Stmt{stmt, tx.Stmtx(stmt)} {
			for _, p := range people {
				var name string
				ok(t, s.Get(&name, p.ID))
				if name != p.Name {
					t.Errorf("%d is %q", p.ID, name)
				}
			}
		}
	})
}

func TestTransactions(t *testing.T) {
	works(t, "`Beginx`, `MustBegin`, errors", func(t *testing.T, db *sqlx.DB) {
		tx := db.MustBegin()
		tx.MustExec(tx.Rebind("INSERT INTO people (id, name) VALUES (?, ?)"), 4, "Dee")
		ok(t, tx.Rollback())
		tx, err := db.Beginx()
		ok(t, err)
		_, err = tx.NamedExec("INSERT INTO people (id, name) VALUES (:id, :name)", Person{ID: 5, Name: "Eve"})
		ok(t, err)
		ok(t, tx.Commit())
		var ids []int
		ok(t, db.Select(&ids, "SELECT id FROM people ORDER BY id"))
		if !slices.Equal(ids, []int{1, 2, 3, 5}) {
			t.Errorf("the ids are %v", ids)
		}
		if _, err := db.NamedExec("INSERT INTO people (id, name) VALUES (:id, :name)", Person{ID: 6, Name: "Eve"}); !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("a name that is taken gives %v", err)
		}
	})
}

func TestNative(t *testing.T) {
	works(t, "arrays by `pq.Array`, slices, uuid, jsonb; `= ANY`", func(t *testing.T, db *sqlx.DB) {
		db.MustExec("CREATE TABLE things (id uuid PRIMARY KEY, tags text[] NOT NULL, numbers int[], doc jsonb)")
		type thing struct {
			ID      uuid.UUID                  `db:"id"`
			Tags    pq.StringArray             `db:"tags"`
			Numbers auroradataapi.Array[int64] `db:"numbers"`
			Doc     types.JSONText             `db:"doc"`
		}
		want := thing{uuid.New(), pq.StringArray{"a", `b"c`, "NULL"}, auroradataapi.Array[int64]{1, 2}, types.JSONText(`{"k":[1]}`)}
		_, err := db.NamedExec("INSERT INTO things VALUES (:id, :tags, :numbers, :doc)", want)
		ok(t, err)
		var got thing
		ok(t, db.Get(&got, "SELECT * FROM things WHERE id = ANY($1) AND $2 = ANY(tags) AND numbers && $3 AND doc @> $4",
			pq.Array([]uuid.UUID{want.ID}), "a", []int{2, 3}, `{"k": []}`))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		var n int
		ok(t, db.Get(&n, "SELECT count(*) FROM things WHERE id = $1", want.ID.String()))
		if n != 1 {
			t.Errorf("%d rows have the key", n)
		}
	}, toolpage.PostgreSQL)
}
