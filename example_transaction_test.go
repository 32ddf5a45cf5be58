package auroradataapi_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/auroradataapi/auroradataapi"
)

// What Commit reports as committed, is. A savepoint undoes part of a transaction.
func Example_transaction() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE accounts (id int PRIMARY KEY, balance numeric CHECK (balance >= 0))"); err != nil {
		log.Fatal(err)
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		log.Fatal(err)
	}
	defer tx.Rollback() // does nothing after Commit
	for _, statement := range []string{
		"INSERT INTO accounts VALUES (1, 10)",
		"SAVEPOINT before",
		"UPDATE accounts SET balance = balance - 20",
	} {
		if _, err = tx.ExecContext(ctx, statement); err != nil {
			break
		}
	}
	if errors.Is(err, auroradataapi.CheckViolation) {
		fmt.Println("not enough")
		_, err = tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT before")
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tx.Commit())
	// Output:
	// not enough
	// <nil>
}

// What was certainly not executed has been sent again already. What is left to a
// program are transactions that met each other, and answers that were lost.
func Example_retry() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE orders (id text PRIMARY KEY)"); err != nil {
		log.Fatal(err)
	}
	// The order's id makes it harmless to place it twice.
	place := func() error {
		_, err := db.ExecContext(ctx, "INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING", "order 1")
		return err
	}
	err := place()
	for tries := 1; tries < 3 && (errors.Is(err, auroradataapi.ErrOutcomeUnknown) ||
		errors.Is(err, auroradataapi.TransactionRollback)); tries++ {
		err = place()
	}
	fmt.Println(err)
	// Output: <nil>
}

// A call returns when its context ends, and its statement is stopped in the
// database.
func Example_cancellation() {
	db, done := openExample(nil)
	defer done()

	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := db.ExecContext(ctx, "SELECT pg_sleep(30)")
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// A call outside of a transaction has no session of its own. What changes a session
// stands in the data source name, or in the database, or in a transaction.
func Example_session() {
	db, done := openExample(func(cfg *auroradataapi.Config) {
		cfg.Settings = map[string]string{"search_path": "app"} // or search_path=app
	})
	defer done()

	var schemas string
	if err := db.QueryRow("SHOW search_path").Scan(&schemas); err != nil {
		log.Fatal(err)
	}
	fmt.Println(schemas)
	_, err := db.Exec("SET search_path = other")
	fmt.Println("refused:", err != nil)
	// Output:
	// app
	// refused: true
}
