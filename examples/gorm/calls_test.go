package gormexample

import (
	"database/sql"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestCalls holds what docs/tools.md says of the calls that GORM makes.
func TestCalls(t *testing.T) {
	page.Works(t, "`SkipDefaultTransaction`: one call for a write in place of three; `PrepareStmt`", func(t *testing.T, srv *dataapitest.Server) {
		connector, err := auroradataapi.NewConnector(srv.Config())
		ok(t, err)
		pool := sql.OpenDB(connector)
		defer pool.Close()
		db := openWith(t, srv.Engine, pool)
		migrate(t, db, &Tag{})
		calls := func(config *gorm.Session, names ...string) (last int64) {
			t.Helper()
			db := db.Session(config)
			for _, name := range names {
				before := connector.Stats().Attempts
				ok(t, db.Create(&Tag{Name: name}).Error)
				last = connector.Stats().Attempts - before
			}
			return last
		}
		if n := calls(&gorm.Session{}, "a", "b"); n != 3 {
			t.Errorf("Create made %d calls", n)
		}
		if n := calls(&gorm.Session{SkipDefaultTransaction: true}, "c", "d"); n != 1 {
			t.Errorf("Create without a transaction made %d calls", n)
		}
		if n := calls(&gorm.Session{SkipDefaultTransaction: true, PrepareStmt: true}, "e", "f"); n != 1 {
			t.Errorf("Create with prepared statements made %d calls", n)
		}
		var last Tag
		ok(t, db.Session(&gorm.Session{PrepareStmt: true}).Where("name IN ?", []string{"f", "g"}).First(&last).Error)
		if last.ID != 6 {
			t.Errorf("the last tag is %+v", last)
		}
	})
}

// TestByName opens by a data source name. Without asking for its version GORM
// takes MySQL for 8.0, as Aurora MySQL 3 is.
func TestByName(t *testing.T) {
	page.Works(t, "opened by `DriverName` and `DSN`", func(t *testing.T, srv *dataapitest.Server) {
		dialector := postgres.New(postgres.Config{DriverName: auroradataapi.DriverNamePostgreSQL, DSN: srv.DSN()})
		if srv.Engine == "mysql" {
			dialector = mysql.New(mysql.Config{DriverName: auroradataapi.DriverNameMySQL, DSN: srv.DSN(), SkipInitializeWithVersion: true})
		}
		db, err := gorm.Open(dialector, config())
		ok(t, err)
		pool, err := db.DB()
		ok(t, err)
		defer pool.Close()
		migrate(t, db, &Tag{})
		tag := Tag{Name: "a"}
		ok(t, db.Create(&tag).Error)
		ok(t, db.First(&tag, "name = ?", "a").Error)
		if tag.ID != 1 {
			t.Errorf("the tag is %+v", tag)
		}
	})
}
