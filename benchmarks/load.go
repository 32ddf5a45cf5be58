package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/auroradataapi/auroradataapi"
)

// The names of variants that load.
const (
	batches  = "BatchExecuteStatement, 1000 sets a call"
	copied   = "auroradataapi.CopyFrom"
	copiedIn = "auroradataapi.CopyFrom, PerCall, 3 at once"
)

var loadColumns = []string{"id", "uid", "a", "b", "c", "n", "f", "ts"}

// loading compares ways to load rows where each call takes its time.
func loading(e effort) ([]subject, error) {
	c, err := startCluster()
	if err != nil {
		return nil, err
	}
	if _, err := c.direct.Exec("CREATE TABLE loaded (id bigint PRIMARY KEY, uid uuid, a text, b text, c text, n numeric, f bool, ts timestamptz)"); err != nil {
		return nil, err
	}
	db, err := c.open(latency, nil)
	if err != nil {
		return nil, err
	}
	rows := loadRows(e.loaded)
	copyFrom := func(options auroradataapi.CopyOptions) func() error {
		return emptied(c.direct, len(rows), func(ctx context.Context) error {
			_, err := auroradataapi.CopyFrom(ctx, db, "loaded", loadColumns, auroradataapi.CopyRows(rows), options)
			return err
		})
	}
	return []subject{{
		title: fmt.Sprintf("load %d rows of 8 columns, %v a call", e.loaded, latency), unit: "row", units: e.loaded, rounds: e.longRounds,
		variants: []variant{
			{batches, emptied(c.direct, len(rows), func(ctx context.Context) error { return inBatches(ctx, db, rows) })},
			{copied, copyFrom(auroradataapi.CopyOptions{})},
			{copiedIn, copyFrom(auroradataapi.CopyOptions{PerCall: true, InFlight: 3})},
		},
		goals: []goal{{text: "CopyFrom, times faster than batches", variant: copied, base: batches, inverse: true, of: wall, least: 5}},
		close: c.close,
	}}, nil
}

// loadRows makes rows of what the table of reading has.
func loadRows(n int) [][]any {
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := make([][]any, n)
	for i := range rows {
		var uid [16]byte
		for j := range uid {
			uid[j] = byte(i >> (j % 4 * 8) * (j + 1))
		}
		var b any
		if i%10 > 0 {
			b = "some text of a length"[:i%20]
		}
		rows[i] = []any{
			int64(i), auroradataapi.UUID(fmt.Sprintf("%x-%x-%x-%x-%x", uid[:4], uid[4:6], uid[6:8], uid[8:10], uid[10:])),
			"0123456789abcdef0123456789abcdef", b, `it's, "q"`, auroradataapi.Decimal(fmt.Sprintf("%d.25", i)), i%3 == 0, at.Add(time.Duration(i) * time.Second),
		}
	}
	return rows
}

// emptied empties the table, loads it and counts.
func emptied(direct *sql.DB, n int, load func(context.Context) error) func() error {
	return func() error {
		if _, err := direct.Exec("TRUNCATE loaded"); err != nil {
			return err
		}
		if err := load(context.Background()); err != nil {
			return err
		}
		var count int
		if err := direct.QueryRow("SELECT count(*) FROM loaded").Scan(&count); err != nil {
			return err
		}
		if count != n {
			return fmt.Errorf("loaded %d rows of %d", count, n)
		}
		return nil
	}
}

// inBatches loads rows as programs do that know the SDK's client.
func inBatches(ctx context.Context, db *sql.DB, rows [][]any) error {
	const insert = "INSERT INTO loaded (id, uid, a, b, c, n, f, ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	const sets = 1000
	for len(rows) > 0 {
		part := rows[:min(sets, len(rows))]
		rows = rows[len(part):]
		if _, err := auroradataapi.ExecBatch(ctx, db, insert, part); err != nil {
			return err
		}
	}
	return nil
}
