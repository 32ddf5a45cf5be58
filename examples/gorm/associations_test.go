package gormexample

import (
	"fmt"
	"slices"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// fill makes shelves with boxes that have tags.
func fill(t *testing.T, db *gorm.DB) {
	t.Helper()
	migrate(t, db, &shelfV1{}, &Box{}, &Tag{})
	tags := []Tag{{Name: "old"}, {Name: "new"}}
	ok(t, db.Create(&tags).Error)
	for i := range 3 {
		shelf := shelfV1{Label: fmt.Sprint("shelf ", i), Room: "cellar", Place: i + 1}
		ok(t, db.Create(&shelf).Error)
		ok(t, db.Create([]Box{
			{Name: fmt.Sprint("full ", i), ShelfID: shelf.ID, Tags: tags[:1+i%2]},
			{Name: fmt.Sprint("empty ", i), ShelfID: shelf.ID},
		}).Error)
	}
}

func TestAssociations(t *testing.T) {
	works(t, "`Preload`, `Joins`, `Association`, subqueries", func(t *testing.T, db *gorm.DB) {
		fill(t, db)
		var boxes []Box
		ok(t, db.Preload("Shelf").Preload("Tags", "name <> ?", "new").Order("boxes.id").Find(&boxes).Error)
		if len(boxes) != 6 || boxes[0].Shelf.Label != "shelf 0" || len(boxes[0].Tags) != 1 || len(boxes[1].Tags) != 0 || len(boxes[2].Tags) != 1 {
			t.Errorf("preloaded: %+v", boxes)
		}
		ok(t, db.Joins("Shelf").Where(map[string]any{"Shelf.place": []int{2, 3}}).Order("boxes.id").Find(&boxes).Error)
		if len(boxes) != 4 || boxes[0].Shelf.Place != 2 {
			t.Errorf("joined: %+v", boxes)
		}
		box := boxes[0]
		tags := func() *gorm.Association { return db.Model(&box).Association("Tags") }
		if n := tags().Count(); n != 2 {
			t.Errorf("the box has %d tags", n)
		}
		ok(t, tags().Append(&Tag{Name: "heavy"}))
		ok(t, tags().Replace(&Tag{Name: "light"}, &Tag{Name: "square"}))
		light := box.Tags[0]
		ok(t, tags().Delete(&light))
		if n := tags().Count(); n != 1 {
			t.Errorf("the box has %d tags after changes", n)
		}
		ok(t, tags().Clear())
		ok(t, db.Select(clause.Associations).Delete(&box).Error)
		var n int64
		ok(t, db.Model(&shelfV1{}).Where("EXISTS (?)", db.Model(&Box{}).Select("1").Where("shelf_id = shelves.id AND name LIKE ?", "full%")).Count(&n).Error)
		if n != 2 {
			t.Errorf("%d shelves have a full box", n)
		}
	})
}

func TestReading(t *testing.T) {
	works(t, "`FindInBatches`, `Rows`, `Pluck`, `Raw`, maps", func(t *testing.T, db *gorm.DB) {
		fill(t, db)
		var seen []string
		var boxes []Box
		ok(t, db.FindInBatches(&boxes, 4, func(tx *gorm.DB, batch int) error {
			for _, b := range boxes {
				seen = append(seen, b.Name)
			}
			return tx.Model(&boxes).Update("name", gorm.Expr("CONCAT(name, ?)", "!")).Error
		}).Error)
		if len(seen) != 6 {
			t.Errorf("batches had %q", seen)
		}

		rows, err := db.Model(&Box{}).Order("id").Rows()
		ok(t, err)
		var scanned []string
		for rows.Next() {
			var b Box
			ok(t, db.ScanRows(rows, &b))
			scanned = append(scanned, b.Name)
		}
		ok(t, rows.Close())
		if want := []string{"full 0!", "empty 0!", "full 1!", "empty 1!", "full 2!", "empty 2!"}; !slices.Equal(scanned, want) {
			t.Errorf("rows had %q", scanned)
		}

		var maps []map[string]any
		ok(t, db.Model(&shelfV1{}).Select("room", "count(*) AS n", "max(place) AS most").Group("room").Having("count(*) > ?", 1).Find(&maps).Error)
		if len(maps) != 1 || fmt.Sprintf("%v %v %s", maps[0]["n"], maps[0]["most"], maps[0]["room"]) != "3 3 cellar" {
			t.Errorf("maps are %v", maps)
		}
		var names []string
		ok(t, db.Model(&Box{}).Order("id DESC").Limit(2).Offset(1).Pluck("name", &names).Error)
		if !slices.Equal(names, []string{"full 2!", "empty 1!"}) {
			t.Errorf("plucked %q", names)
		}
		var total struct{ N, Sum int }
		ok(t, db.Raw("SELECT count(*) AS n, sum(place) AS sum FROM shelves WHERE label LIKE @label AND place > @least",
			map[string]any{"label": "shelf%", "least": 1}).Scan(&total).Error)
		if total.N != 2 || total.Sum != 5 {
			t.Errorf("the totals are %+v", total)
		}
	})
}

func TestBatchCreate(t *testing.T) {
	works(t, "`CreateInBatches`, with the keys", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Tag{})
		tags := make([]Tag, 250)
		for i := range tags {
			tags[i].Name = fmt.Sprint("tag: ", i)
		}
		ok(t, db.CreateInBatches(&tags, 100).Error)
		for i, tag := range tags {
			var got Tag
			if i%83 == 0 {
				ok(t, db.First(&got, tag.ID).Error)
				if got != tag {
					t.Errorf("%+v has become %+v", tag, got)
				}
			}
			if tag.ID == 0 || i > 0 && tag.ID <= tags[i-1].ID {
				t.Fatalf("the keys of %d and the one before are %d and %d", i, tag.ID, tags[max(i, 1)-1].ID)
			}
		}
	})
}

func TestOnConflict(t *testing.T) {
	works(t, "`clause.OnConflict`, `FirstOrCreate`", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Tag{})
		ok(t, db.Create(&[]Tag{{ID: 1, Name: "a"}, {ID: 2, Name: "b"}}).Error)
		ok(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&Tag{ID: 1, Name: "ignored"}).Error)
		ok(t, db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "id"}},
			DoUpdates: clause.AssignmentColumns([]string{"name"}),
		}).Create(&[]Tag{{ID: 2, Name: "b2"}, {ID: 3, Name: "c"}}).Error)
		ok(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&Tag{ID: 3, Name: "c3"}).Error)
		var first Tag
		ok(t, db.Where(Tag{Name: "d"}).Attrs(Tag{ID: 4}).FirstOrCreate(&first).Error)
		var names []string
		ok(t, db.Model(&Tag{}).Order("id").Pluck("name", &names).Error)
		if want := []string{"a", "b2", "c3", "d"}; !slices.Equal(names, want) {
			t.Errorf("the names are %q, want %q", names, want)
		}
	})
}
