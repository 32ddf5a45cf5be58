package auroradataapi_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// A load that keeps what it can, by a key, and says what it leaves out.
func ExampleCopyOptions() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE stock (item text PRIMARY KEY, n int CHECK (n >= 0))"); err != nil {
		log.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO stock VALUES ('apple', 1)"); err != nil {
		log.Fatal(err)
	}
	rows := [][]any{{"apple", 5}, {"pear", -1}, {"plum", 7}}
	result, err := auroradataapi.CopyFrom(ctx, db, "stock", []string{"item", "n"}, auroradataapi.CopyRows(rows),
		auroradataapi.CopyOptions{
			Mode:    auroradataapi.CopyUpsert,
			Key:     []string{"item"},
			PerCall: true,
			OnBadRow: func(row auroradataapi.BadRow) error {
				fmt.Println("row", row.Row, "breaks a rule:", errors.Is(row.Err, auroradataapi.CheckViolation))
				return nil // go on
			},
			Progress: func(p auroradataapi.CopyProgress) { fmt.Println(p.Rows, "rows so far") },
		})
	fmt.Println(result.Rows, "loaded,", result.Bad, "left out,", err)
	// Output:
	// 1 rows so far
	// row 2 breaks a rule: true
	// 2 rows so far
	// 2 loaded, 1 left out, <nil>
}

// Rows that are made while they are loaded, such as from a file, and not held in
// memory.
func ExampleCopySeq() {
	db, done := openExample(nil)
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE cities (name text, people int)"); err != nil {
		log.Fatal(err)
	}
	file := csv.NewReader(strings.NewReader("Bern,134000\nZürich,436000\n"))
	lines := func(yield func([]any, error) bool) {
		for {
			line, err := file.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield([]any{line[0], line[1]}, nil) {
				return
			}
		}
	}
	err := auroradataapi.CopySeq(lines, func(source auroradataapi.CopySource) error {
		result, err := auroradataapi.CopyFrom(ctx, db, "cities", []string{"name", "people"}, source, auroradataapi.CopyOptions{})
		fmt.Println(result.Rows, "rows")
		return err
	})
	fmt.Println(err)
	// Output:
	// 2 rows
	// <nil>
}

// A load goes on where another one ended: without the rows that are in the table,
// and by their key with those that may be.
func ExampleCopyError_resume() {
	db, done := openExample(nil, losingAnswer())
	defer done()
	ctx := context.Background()

	if _, err := db.Exec("CREATE TABLE docs (id int PRIMARY KEY, body text)"); err != nil {
		log.Fatal(err)
	}
	columns := []string{"id", "body"}
	body := strings.Repeat("x", 3_000_000) // so large that each row is a call
	rows := [][]any{{11, body}, {12, body}, {13, body}, {14, body}}

	_, err := auroradataapi.CopyFrom(ctx, db, "docs", columns, auroradataapi.CopyRows(rows),
		auroradataapi.CopyOptions{PerCall: true})
	var failed *auroradataapi.CopyError
	if !errors.As(err, &failed) {
		log.Fatal(err)
	}
	fmt.Println("committed", failed.Committed, "unknown", failed.Unknown)

	// From the beginning of the source, without what is committed. CopyIgnore takes
	// no harm from the unknown row, which is there. The numbers of the rows begin
	// at 1 again.
	rest := func(yield func([]any, error) bool) {
		for i, row := range rows {
			if !within(failed.Committed, int64(i+1)) && !yield(row, nil) {
				return
			}
		}
	}
	err = auroradataapi.CopySeq(rest, func(source auroradataapi.CopySource) error {
		result, err := auroradataapi.CopyFrom(ctx, db, "docs", columns, source,
			auroradataapi.CopyOptions{PerCall: true, Mode: auroradataapi.CopyIgnore, Key: []string{"id"}})
		fmt.Println("sent", result.Rows, "new", result.Affected)
		return err
	})
	var n int
	if err := errors.Join(err, db.QueryRow("SELECT count(*) FROM docs").Scan(&n)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(n, "in the table")
	// Output:
	// committed [{1 2}] unknown [{3 3}]
	// sent 2 new 1
	// 4 in the table
}

// within says whether a row is in one of the ranges.
func within(ranges []auroradataapi.RowRange, row int64) bool {
	for _, r := range ranges {
		if r.First <= row && row <= r.Last {
			return true
		}
	}
	return false
}

// losingAnswer has the server lose its answer to the third INSERT, which is
// executed.
func losingAnswer() dataapitest.Option {
	return dataapitest.Config(func(c *server.Config) {
		c.Faults = []server.Fault{{SQL: "INSERT INTO docs", After: 2, Times: 1, Kind: server.FaultDrop, Executed: true}}
	})
}
