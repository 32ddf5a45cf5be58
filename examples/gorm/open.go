// Package gormexample opens GORM over the driver. Its tests run what GORM does
// against both engines.
package gormexample

import (
	"database/sql"
	"errors"

	gomysql "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/auroradataapi/auroradataapi"
)

// OpenPostgreSQL returns GORM over a database that was opened with the driver.
// The name keeps GORM from taking it for pgx.
func OpenPostgreSQL(db *sql.DB, config *gorm.Config) (*gorm.DB, error) {
	return gorm.Open(postgres.New(postgres.Config{
		Conn:       db,
		DriverName: auroradataapi.DriverNamePostgreSQL,
	}), config)
}

// OpenMySQL is the same for MySQL. GORM takes MariaDB, which may stand in for it
// in tests, for one that has RETURNING; Aurora has not.
func OpenMySQL(db *sql.DB, config *gorm.Config) (*gorm.DB, error) {
	return gorm.Open(mysqlDialector{mysql.New(mysql.Config{Conn: db, DisableWithReturning: true}).(*mysql.Dialector)}, config)
}

// mysqlDialector is GORM's for MySQL. That translates errors of the type of
// go-sql-driver/mysql alone, and errors.As makes one of the driver's.
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
