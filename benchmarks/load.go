package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The names of variants that load.
const (
	batches  = "BatchExecuteStatement, 1000 sets a call"
	copied   = "auroradataapi.CopyFrom"
	copiedIn = "auroradataapi.CopyFrom, PerCall, 3 at once"
)

var loadColumns = []string{"id", "uid", "a", "b", "c", "n", "f", "ts"}

const (
	loadTable  = "CREATE TABLE loaded (id bigint PRIMARY KEY, uid uuid, a text, b text, c text, n numeric, f bool, ts timestamptz)"
	loadInsert = "INSERT INTO loaded (id, uid, a, b, c, n, f, ts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
)

// batchSets is how many rows a call of batches has.
const batchSets = 1000

// loading compares ways to load rows where each call takes its time. Many rows are
// loaded once, without a run before: that takes minutes.
func loading(e effort) (list []topic) {
	for _, latency := range latencies {
		n := e.fewer
		if latency == 20*time.Millisecond {
			n = e.rows
		}
		list = append(list, topic{
			fmt.Sprintf("load %d rows of 8 columns, %v a call", n, latency),
			func(e effort) (subject, error) { return loadingOf(latency, n, e) },
		})
	}
	return list
}

func loadingOf(latency time.Duration, n int, e effort) (subject, error) {
	c, err := startCluster(loadTable)
	if err != nil {
		return subject{}, err
	}
	db, err := c.open(latency, nil)
	if err != nil {
		return subject{}, c.failed(err)
	}
	copyFrom := func(options auroradataapi.CopyOptions) func() error {
		return c.emptied(n, func(ctx context.Context) error {
			_, err := auroradataapi.CopyFrom(ctx, db, "loaded", loadColumns, &loadSource{n: n}, options)
			return err
		})
	}
	made := subject{
		unit: "row", units: n, rounds: e.longRounds, cold: true,
		variants: []variant{
			{name: batches, op: c.emptied(n, func(ctx context.Context) error { return c.inBatches(ctx, db, n) })},
			{name: copied, op: copyFrom(auroradataapi.CopyOptions{})},
			{name: copiedIn, op: copyFrom(auroradataapi.CopyOptions{PerCall: true, InFlight: 3})},
		},
		close: c.stop,
	}
	if n == e.rows {
		made.rounds, made.plot = 1, wall
		made.goals = []goal{{text: "CopyFrom, times faster than batches", variant: copied, base: batches, inverse: true, of: wall, least: 5}}
	}
	return made, nil
}

// loadRow makes a row of what the table of reading has.
func loadRow(i int) []any {
	var uid [16]byte
	for j := range uid {
		uid[j] = byte(i >> (j % 4 * 8) * (j + 1))
	}
	var b any
	if i%10 > 0 {
		b = "some text of a length"[:i%20]
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	return []any{
		int64(i), auroradataapi.UUID(fmt.Sprintf("%x-%x-%x-%x-%x", uid[:4], uid[4:6], uid[6:8], uid[8:10], uid[10:])),
		"0123456789abcdef0123456789abcdef", b, `it's, "q"`, auroradataapi.Decimal(fmt.Sprintf("%d.25", i)), i%3 == 0, at.Add(time.Duration(i) * time.Second),
	}
}

// loadSource makes n rows, each when it is asked for, as a program does that does
// not have them all.
type loadSource struct{ n, next int }

func (s *loadSource) Next() bool             { s.next++; return s.next <= s.n }
func (s *loadSource) Values() ([]any, error) { return loadRow(s.next - 1), nil }
func (s *loadSource) Err() error             { return nil }

// emptied empties the table, loads it and counts.
func (c *cluster) emptied(n int, load func(context.Context) error) func() error {
	return func() error {
		if _, err := c.direct.Exec("TRUNCATE loaded"); err != nil {
			return err
		}
		if err := load(context.Background()); err != nil {
			return err
		}
		var count int
		if err := c.direct.QueryRow("SELECT count(*) FROM loaded").Scan(&count); err != nil {
			return err
		}
		if count != n {
			return fmt.Errorf("loaded %d rows of %d", count, n)
		}
		return nil
	}
}

// inBatches loads rows as programs do that know the SDK's client, and fails if
// they took more calls than that.
func (c *cluster) inBatches(ctx context.Context, db *sql.DB, n int) error {
	before := c.calls(wire.BatchExecuteStatement)
	for first := 0; first < n; first += batchSets {
		var sets [][]any
		for i := first; i < min(first+batchSets, n); i++ {
			sets = append(sets, loadRow(i))
		}
		if _, err := auroradataapi.ExecBatch(ctx, db, loadInsert, sets); err != nil {
			return err
		}
	}
	want := (n + batchSets - 1) / batchSets
	if made := c.calls(wire.BatchExecuteStatement) - before; made != want {
		return fmt.Errorf("%d batches took %d calls", want, made)
	}
	return nil
}
