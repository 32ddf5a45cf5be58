package bunexample

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

func TestInsertAndRelations(t *testing.T) {
	works(t, "`CreateTable` with foreign keys; has-many, belongs-to, many-to-many", func(t *testing.T, db *bun.DB) {
		fill(t, db)
		var books []Book
		ok(t, db.NewSelect().Model(&books).Relation("Author").Relation("Shops", func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("city <> ?", "Rome")
		}).Where("book.id IN (?)", bun.List([]int64{1, 2})).Order("book.id").Scan(t.Context()))
		if len(books) != 2 || books[0].Author.Name != "Ann: a" || books[0].Meta["k"] != "it's :v ?" || len(books[0].Shops) != 1 ||
			books[0].Price != 1.5 || *books[1].Note != "a :note" || books[0].Added.IsZero() {
			t.Errorf("the books are %+v", books)
		}
		var authors []Author
		ok(t, db.NewSelect().Model(&authors).Relation("Books").Order("id").Scan(t.Context()))
		if len(authors) != 2 || len(authors[0].Books) != 2 || !authors[0].Since.IsZero() || !authors[1].Since.Equal(since) {
			t.Errorf("the authors are %+v", authors)
		}
	})
}

func TestGeneratedKeys(t *testing.T) {
	works(t, "generated keys and defaults: `RETURNING`, on MySQL `LastInsertId`", func(t *testing.T, db *bun.DB) {
		create(t, db)
		one := Author{Name: "a"}
		_, err := db.NewInsert().Model(&one).Exec(t.Context())
		ok(t, err)
		two := Author{Name: "b"}
		_, err = db.NewInsert().Model(&two).Exec(t.Context())
		ok(t, err)
		if one.ID != 1 || two.ID != 2 {
			t.Errorf("the keys are %d and %d", one.ID, two.ID)
		}
		if db.Dialect().Name() == dialect.PG {
			book := Book{Title: "x", AuthorID: 1}
			_, err := db.NewInsert().Model(&book).Returning("id, added").Exec(t.Context())
			ok(t, err)
			if book.ID != 1 || time.Since(book.Added).Abs() > time.Hour {
				t.Errorf("the book is %+v", book)
			}
		}
	})
}

// TestLiterals has bun write values into the statement, which it does with all
// of them.
func TestLiterals(t *testing.T) {
	works(t, "values within statements, whatever they look like", func(t *testing.T, db *bun.DB) {
		create(t, db)
		for _, text := range awkward {
			want := Author{Name: text}
			_, err := db.NewInsert().Model(&want).Exec(t.Context())
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			var got Author
			if err := db.NewSelect().Model(&got).Where("name = ?", text).Scan(t.Context()); err != nil || got.Name != text || got.ID != want.ID {
				t.Errorf("%q has become %+v, %v", text, got, err)
			}
		}
		var got struct {
			Int   int64     `bun:"a"`
			Float float64   `bun:"b"`
			Bytes []byte    `bun:"c"`
			Bool  bool      `bun:"d"`
			Time  time.Time `bun:"e"`
		}
		at := time.Date(2026, 2, 3, 4, 5, 6, 789123000, time.UTC)
		timeType, bytesType := bun.Safe("timestamptz"), bun.Safe("bytea")
		if db.Dialect().Name() == dialect.MySQL {
			timeType, bytesType = "datetime(6)", "binary"
		}
		ok(t, db.NewRaw("SELECT ? AS a, ? AS b, CAST(? AS ?) AS c, ? AS d, CAST(? AS ?) AS e",
			int64(math.MinInt64+1), 0.1, []byte{0, '?', ':', 0xff}, bytesType, true, at, timeType).Scan(t.Context(), &got))
		if got.Int != math.MinInt64+1 || got.Float != 0.1 || string(got.Bytes) != "\x00?:\xff" || !got.Bool || !got.Time.Equal(at) {
			t.Errorf("the values are %+v", got)
		}
	})
}

// TestLongStatements has bun write more into a statement than the service takes.
func TestLongStatements(t *testing.T) {
	page.Limit(t, "values of more than 65 536 characters", "characters as it is sent, and the Data API takes 65536", func(t *testing.T, srv *dataapitest.Server) error {
		db := OpenPostgreSQL(srv.Open(t))
		if srv.Engine == "mysql" {
			db = OpenMySQL(srv.Open(t))
		}
		_, err := db.NewRaw("SELECT ?", strings.Repeat("x", 70_000)).Exec(t.Context())
		return err
	})
}

