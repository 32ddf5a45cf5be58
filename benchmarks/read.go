package main

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/auroradataapi/auroradataapi"
)

// The names of variants that read and load.
const (
	pgx          = "pgx, without the Data API"
	withPrefetch = "auroradataapi"
	noPrefetch   = "auroradataapi, prefetch off"
)

// wideTable has rows of eight columns, about 230 bytes each.
const wideTable = `CREATE TABLE IF NOT EXISTS wide AS SELECT i::bigint AS id, md5(i::text)::uuid AS uid, md5((i * 7)::text) AS a,
  CASE WHEN i %% 10 > 0 THEN repeat('x', i %% 50) END AS b, repeat('it''s, "q" ', i %% 8) AS c,
  (i * 1.25)::numeric(14,2) AS n, i %% 3 = 0 AS f, timestamptz '2024-01-01' + i * interval '1.001 s' AS ts
FROM generate_series(1, %d) i`

// latency is that of a call to a region of the same continent.
const latency = 20 * time.Millisecond

// consumer is what a program does with a row.
const consumer = 5 * time.Microsecond

// reading compares reading a table through the Data API with reading it without,
// and reading ahead with not doing so where each call takes its time.
func reading(e effort) ([]subject, error) {
	c, err := startCluster()
	if err != nil {
		return nil, err
	}
	if _, err := c.direct.Exec(fmt.Sprintf(wideTable, e.rows)); err != nil {
		return nil, err
	}
	near, err := c.open(0, nil)
	if err != nil {
		return nil, err
	}
	far, err := c.open(latency, nil)
	if err != nil {
		return nil, err
	}
	alone, err := c.open(latency, func(cfg *auroradataapi.Config) { cfg.NoPrefetch = true })
	if err != nil {
		return nil, err
	}
	sum := new(checksum)
	read := func(db *sql.DB, work time.Duration) func() error {
		return func() error { return sum.read(db, e.rows, work) }
	}
	return []subject{
		{
			title: fmt.Sprintf("read %d rows of 8 columns", e.rows), unit: "row", units: e.rows, rounds: e.longRounds,
			variants: []variant{{pgx, read(c.direct, 0)}, {ours, read(near, 0)}},
			goals:    []goal{{text: "wall against pgx", variant: ours, base: pgx, of: wall, most: 4}},
		},
		{
			title: fmt.Sprintf("read %d rows, %v a call, %v a row", e.rows/2, latency, consumer), unit: "row", units: e.rows / 2, rounds: e.longRounds,
			variants: []variant{
				{noPrefetch, func() error { return sum.read(alone, e.rows/2, consumer) }},
				{withPrefetch, func() error { return sum.read(far, e.rows/2, consumer) }},
			},
			goals: []goal{{text: "wall with prefetch against without", variant: withPrefetch, base: noPrefetch, of: wall, most: 0.65}},
			close: c.close,
		},
	}, nil
}

// checksum remembers what the first reading found, for the others to find too.
type checksum map[int]uint64

// read reads the first n rows of the table, and works on each.
func (sum *checksum) read(db *sql.DB, n int, work time.Duration) error {
	rows, err := db.Query("SELECT id, uid, a, b, c, n, f, ts FROM wide WHERE id <= $1::int8", n)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id int64
	var uid, a, c, number string
	var b sql.NullString
	var f bool
	var ts time.Time
	var total uint64
	count := 0
	for rows.Next() {
		if err := rows.Scan(&id, &uid, &a, &b, &c, &number, &f, &ts); err != nil {
			return err
		}
		total = total*31 + uint64(id) + uint64(len(uid)+len(a)+len(b.String)+len(c)+len(number)) + uint64(ts.UnixMicro())
		if f {
			total++
		}
		count++
		for until := time.Now().Add(work); work > 0 && time.Now().Before(until); {
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if *sum == nil {
		*sum = make(checksum)
	}
	if want, ok := (*sum)[n]; ok && want != total || count != n {
		return fmt.Errorf("read %d rows with the checksum %x, want %d with %x", count, total, n, want)
	}
	(*sum)[n] = total
	return nil
}
