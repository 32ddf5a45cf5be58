package auroradataapi_test

import (
	"database/sql"
	"fmt"
	"log"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// Rows are read as from any database.
func Example_query() {
	db, done := openExample(nil) // sql.Open, see the first example
	defer done()

	rows, err := db.Query("SELECT i, 'number ' || i FROM generate_series(1, $1) AS i", 3)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var text sql.NullString
		if err := rows.Scan(&n, &text); err != nil {
			log.Fatal(err)
		}
		fmt.Println(n, text.String)
	}
	if err := rows.Err(); err != nil { // nothing of a result is missing without an error
		log.Fatal(err)
	}
	// Output:
	// 1 number 1
	// 2 number 2
	// 3 number 3
}

// PostgreSQL says which types it expects, so a string will do for a uuid, an enum,
// a numeric or a date, and a map for jsonb, without casts.
func Example_parameters() {
	db, done := openExample(nil)
	defer done()

	_, err := db.Exec("CREATE TABLE orders (id uuid, total numeric, due date, paid interval, data jsonb)")
	if err != nil {
		log.Fatal(err)
	}
	_, err = db.Exec("INSERT INTO orders VALUES ($1, $2, $3, $4, $5)",
		"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "19.90", "2024-02-29", 90*time.Minute, map[string]any{"gift": true})
	if err != nil {
		log.Fatal(err)
	}
	var total, data string
	err = db.QueryRow("SELECT total, data FROM orders WHERE id = :id", sql.Named("id", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")).
		Scan(&total, &data)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(total, data)
	// Output: 19.90 {"gift":true}
}

// MySQL converts by itself.
func Example_mysql() {
	db, done := openExample(nil, dataapitest.MySQL()) // mysql+auroradataapi://:@/mydb?…
	defer done()

	if _, err := db.Exec("CREATE TABLE orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, total DECIMAL(10,2))"); err != nil {
		log.Fatal(err)
	}
	result, err := db.Exec("INSERT INTO orders (total) VALUES (?)", "19.90")
	if err != nil {
		log.Fatal(err)
	}
	id, err := result.LastInsertId()
	fmt.Println(id, err)
	// Output: 1 <nil>
}

// A slice is an array of PostgreSQL.
func Example_arrays() {
	db, done := openExample(nil)
	defer done()

	var tags auroradataapi.Array[string]
	var found int
	err := db.QueryRow("SELECT $1::text[], count(*) FROM generate_series(1, 9) AS id WHERE id = ANY($2) GROUP BY 1",
		[]string{"new", `a "b"`}, []int64{1, 4, 7}).Scan(&tags, &found)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q %d\n", tags, found)
	// Output: ["new" "a \"b\""] 3
}

// A timestamptz is an instant, a timestamp what a clock on the wall shows, a date a
// day. Config.Location gives instants in a zone.
func Example_times() {
	zone := time.FixedZone("", 3600)
	db, done := openExample(func(cfg *auroradataapi.Config) { cfg.Location = zone }) // time_zone=+01:00
	defer done()

	at := time.Date(2024, 3, 1, 0, 30, 0, 123456000, zone)
	var instant, wall, day time.Time
	err := db.QueryRow("SELECT $1::timestamptz, $2::timestamp, $3::date", at, at, at).Scan(&instant, &wall, &day)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(instant)
	fmt.Println(wall)
	fmt.Println(day)
	// Output:
	// 2024-03-01 00:30:00.123456 +0100 +0100
	// 2024-03-01 00:30:00.123456 +0000 UTC
	// 2024-03-01 00:00:00 +0000 UTC
}

// More than the service's 1 MiB is read in pages, as it is consumed.
func Example_largeResult() {
	db, done := openExample(nil)
	defer done()

	rows, err := db.Query("SELECT i, repeat('x', 1000) FROM generate_series(1, 5000) AS i")
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	n, bytes := 0, 0
	for rows.Next() {
		var i int
		var text string
		if err := rows.Scan(&i, &text); err != nil {
			log.Fatal(err)
		}
		n, bytes = n+1, bytes+len(text)
	}
	fmt.Println(n, bytes, rows.Err())
	// Output: 5000 5000000 <nil>
}
