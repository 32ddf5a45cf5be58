package main

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/auroradataapi/auroradataapi"
)

// The names of variants that read in pages.
const (
	withPrefetch = "auroradataapi"
	noPrefetch   = "auroradataapi, prefetch off"
)

// pagesQuery is the query for a number of pages of a pagesAPI.
const pagesQuery = "SELECT %d FROM pages"

// The latency of a call: none, that of the same region, that of another one of
// the same continent.
var latencies = []time.Duration{0, 5 * time.Millisecond, 20 * time.Millisecond}

// paging compares reading ahead with not doing so, from another process that has
// the pages ready and takes its time for a call, for programs that do less or more
// with a row.
func paging(e effort) (list []topic) {
	for _, latency := range latencies {
		for _, work := range []time.Duration{0, 2 * time.Microsecond, 5 * time.Microsecond} {
			title := fmt.Sprintf("%d pages of %d mixed rows, %v a call, %v a row", e.pages, pageRows, latency, work)
			list = append(list, topic{title, func(e effort) (subject, error) { return pagingOf(latency, work, e) }})
		}
	}
	return list
}

func pagingOf(latency, work time.Duration, e effort) (subject, error) {
	server, err := startServer(serveResult)
	if err != nil {
		return subject{}, err
	}
	rows := e.pages * pageRows
	made := subject{unit: "row", units: rows, rounds: e.longRounds}
	var open []*sql.DB
	made.close = func() (err error) {
		for _, db := range open {
			err = db.Close()
		}
		server.stop()
		return err
	}
	for _, name := range []string{noPrefetch, withPrefetch} {
		connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
			Engine: "postgresql", ClusterARN: clusterARN, SecretARN: secretARN, Endpoint: server.url, Database: latency.String(),
			AWS:    &aws.Config{Region: region, Credentials: staticKeys()},
			Paging: auroradataapi.PagingAlways, NoPrefetch: name == noPrefetch,
		})
		if err != nil {
			return subject{}, errors.Join(err, made.close())
		}
		db := sql.OpenDB(connector)
		open = append(open, db)
		made.variants = append(made.variants, variant{name: name, op: func() error {
			return scanMixed(db, fmt.Sprintf(pagesQuery, e.pages), rows, work)
		}})
	}
	if latency == 20*time.Millisecond && work == 5*time.Microsecond {
		made.plot = wall
		made.goals = []goal{{text: "wall with prefetch against without", variant: withPrefetch, base: noPrefetch, of: wall, most: 0.65}}
	}
	return made, nil
}

// consume is what a program does with a row: it computes for so long.
func consume(work time.Duration) {
	for until := time.Now().Add(work); work > 0 && time.Now().Before(until); {
	}
}