func TestQueries(t *testing.T) {
	works(t, "`Count`, `Exists`, `ScanAndCount`, CTE, subqueries, maps, `Rows`", func(t *testing.T, db *bun.DB) {
		fill(t, db)
		var books []Book
		n, err := db.NewSelect().Model(&books).Where("copies > ?", 1).Order("id").Limit(1).ScanAndCount(t.Context())
		if err != nil || n != 2 || len(books) != 1 || books[0].Title != "Two" {
			t.Errorf("%d, %+v, %v", n, books, err)
		}
		there, err := db.NewSelect().Model((*Book)(nil)).Where("title = ?", "Three").Exists(t.Context())
		if err != nil || !there {
			t.Errorf("the book exists: %t, %v", there, err)
		}
		var maps []map[string]any
		ok(t, db.NewSelect().Model((*Book)(nil)).Column("author_id").ColumnExpr("count(*) AS n").Group("author_id").Order("author_id").Scan(t.Context(), &maps))
		if got := fmt.Sprint(maps); got != "[map[author_id:1 n:2] map[author_id:2 n:1]]" {
			t.Errorf("the maps are %s", got)
		}
		sub := db.NewSelect().Model((*Book)(nil)).Column("author_id").Where("copies = ?", 3)
		var names []string
		ok(t, db.NewSelect().Model((*Author)(nil)).Column("name").Where("id IN (?)", sub).Scan(t.Context(), &names))
		if !slices.Equal(names, []string{"Bob? b"}) {
			t.Errorf("the names are %q", names)
		}
		rows, err := db.NewSelect().Model((*Book)(nil)).Order("id").Rows(t.Context())
		ok(t, err)
		defer rows.Close()
		var titles []string
		for rows.Next() {
			var b Book
			ok(t, db.ScanRow(t.Context(), rows, &b))
			titles = append(titles, b.Title)
		}
		ok(t, rows.Err())
		if !slices.Equal(titles, []string{"One", "Two", "Three"}) {
			t.Errorf("the titles are %q", titles)
		}
	})
}

func TestBulkAndUpsert(t *testing.T) {
	works(t, "bulk insert, upsert, update, soft delete", func(t *testing.T, db *bun.DB) {
		fill(t, db)
		many := make([]Shop, 500)
		for i := range many {
			many[i].City = fmt.Sprint("city: ", i, "?")
		}
		_, err := db.NewInsert().Model(&many).Exec(t.Context())
		ok(t, err)
		upsert := db.NewInsert().Model(&[]Author{{ID: 1, Name: "Ann"}, {ID: 9, Name: "Zoe"}})
		if db.Dialect().Name() == dialect.PG {
			upsert.On("CONFLICT (id) DO UPDATE").Set("name = EXCLUDED.name")
		} else {
			upsert.On("DUPLICATE KEY UPDATE").Set("name = VALUES(name)")
		}
		_, err = upsert.Exec(t.Context())
		ok(t, err)
		var names []string
		ok(t, db.NewSelect().Model((*Author)(nil)).Column("name").Order("id").Scan(t.Context(), &names))
		if !slices.Equal(names, []string{"Ann", "Bob? b", "Zoe"}) {
			t.Errorf("the names are %q", names)
		}
		res, err := db.NewUpdate().Model((*Shop)(nil)).Set("city = ?", "::all").Where("city LIKE ?", "city: %").Exec(t.Context())
		ok(t, err)
		if n, _ := res.RowsAffected(); n != 500 {
			t.Errorf("%d rows were updated", n)
		}
		_, err = db.NewDelete().Model(&Book{ID: 2}).WherePK().Exec(t.Context())
		ok(t, err)
		left, err := db.NewSelect().Model((*Book)(nil)).Count(t.Context())
		gone, err2 := db.NewSelect().Model((*Book)(nil)).WhereDeleted().Count(t.Context())
		if errors.Join(err, err2) != nil || left != 2 || gone != 1 {
			t.Errorf("%d left, %d gone, %v", left, gone, errors.Join(err, err2))
		}
	})
}

func TestBulkUpdate(t *testing.T) {
	works(t, "bulk update with `WITH _data`, `RETURNING` of many rows", func(t *testing.T, db *bun.DB) {
		fill(t, db)
		values := db.NewValues(&[]Book{{ID: 1, Title: "Uno"}, {ID: 2, Title: "Due :x"}}).Column("id", "title")
		var changed []Book
		err := db.NewUpdate().With("_data", values).Model(&changed).TableExpr("_data").Set("title = _data.title").
			Where("book.id = _data.id").Returning("book.id, book.title").Scan(t.Context())
		ok(t, err)
		if len(changed) != 2 || changed[1].Title != "Due :x" {
			t.Errorf("changed are %+v", changed)
		}
	}, toolpage.PostgreSQL)
}

