package goorm

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/cockroachdb/cockroach-go/v2/crdb"
	gomysql "github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// Item is a row of the table of these tests.
type Item struct {
	ID     int64 `gorm:"primaryKey;autoIncrement:false" bun:",pk"`
	Parent *int64
	Size   int64
}

const create = `CREATE TABLE items (id bigint PRIMARY KEY, parent bigint, size bigint,
	CONSTRAINT small CHECK (size < 100), FOREIGN KEY (parent) REFERENCES items (id))`

// Rows: but for the first, each breaks a constraint.
var (
	first  = Item{ID: 1}
	nobody = int64(7)
	unique = Item{ID: 1}
	orphan = Item{ID: 2, Parent: &nobody}
	tooBig = Item{ID: 2, Size: 200}
)

func open(t *testing.T, opts ...dataapitest.Option) *sql.DB {
	t.Helper()
	db := dataapitest.Open(t, opts...)
	if _, err := db.Exec(create); err != nil {
		t.Fatal(err)
	}
	return db
}

// mysqlDialector is GORM's for MySQL, which translates the error type of
// go-sql-driver/mysql alone, and gets it.
type mysqlDialector struct{ *mysql.Dialector }

func (d mysqlDialector) Translate(err error) error {
	var my *gomysql.MySQLError
	if errors.As(err, &my) {
		if translated := d.Dialector.Translate(my); translated != error(my) {
			return translated
		}
	}
	return err
}

func TestGORM(t *testing.T) {
	for _, tt := range []struct {
		engine  string
		opts    []dataapitest.Option
		dialect func(*sql.DB) gorm.Dialector
		check   error // MySQL's is not among the translated ones
	}{
		{"postgresql", nil, func(db *sql.DB) gorm.Dialector {
			return postgres.New(postgres.Config{Conn: db, DriverName: "auroradataapi"})
		}, gorm.ErrCheckConstraintViolated},
		{"mysql", []dataapitest.Option{dataapitest.MySQL()}, func(db *sql.DB) gorm.Dialector {
			return mysqlDialector{mysql.New(mysql.Config{Conn: db}).(*mysql.Dialector)}
		}, auroradataapi.CheckViolation},
	} {
		t.Run(tt.engine, func(t *testing.T) {
			db, err := gorm.Open(tt.dialect(open(t, tt.opts...)), &gorm.Config{TranslateError: true, Logger: logger.Discard})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range []struct {
				Item
				want error
			}{{first, nil}, {unique, gorm.ErrDuplicatedKey}, {orphan, gorm.ErrForeignKeyViolated}, {tooBig, tt.check}} {
				if err := db.Create(&row.Item).Error; !errors.Is(err, row.want) {
					t.Errorf("%+v: got %v, want %v", row.Item, err, row.want)
				}
			}
		})
	}
}

func TestEnt(t *testing.T) {
	for engine, opts := range map[string][]dataapitest.Option{"postgresql": nil, "mysql": {dataapitest.MySQL()}} {
		t.Run(engine, func(t *testing.T) {
			db := open(t, opts...)
			for statement, is := range map[string]func(error) bool{
				"INSERT INTO items VALUES (1, NULL, 0), (1, NULL, 0)": sqlgraph.IsUniqueConstraintError,
				"INSERT INTO items VALUES (2, 7, 0)":                  sqlgraph.IsForeignKeyConstraintError,
			} {
				if _, err := db.Exec(statement); !is(err) || !sqlgraph.IsConstraintError(err) {
					t.Errorf("%s: ent does not know %v", statement, err)
				}
			}
			// Of MySQL's checks ent knows the number 3819, MariaDB's is 4025.
			_, err := db.Exec("INSERT INTO items VALUES (2, NULL, 200)")
			var e *auroradataapi.Error
			if known := sqlgraph.IsCheckConstraintError(err); !errors.As(err, &e) || known != (e.Number != 4025) {
				t.Errorf("of a check ent knows %v: %v", known, err)
			}
			if _, err := db.Exec("SELECT nope"); sqlgraph.IsConstraintError(err) {
				t.Errorf("ent takes %v for a constraint", err)
			}
		})
	}
}

// TestBun has bun hand the driver's error on as it is.
func TestBun(t *testing.T) {
	db := bun.NewDB(open(t), pgdialect.New())
	for _, row := range []struct {
		Item
		want error
	}{{first, nil}, {unique, auroradataapi.UniqueViolation}, {orphan, auroradataapi.ForeignKeyViolation}, {tooBig, auroradataapi.CheckViolation}} {
		_, err := db.NewInsert().Model(&row.Item).Exec(t.Context())
		if !errors.Is(err, row.want) {
			t.Errorf("%+v: got %v, want %v", row.Item, err, row.want)
		}
		var pg *pgconn.PgError
		if row.want != nil && (!errors.As(err, &pg) || pg.Code == "" || pg.ConstraintName == "") {
			t.Errorf("%+v: to those who know pgx it is %+v", row.Item, pg)
		}
	}
}

// TestCockroach has crdb.ExecuteTx repeat what met another transaction.
func TestCockroach(t *testing.T) {
	db := open(t)
	if _, err := db.Exec("INSERT INTO items VALUES (1, NULL, 0)"); err != nil {
		t.Fatal(err)
	}
	conflict := serializationFailure(t, db)
	tries := 0
	err := crdb.ExecuteTx(context.Background(), db, nil, func(tx *sql.Tx) error {
		if tries++; tries == 1 {
			return conflict
		}
		_, err := tx.Exec("UPDATE items SET size = 5")
		return err
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries: %v", tries, err)
	}
}

// serializationFailure returns the error of one of two transactions that cannot
// both be.
func serializationFailure(t *testing.T, db *sql.DB) error {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	var size int64
	if err := tx.QueryRow("SELECT size FROM items WHERE id = 1").Scan(&size); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE items SET size = 1"); err != nil {
		t.Fatal(err)
	}
	if _, err = tx.Exec("UPDATE items SET size = 2"); err == nil {
		t.Fatal("two transactions changed the same row")
	}
	return err
}
