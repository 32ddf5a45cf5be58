package gormexample

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

// The same table in two versions of a program.
type shelfV1 struct {
	ID        uint
	Label     string  `gorm:"size:40;not null;default:none;comment:what it's called\\; see: \"labels\" and :name, $1 or ?"`
	Depth     int32   `gorm:"default:3"`
	Weight    float64 `gorm:"type:decimal(10,2)"`
	Locked    bool    `gorm:"default:true"`
	Room      string  `gorm:"size:20;index:idx_place,unique"`
	Place     int     `gorm:"index:idx_place,unique;check:place_positive,place > 0"`
	Opened    *time.Time
	Remark    *string
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt `gorm:"index"`
}

func (shelfV1) TableName() string { return "shelves" }

type shelfV2 struct {
	ID        uint
	Label     string  `gorm:"size:100;not null;default:none;comment:another comment"`
	Depth     int64   `gorm:"default:4;not null"`
	Weight    float64 `gorm:"type:decimal(12,3)"`
	Locked    bool    `gorm:"default:false"`
	Room      string  `gorm:"size:20;index:idx_place,unique"`
	Place     int     `gorm:"index:idx_place,unique;check:place_positive,place > 0"`
	Opened    *time.Time
	Remark    *string
	Color     string `gorm:"size:10;default:'red';index;comment:as: painted"`
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt `gorm:"index"`
}

func (shelfV2) TableName() string { return "shelves" }

// Box belongs to a shelf and has tags.
type Box struct {
	ID      uint
	Name    string `gorm:"size:50;uniqueIndex"`
	ShelfID uint
	Shelf   shelfV1 `gorm:"constraint:OnUpdate:CASCADE,OnDelete:CASCADE"`
	Tags    []Tag   `gorm:"many2many:box_tags"`
}

// Tag is on boxes.
type Tag struct {
	ID   uint
	Name string `gorm:"size:50;unique"`
}

func TestAutoMigrate(t *testing.T) {
	works(t, "`AutoMigrate`: types, defaults, comments, indexes, constraints; nothing to do the second time", func(t *testing.T, db *gorm.DB) {
		v1 := func(db *gorm.DB) error { return db.AutoMigrate(&shelfV1{}, &Box{}, &Tag{}) }
		if ddl := record(t, db, v1); !slices.ContainsFunc(ddl, func(s string) bool { return strings.HasPrefix(s, "CREATE TABLE") }) {
			t.Fatalf("no table was created: %q", ddl)
		}
		if ddl := record(t, db, v1); len(ddl) > 0 {
			t.Errorf("the second time changes the schema: %q", ddl)
		}
		ok(t, db.Create(&shelfV1{Label: "kept", Room: "r", Place: 1, Weight: 1.25}).Error)

		v2 := func(db *gorm.DB) error { return db.AutoMigrate(&shelfV2{}) }
		if ddl := record(t, db, v2); len(ddl) < 6 {
			t.Errorf("a changed model changes too little: %q", ddl)
		}
		if ddl := record(t, db, v2); len(ddl) > 0 {
			t.Errorf("the second time of the changed model changes the schema: %q", ddl)
		}
		var kept shelfV2
		ok(t, db.First(&kept).Error)
		if kept.Label != "kept" || kept.Depth != 3 || kept.Weight != 1.25 || kept.Color != "red" {
			t.Errorf("the row is now %+v", kept)
		}
	})
}