func TestTransactions(t *testing.T) {
	works(t, "`RunInTx`, nested by savepoints, isolation", func(t *testing.T, db *bun.DB) {
		create(t, db)
		undo := errors.New("undo")
		insert := func(db bun.IDB, name string) {
			t.Helper()
			_, err := db.NewInsert().Model(&Author{Name: name}).Exec(t.Context())
			ok(t, err)
		}
		ok(t, db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			insert(tx, "outer")
			if err := tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				insert(tx, "inner")
				return undo
			}); !errors.Is(err, undo) {
				t.Errorf("the inner one ends with %v", err)
			}
			return tx.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
				insert(tx, "second")
				return nil
			})
		}))
		if err := db.RunInTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(ctx context.Context, tx bun.Tx) error {
			insert(tx, "never")
			return undo
		}); !errors.Is(err, undo) {
			t.Errorf("the transaction ends with %v", err)
		}
		var names []string
		ok(t, db.NewSelect().Model((*Author)(nil)).Column("name").Order("id").Scan(t.Context(), &names))
		if !slices.Equal(names, []string{"outer", "second"}) {
			t.Errorf("the names are %q", names)
		}
	})
}

func TestErrors(t *testing.T) {
	works(t, "errors by `errors.Is` and `errors.As`", func(t *testing.T, db *bun.DB) {
		fill(t, db)
		for name, tt := range map[string]struct {
			model any
			want  error
		}{
			"unique":      {&Author{Name: "Ann: a"}, auroradataapi.UniqueViolation},
			"foreign key": {&BookShop{BookID: 77, ShopID: 1}, auroradataapi.ForeignKeyViolation},
		} {
			_, err := db.NewInsert().Model(tt.model).Exec(t.Context())
			if !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
			var pg *pgconn.PgError
			if db.Dialect().Name() == dialect.PG && (!errors.As(err, &pg) || pg.Code == "" || pg.ConstraintName == "") {
				t.Errorf("%s: to those who know pgx it is %+v", name, pg)
			}
		}
		if err := db.NewSelect().Model(&Author{ID: 77}).WherePK().Scan(t.Context()); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("no row gives %v", err)
		}
	})
}

// Native has the types of PostgreSQL.
type Native struct {
	ID      uuid.UUID         `bun:"type:uuid,pk,default:gen_random_uuid()"`
	Texts   []string          `bun:",array"`
	Numbers []int64           `bun:",array"`
	Times   []time.Time       `bun:"type:timestamptz[],array"`
	Doc     map[string]any    `bun:"type:jsonb"`
	Raw     []point           `bun:"type:jsonb"`
	Span    string            `bun:"type:interval"`
	Address string            `bun:"type:inet"`
	Bytes   []byte            `bun:"type:bytea"`
	Maybe   *uuid.UUID        `bun:"type:uuid"`
	Words   map[string]string `bun:"type:jsonb"`
}

type point struct{ X, Y int }

func TestNative(t *testing.T) {
	works(t, "arrays, jsonb, uuid, interval, inet; `pgdialect.Array`", func(t *testing.T, db *bun.DB) {
		_, err := db.NewCreateTable().Model((*Native)(nil)).Exec(t.Context())
		ok(t, err)
		maybe := uuid.New()
		// Of two quotes in an array bun reads one, through any driver.
		texts := slices.DeleteFunc(slices.Clone(awkward), func(s string) bool { return strings.Contains(s, "''") })
		want := Native{
			Texts: append(texts, "NULL", "{}", ","), Numbers: []int64{1, -2}, Times: []time.Time{time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)},
			Doc: map[string]any{"a": []any{"it's :x ?", nil, 1.5}}, Raw: []point{{1, 2}}, Span: "1 day 02:03:04", Address: "10.0.0.1",
			Bytes: []byte{0, 1, 2}, Maybe: &maybe, Words: map[string]string{"::": "?"},
		}
		_, err = db.NewInsert().Model(&want).Exec(t.Context())
		ok(t, err)
		var got Native
		ok(t, db.NewSelect().Model(&got).Where("id = ?", want.ID).Where("numbers && ?", pgdialect.Array([]int64{-2, 9})).
			Where("doc @> ?::jsonb", `{"a": []}`).Where("? = ANY(texts)", "C:\\").Where(`doc \? 'a'`).Scan(t.Context()))
		if diff := cmp.Diff(want, got, cmp.Comparer(time.Time.Equal)); diff != "" {
			t.Error(diff)
		}
	}, toolpage.PostgreSQL)
}
