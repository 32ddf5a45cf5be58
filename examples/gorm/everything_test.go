package gormexample

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/lib/pq"
	"github.com/shopspring/decimal"
	"gorm.io/datatypes"
	"gorm.io/gorm"

	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

// Everything has a field of each type that models have.
type Everything struct {
	ID       uint
	Int8     int8
	Int64    int64
	Uint16   uint16
	Uint64   uint64
	Float32  float32
	Float64  float64
	Bool     bool
	Text     string
	Bytes    []byte
	Time     time.Time `gorm:"precision:6"`
	PtrInt   *int
	PtrText  *string
	PtrTime  *time.Time      `gorm:"precision:6"`
	Price    decimal.Decimal `gorm:"type:decimal(20,4)"`
	Key      uuid.UUID       `gorm:"size:36"`
	Data     datatypes.JSON
	Tags     datatypes.JSONSlice[string]
	Place    datatypes.JSONType[point]
	Object   datatypes.JSONMap
	Day      datatypes.Date
	Clock    datatypes.Time
	Settings map[string]string `gorm:"serializer:json"`
	Seconds  int64             `gorm:"serializer:unixtime;type:timestamp"`
	At       point             `gorm:"embedded;embeddedPrefix:at_"`
}

type point struct{ X, Y int }

// Native has the types of PostgreSQL.
type Native struct {
	ID       uuid.UUID `gorm:"type:uuid;default:gen_random_uuid()"`
	Other    datatypes.UUID
	Texts    pq.StringArray  `gorm:"type:text[]"`
	Numbers  pq.Int64Array   `gorm:"type:bigint[]"`
	Ratios   pq.Float64Array `gorm:"type:double precision[]"`
	Flags    pq.BoolArray    `gorm:"type:boolean[]"`
	Document json.RawMessage `gorm:"type:jsonb"`
	Maybe    *uuid.UUID      `gorm:"type:uuid"`
	Address  string          `gorm:"type:inet"`
	Mood     string          `gorm:"type:mood"`
	Span     string          `gorm:"type:interval"`
}

var equal = []cmp.Option{
	by(decimal.Decimal.Equal),
	by(time.Time.Equal),
	by(func(a, b datatypes.Date) bool { return time.Time(a).Equal(time.Time(b)) }),
	by(func(a, b datatypes.JSONType[point]) bool { return a.Data() == b.Data() }),
	by(sameJSON[datatypes.JSON]),
	by(sameJSON[json.RawMessage]),
}

// by compares values of just the type T, and none of another of which one is
// assignable to it.
func by[T any](same func(a, b T) bool) cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type() == reflect.TypeFor[T]() }, cmp.Comparer(same))
}

func sameJSON[T ~[]byte](a, b T) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && cmp.Equal(x, y)
}

func full() Everything {
	at := time.Date(2026, 2, 3, 4, 5, 6, 789123000, time.UTC)
	return Everything{
		Int8: -8, Int64: -1 << 62, Uint16: 65535, Uint64: 1 << 62, Float32: 1.5, Float64: 0.1, Bool: true,
		Text: `it's :not, $1 or ? "quoted" \ 🙂`, Bytes: []byte{0, 1, 0xff}, Time: at,
		PtrInt: new(7), PtrText: new(""), PtrTime: &at,
		Price: decimal.RequireFromString("1234567890123456.7891"), Key: uuid.MustParse("0190a9f0-0000-7000-8000-00000000000a"),
		Data: datatypes.JSON(`{"a": [1, null, "ä:b"]}`), Tags: datatypes.NewJSONSlice([]string{"a", "b"}),
		Place: datatypes.NewJSONType(point{1, 2}), Object: datatypes.JSONMap{"k": "v:w"},
		Day: datatypes.Date(time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)), Clock: datatypes.NewTime(1, 2, 3, 0),
		Settings: map[string]string{"theme": "dark"}, Seconds: at.Unix(), At: point{3, 4},
	}
}

