package bunexample

import (
	"testing"
	"time"

	"github.com/uptrace/bun"
)

// Author has books.
type Author struct {
	ID    int64     `bun:",pk,autoincrement"`
	Name  string    `bun:"type:varchar(100),notnull,unique"`
	Since time.Time `bun:",nullzero"`
	Books []*Book   `bun:"rel:has-many,join:id=author_id"`
}

// Book has an author and shops.
type Book struct {
	ID       int64          `bun:",pk,autoincrement"`
	Title    string         `bun:"type:varchar(100),notnull,unique"`
	AuthorID int64          `bun:",notnull"`
	Author   *Author        `bun:"rel:belongs-to,join:author_id=id"`
	Meta     map[string]any `bun:"type:json"`
	Copies   int
	Price    float64
	Note     *string
	Shops    []Shop    `bun:"m2m:book_shops,join:Book=Shop"`
	Added    time.Time `bun:",nullzero,notnull,default:current_timestamp"`
	Deleted  time.Time `bun:",soft_delete,nullzero"`
}

// Shop has books.
type Shop struct {
	ID   int64 `bun:",pk,autoincrement"`
	City string
}

// since is not in UTC.
var since = time.Date(2020, 1, 2, 3, 4, 5, 0, time.FixedZone("", 2*60*60))

// BookShop is which shop has which book.
type BookShop struct {
	bun.BaseModel `bun:"book_shops"`
	BookID        int64 `bun:",pk"`
	Book          *Book `bun:"rel:belongs-to,join:book_id=id"`
	ShopID        int64 `bun:",pk"`
	Shop          *Shop `bun:"rel:belongs-to,join:shop_id=id"`
}

// create makes the tables.
func create(t *testing.T, db *bun.DB) {
	t.Helper()
	db.RegisterModel((*BookShop)(nil))
	for range 2 {
		for _, model := range []any{(*Author)(nil), (*Book)(nil), (*Shop)(nil), (*BookShop)(nil)} {
			_, err := db.NewCreateTable().Model(model).IfNotExists().WithForeignKeys().Exec(t.Context())
			ok(t, err)
		}
	}
	_, err := db.NewCreateIndex().Model((*Book)(nil)).Index("by_copies").Column("copies", "price").Exec(t.Context())
	ok(t, err)
}

// awkward are texts that look like something to somebody on the way.
var awkward = []string{
	`it's`, `a \ b`, `C:\`, `:name`, `::text`, `$1`, `?`, `??`, `?0`, `?TableName`, `$$x$$`, `--`, `/* :a */`, `E'\n'`, `"q"`, "`b`", "tab\there\nline",
	`''; DROP TABLE authors; --`, `ä 🙂 :x`, `:1:2`, `a:b`, `{"k": ":v"}`, `:=`, `%s`, ``,
}

func fill(t *testing.T, db *bun.DB) {
	t.Helper()
	create(t, db)
	authors := []*Author{{Name: "Ann: a"}, {Name: "Bob? b", Since: since}}
	_, err := db.NewInsert().Model(&authors).Exec(t.Context())
	ok(t, err)
	shops := []*Shop{{City: "Rome"}, {City: "Oslo"}}
	_, err = db.NewInsert().Model(&shops).Exec(t.Context())
	ok(t, err)
	note := "a :note"
	books := []*Book{
		{Title: "One", AuthorID: 1, Copies: 1, Price: 1.5, Meta: map[string]any{"k": "it's :v ?"}},
		{Title: "Two", AuthorID: 1, Copies: 2, Note: &note},
		{Title: "Three", AuthorID: 2, Copies: 3},
	}
	_, err = db.NewInsert().Model(&books).Exec(t.Context())
	ok(t, err)
	_, err = db.NewInsert().Model(&[]BookShop{{BookID: 1, ShopID: 1}, {BookID: 1, ShopID: 2}, {BookID: 3, ShopID: 2}}).Exec(t.Context())
	ok(t, err)
}
