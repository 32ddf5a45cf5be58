package main

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/auroradataapi/auroradataapi"
)

// The names of variants that read and load.
const (
	pgx   = "pgx, without the Data API"
	tenth = "auroradataapi, only a tenth of the rows"
)

// wideTable has rows of eight columns, about 230 bytes each.
const wideTable = `CREATE TABLE wide AS SELECT i::bigint AS id, md5(i::text)::uuid AS uid, md5((i * 7)::text) AS a,
  CASE WHEN i %% 10 > 0 THEN repeat('x', i %% 50) END AS b, repeat('it''s, "q" ', i %% 8) AS c,
  (i * 1.25)::numeric(14,2) AS n, i %% 3 = 0 AS f, timestamptz '2024-01-01' + i * interval '1.001 s' AS ts
FROM generate_series(1, %d) i`

// reading compares reading a table through the Data API with reading it without,
// and reading ahead with not doing so where each call takes its time. Driver, API
// and PostgreSQL share the machine.
func reading(e effort) []topic {
	list := []topic{{fmt.Sprintf("read %d rows of 8 columns", e.rows), readingAll}}
	for _, latency := range latencies[1:] {
		list = append(list, topic{
			fmt.Sprintf("read %d rows, %v a call, 5µs a row", e.fewer, latency),
			func(e effort) (subject, error) { return readingAhead(latency, e) },
		})
	}
	return list
}

func readingAll(e effort) (subject, error) {
	c, err := startCluster(fmt.Sprintf(wideTable, e.rows))
	if err != nil {
		return subject{}, err
	}
	db, err := c.open(0, nil)
	if err != nil {
		return subject{}, c.failed(err)
	}
	sum := new(checksum)
	return subject{
		unit: "row", units: e.rows, rounds: e.longRounds, plot: wall,
		variants: []variant{
			{name: pgx, op: func() error { return sum.read(c.direct, e.rows, 0) }},
			{name: ours, op: func() error { return sum.read(db, e.rows, 0) }},
			{name: tenth, units: e.rows / 10, op: func() error { return sum.read(db, e.rows/10, 0) }},
		},
		goals: []goal{
			{text: "wall against pgx", variant: ours, base: pgx, of: wall, most: 4},
			{text: "largest heap against that for a tenth of the rows", variant: ours, base: tenth, of: peak, most: 1.5},
		},
		close: c.stop,
	}, nil
}

func readingAhead(latency time.Duration, e effort) (subject, error) {
	c, err := startCluster(fmt.Sprintf(wideTable, e.fewer))
	if err != nil {
		return subject{}, err
	}
	made := subject{unit: "row", units: e.fewer, rounds: e.longRounds, close: c.stop}
	sum := new(checksum)
	for _, name := range []string{noPrefetch, withPrefetch} {
		db, err := c.open(latency, func(cfg *auroradataapi.Config) { cfg.NoPrefetch = name == noPrefetch })
		if err != nil {
			return subject{}, c.failed(err)
		}
		made.variants = append(made.variants, variant{name: name, op: func() error { return sum.read(db, e.fewer, 5*time.Microsecond) }})
	}
	return made, nil
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
		if count++; count%1000 == 0 {
			lookAtHeap()
		}
		consume(work)
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