func TestFields(t *testing.T) {
	works(t, "create, read, save, update, delete: numbers, texts, bytes, times, pointers, decimals, UUIDs, documents, serializers", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Everything{})
		for name, want := range map[string]Everything{
			"full":  full(),
			"empty": {Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Data: datatypes.JSON("null"), Day: datatypes.Date(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), Seconds: 1},
		} {
			t.Run(name, func(t *testing.T) {
				ok(t, db.Create(&want).Error)
				if want.ID == 0 {
					t.Fatal("Create has set no ID")
				}
				var got Everything
				ok(t, db.First(&got, want.ID).Error)
				if diff := cmp.Diff(want, got, equal...); diff != "" {
					t.Errorf("created: %s", diff)
				}
				got.Text, got.PtrInt, got.Price = "changed", nil, decimal.NewFromInt(5)
				ok(t, db.Save(&got).Error)
				ok(t, db.Model(&got).Updates(map[string]any{"int64": 9, "ptr_text": nil, "float64": gorm.Expr("float64 * ?", 2)}).Error)
				ok(t, db.Model(&got).UpdateColumn("bytes", []byte("new")).Error)
				var again Everything
				ok(t, db.Where(&Everything{Key: want.Key, Bool: want.Bool}).Where("price = ? AND time = ? AND id = ?", got.Price, want.Time, want.ID).First(&again).Error)
				if again.Text != "changed" || again.PtrInt != nil || again.PtrText != nil || again.Int64 != 9 ||
					again.Float64 != want.Float64*2 || string(again.Bytes) != "new" || !again.Price.Equal(got.Price) {
					t.Errorf("updated: %+v", again)
				}
				res := db.Delete(&again)
				if res.Error != nil || res.RowsAffected != 1 {
					t.Errorf("deleted %d rows, %v", res.RowsAffected, res.Error)
				}
			})
		}
	})
}

// TestQueriesOfJSON asks by what is in a document.
func TestQueriesOfJSON(t *testing.T) {
	works(t, "`datatypes.JSONQuery`, `JSONArrayQuery`, `JSONSet`", func(t *testing.T, db *gorm.DB) {
		migrate(t, db, &Everything{})
		row := full()
		ok(t, db.Create(&row).Error)
		for name, cond := range map[string]any{
			"has a key":   datatypes.JSONQuery("object").HasKey("k"),
			"equals":      datatypes.JSONQuery("object").Equals("v:w", "k"),
			"is in array": datatypes.JSONArrayQuery("tags").Contains("b"),
		} {
			var n int64
			if err := db.Model(&Everything{}).Where(cond).Count(&n).Error; err != nil || n != 1 {
				t.Errorf("%s: %d rows, %v", name, n, err)
			}
		}
		ok(t, db.Model(&row).UpdateColumn("data", datatypes.JSONSet("data").Set(jsonPath(db, "a"), "x")).Error)
		var got Everything
		ok(t, db.First(&got).Error)
		if !sameJSON(got.Data, datatypes.JSON(`{"a": "x"}`)) {
			t.Errorf("the document is %s", got.Data)
		}
	})
}

// jsonPath is how an engine writes the way into a document.
func jsonPath(db *gorm.DB, key string) string {
	if isMySQL(db) {
		return key
	}
	return "{" + key + "}"
}

func TestNativeTypes(t *testing.T) {
	works(t, "uuid, arrays by pq.StringArray …, jsonb, inet, enum, interval", nativeTypes, toolpage.PostgreSQL)
}

func nativeTypes(t *testing.T, db *gorm.DB) {
	ok(t, db.Exec("CREATE TYPE mood AS ENUM ('sad', 'glad')").Error)
	migrate(t, db, &Native{})
	maybe := uuid.New()
	for name, want := range map[string]Native{
		"full": {Other: datatypes.NewUUIDv4(), Texts: pq.StringArray{"a", `b,"c"\`, "", "NULL"}, Numbers: pq.Int64Array{1, -2}, Ratios: pq.Float64Array{1.5},
			Flags: pq.BoolArray{true, false}, Document: json.RawMessage(`{"a":1}`), Maybe: &maybe, Address: "10.0.0.0/8", Mood: "glad", Span: "1 day 02:00:00"},
		"empty": {Texts: pq.StringArray{}, Document: json.RawMessage("{}"), Address: "::1", Mood: "sad", Span: "00:00:00"},
	} {
		ok(t, db.Create(&want).Error)
		if want.ID == uuid.Nil {
			t.Fatalf("%s: Create has read no key of RETURNING", name)
		}
		var got Native
		ok(t, db.Where("mood = ? AND span = ? AND address = ?", want.Mood, want.Span, want.Address).First(&got, "id = ?", want.ID).Error)
		if diff := cmp.Diff(want, got, equal...); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	var n int64
	ok(t, db.Model(&Native{}).Where("? = ANY(texts) AND numbers @> ? AND document @> ?", "a", pq.Int64Array{-2}, `{"a":1}`).Count(&n).Error)
	if n != 1 {
		t.Errorf("%d rows have what is in arrays and documents", n)
	}
	ok(t, db.Model(&Native{}).Where("id IN ?", []uuid.UUID{maybe}).Or("maybe IN ?", []uuid.UUID{maybe, uuid.New()}).Count(&n).Error)
	if n != 1 {
		t.Errorf("%d rows have one of the keys", n)
	}
}
