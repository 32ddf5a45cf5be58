package dataapitest_test

import (
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// A test gets a database of its own, behind a Data API of its own.
func ExampleOpen() {
	_ = func(t *testing.T) { // func TestOrders(t *testing.T) {
		db := dataapitest.Open(t)
		if _, err := db.Exec("CREATE TABLE orders (id int PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
	}
}

// MySQL in place of PostgreSQL.
func ExampleMySQL() {
	_ = func(t *testing.T) {
		db := dataapitest.Open(t, dataapitest.MySQL())
		if _, err := db.Exec("CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
	}
}

// A transaction expires without anybody waiting three minutes.
func ExampleClock() {
	_ = func(t *testing.T) {
		srv := dataapitest.New(t)
		tx, err := srv.Open(t).Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		srv.Clock.Advance(4 * time.Minute)
		if _, err := tx.Exec("SELECT 1"); err == nil {
			t.Error("the transaction lives on")
		}
	}
}

// Statements time out after a second instead of 45.
func ExampleConfig() {
	_ = func(t *testing.T) {
		db := dataapitest.Open(t, dataapitest.Config(func(c *server.Config) {
			c.StatementTimeout = time.Second
		}))
		if _, err := db.Exec("SELECT pg_sleep(30)"); err == nil {
			t.Error("there was time for that")
		}
	}
}
