package gormexample

import (
	"errors"
	"slices"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/auroradataapi/auroradataapi"
)

func TestErrors(t *testing.T) {
	works(t, "`TranslateError`", func(t *testing.T, db *gorm.DB) {
		fill(t, db)
		check, column := error(gorm.ErrCheckConstraintViolated), error(gorm.ErrInvalidField)
		if isMySQL(db) { // GORM translates neither
			check, column = auroradataapi.CheckViolation, auroradataapi.UndefinedColumn
		}
		for name, tt := range map[string]struct{ got, want error }{
			"duplicate":    {db.Create(&Tag{Name: "old"}).Error, gorm.ErrDuplicatedKey},
			"foreign key":  {db.Create(&Box{Name: "lost", ShelfID: 99}).Error, gorm.ErrForeignKeyViolated},
			"check":        {db.Create(&shelfV1{Room: "roof", Place: -1}).Error, check},
			"column":       {db.Model(&Tag{}).Where("id = 1").Update("nothing", 1).Error, column},
			"not found":    {db.First(&Tag{}, 99).Error, gorm.ErrRecordNotFound},
			"no condition": {db.Delete(&Tag{}).Error, gorm.ErrMissingWhereClause},
		} {
			if !errors.Is(tt.got, tt.want) {
				t.Errorf("%s: %v, want %v", name, tt.got, tt.want)
			}
		}
	})
}

func names(t *testing.T, db *gorm.DB) (names []string) {
	t.Helper()
	ok(t, db.Model(&Tag{}).Order("id").Pluck("name", &names).Error)
	return names
}

// TestNested rolls a transaction within another one back, which is a savepoint.
func TestNested(t *testing.T) {
	works(t, "nested transactions, savepoints", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Tag{})
		undo := errors.New("undo")
		ok(t, db.Transaction(func(tx *gorm.DB) error {
			ok(t, tx.Create(&Tag{Name: "outer"}).Error)
			if err := tx.Transaction(func(tx *gorm.DB) error {
				ok(t, tx.Create(&Tag{Name: "inner"}).Error)
				return undo
			}); !errors.Is(err, undo) {
				t.Errorf("the inner one ends with %v", err)
			}
			if err := tx.Transaction(func(tx *gorm.DB) error {
				return tx.Create(&Tag{Name: "outer"}).Error
			}); !errors.Is(err, gorm.ErrDuplicatedKey) {
				t.Errorf("the duplicate ends with %v", err)
			}
			return tx.Transaction(func(tx *gorm.DB) error { return tx.Create(&Tag{Name: "second"}).Error })
		}))
		if err := db.Transaction(func(tx *gorm.DB) error {
			ok(t, tx.Create(&Tag{Name: "never"}).Error)
			return undo
		}); !errors.Is(err, undo) {
			t.Errorf("the transaction ends with %v", err)
		}
		if got := names(t, db); !slices.Equal(got, []string{"outer", "second"}) {
			t.Errorf("the names are %q", got)
		}
		tx := db.Begin()
		ok(t, tx.SavePoint("here").Error)
		ok(t, tx.Create(&Tag{Name: "gone"}).Error)
		ok(t, tx.RollbackTo("here").Error)
		ok(t, tx.Create(&Tag{Name: "third"}).Error)
		ok(t, tx.Commit().Error)
		if got := names(t, db); !slices.Equal(got, []string{"outer", "second", "third"}) {
			t.Errorf("the names are %q", got)
		}
	})
}

func TestLocking(t *testing.T) {
	works(t, "`clause.Locking`", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Tag{})
		ok(t, db.Create(&Tag{Name: "a"}).Error)
		ok(t, db.Transaction(func(tx *gorm.DB) error {
			var tag Tag
			ok(t, tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).First(&tag).Error)
			other := db.Begin()
			defer other.Rollback()
			err := other.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsNoWait}).First(&Tag{}).Error
			if !errors.Is(err, auroradataapi.LockNotAvailable) {
				t.Errorf("the row that is locked gives %v", err)
			}
			return nil
		}))
	})
}

// Hooked has hooks, one of which asks the database.
type Hooked struct {
	ID    uint
	Name  string
	Count int64
	after bool
}

func (h *Hooked) BeforeCreate(tx *gorm.DB) error {
	return tx.Session(&gorm.Session{NewDB: true}).Model(&Hooked{}).Count(&h.Count).Error
}

func (h *Hooked) AfterFind(*gorm.DB) error {
	h.after = true
	return nil
}

func (h *Hooked) BeforeDelete(*gorm.DB) error { return errors.New("kept") }

func TestHooks(t *testing.T) {
	works(t, "hooks", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Hooked{})
		ok(t, db.Create(&Hooked{Name: "a"}).Error)
		ok(t, db.Create(&Hooked{Name: "b"}).Error)
		var got Hooked
		ok(t, db.Last(&got).Error)
		if got.Name != "b" || got.Count != 1 || !got.after {
			t.Errorf("hooks left %+v", got)
		}
		if err := db.Delete(&got).Error; err == nil || err.Error() != "kept" {
			t.Errorf("the hook did not stop the deletion: %v", err)
		}
		if rows := db.Find(&[]Hooked{}).RowsAffected; rows != 2 {
			t.Errorf("%d rows are left", rows)
		}
	})
}