// TestMigrator asks the migrator through this driver and through the one that
// everybody uses, for the same tables.
func TestMigrator(t *testing.T) {
	page.Works(t, "migrator: `HasTable`, `ColumnTypes`, `GetIndexes` …, as through the usual driver", func(t *testing.T, s *dataapitest.Server) {
		db := open(t, s)
		migrate(t, db, &shelfV1{}, &Box{}, &Tag{}, &Everything{})
		if !isMySQL(db) {
			ok(t, db.Exec("CREATE TYPE mood AS ENUM ('sad', 'glad')").Error)
			migrate(t, db, &Native{})
		}
		got, want := describe(t, db.Migrator()), describe(t, native(t, s).Migrator())
		for i := range want { // as docs/parity.md has it: a numeric is exact, and one without limits has none
			want[i] = strings.NewReplacer("numeric, into float64", "numeric, into string", "decimal [65535 65531] true", "decimal [0 0] false").Replace(want[i])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, line := range []string{
			"table shelves: true", "table nothing: false",
			"column Label: true", "column nothing: false",
			"index idx_place: true", "index nothing: false",
			"constraint place_positive: true", "constraint Shelf: true", "constraint nothing: false",
			"index of shelves idx_place: [room place] unique=true primary=false",
		} {
			if !slices.Contains(got, line) {
				t.Errorf("%q is missing in %q", line, got)
			}
		}
	})
}

// describe returns what a migrator finds out, in an order of its own.
func describe(t *testing.T, m gorm.Migrator) (lines []string) {
	t.Helper()
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	say("database %s", m.CurrentDatabase())
	for _, name := range []string{"shelves", "nothing"} {
		say("table %s: %t", name, m.HasTable(name))
	}
	for _, name := range []string{"Label", "nothing"} {
		say("column %s: %t", name, m.HasColumn(&shelfV1{}, name))
	}
	for _, name := range []string{"idx_place", "nothing"} {
		say("index %s: %t", name, m.HasIndex(&shelfV1{}, name))
	}
	say("constraint place_positive: %t", m.HasConstraint(&shelfV1{}, "place_positive"))
	for _, name := range []string{"Shelf", "nothing"} {
		say("constraint %s: %t", name, m.HasConstraint(&Box{}, name))
	}
	tables, err := m.GetTables()
	ok(t, err)
	slices.Sort(tables)
	for _, table := range tables {
		columns, err := m.ColumnTypes(table)
		ok(t, err)
		for _, c := range columns {
			say("column of %s %s", table, describeColumn(c))
		}
		indexes, err := m.GetIndexes(table)
		ok(t, err)
		for _, i := range indexes {
			unique, _ := i.Unique()
			primary, _ := i.PrimaryKey()
			say("index of %s %s: %v unique=%t primary=%t", table, i.Name(), i.Columns(), unique, primary)
		}
	}
	slices.Sort(lines)
	return lines
}

func describeColumn(c gorm.ColumnType) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, into %v", c.Name(), c.DatabaseTypeName(), c.ScanType())
	add := func(what string, value any, ok bool) { fmt.Fprintf(&b, ", %s %v %t", what, value, ok) }
	full, is := c.ColumnType()
	add("type", full, is)
	length, is := c.Length()
	add("length", length, is)
	precision, scale, is := c.DecimalSize()
	add("decimal", [2]int64{precision, scale}, is)
	null, is := c.Nullable()
	add("null", null, is)
	value, is := c.DefaultValue()
	add("default", value, is)
	comment, is := c.Comment()
	add("comment", comment, is)
	primary, is := c.PrimaryKey()
	add("primary", primary, is)
	auto, is := c.AutoIncrement()
	add("auto", auto, is)
	unique, is := c.Unique()
	add("unique", unique, is)
	return b.String()
}

// TestSchemaChanges goes through what a migration may call by hand.
func TestSchemaChanges(t *testing.T) {
	works(t, "migrator: columns, indexes, constraints, views, tables by hand", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &shelfV1{}, &Tag{})
		m := db.Migrator()
		for _, step := range []struct {
			name string
			run  func() error
		}{
			{"add a column", func() error { return m.AddColumn(&shelfV2{}, "Color") }},
			{"alter a column", func() error { return m.AlterColumn(&shelfV2{}, "Depth") }},
			{"rename a column", func() error { return m.RenameColumn(&shelfV2{}, "color", "paint") }},
			{"drop a column", func() error { return m.DropColumn(&shelfV2{}, "paint") }},
			{"drop an index", func() error { return m.DropIndex(&shelfV1{}, "idx_place") }},
			{"create an index", func() error { return m.CreateIndex(&shelfV1{}, "idx_place") }},
			{"rename an index", func() error { return m.RenameIndex(&shelfV1{}, "idx_place", "idx_moved") }},
			{"drop a check", func() error { return m.DropConstraint(&shelfV1{}, "place_positive") }},
			{"create a check", func() error { return m.CreateConstraint(&shelfV1{}, "place_positive") }},
			{"create a view", func() error {
				return m.CreateView("locked", gorm.ViewOption{Query: db.Model(&shelfV1{}).Where("locked")})
			}},
			{"drop a view", func() error { return m.DropView("locked") }},
			{"rename a table", func() error { return m.RenameTable("tags", "labels") }},
		} {
			if err := step.run(); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		}
		if tables, err := m.GetTables(); err != nil || len(tables) != 2 || m.HasTable("tags") {
			t.Errorf("there are %q, %v", tables, err)
		}
	})
}

const dropTable = "migrator: `DropTable`"

func TestDropTable(t *testing.T) {
	works(t, dropTable, func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &shelfV1{}, &Box{}, &Tag{})
		ok(t, db.Migrator().DropTable(&shelfV1{}, "box_tags", &Box{}, &Tag{}))
		if tables, err := db.Migrator().GetTables(); err != nil || len(tables) > 0 {
			t.Errorf("there are still %q, %v", tables, err)
		}
	}, toolpage.PostgreSQL)
}

// TestDropTableOfMySQL meets the statement that GORM begins with, on a connection
// and outside of any transaction.
func TestDropTableOfMySQL(t *testing.T) {
	page.Limit(t, dropTable, `the statement "SET FOREIGN_KEY_CHECKS = 0;" is not sent`, func(t *testing.T, srv *dataapitest.Server) error {
		db := open(t, srv)
		migrate(t, db, &Tag{})
		return db.Migrator().DropTable(&Tag{})
	}, toolpage.MySQL)
}
