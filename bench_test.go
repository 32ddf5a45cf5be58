package auroradataapi_test

import (
	"context"
	"database/sql"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// cannedAPI answers every statement with the same rows, without a database, so
// that a benchmark measures the client.
type cannedAPI struct {
	wire.API
	columns []wire.ColumnMetadata
	rows    [][]wire.Field
}

func (a *cannedAPI) ExecuteStatement(context.Context, *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	return &wire.ExecuteResponse{ColumnMetadata: a.columns, Records: wire.NewRecords(a.rows)}, nil
}

func newCannedAPI(rows int) *cannedAPI {
	a := &cannedAPI{}
	for _, c := range []struct{ label, typ string }{{"id", "int8"}, {"name", "text"}, {"price", "numeric"}, {"at", "timestamptz"}} {
		a.columns = append(a.columns, wire.ColumnMetadata{Label: c.label, Name: c.label, TypeName: c.typ})
	}
	for i := range rows {
		a.rows = append(a.rows, []wire.Field{wire.Long(int64(i)), wire.String("some name or other"), wire.String("1234.50"), wire.String("2024-01-15 03:34:56.123")})
	}
	return a
}

// BenchmarkAgainstSDK compares a query through database/sql with the same call
// through the bare SDK client, both against the same server in one run: slices
// of one and of the other take turns, and the metrics are ratios of their sums.
func BenchmarkAgainstSDK(b *testing.B) {
	b.Run("small call", func(b *testing.B) { benchmarkAgainstSDK(b, 1) })
	b.Run("1000 rows", func(b *testing.B) { benchmarkAgainstSDK(b, 1000) })
}

func benchmarkAgainstSDK(b *testing.B, rows int) {
	web := httptest.NewServer(wire.Handler(newCannedAPI(rows)))
	b.Cleanup(web.Close)
	ours, theirs := readThroughDriver(b, web.URL, rows), readThroughSDK(b, web.URL, rows)
	ours()
	theirs()

	const slice = 10 // calls in a row of the same kind
	var spent [2]time.Duration
	var allocs [2]uint64
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		for j, read := range []func(){ours, theirs} {
			before, start := mallocs(), time.Now()
			for range slice {
				read()
			}
			spent[j] += time.Since(start)
			allocs[j] += mallocs() - before
		}
	}
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "time/sdk")
	b.ReportMetric(float64(allocs[0])/float64(allocs[1]), "allocs/sdk") // the server's are in both
	b.ReportMetric(0, "ns/op")                                          // of both together, which says nothing
}

func mallocs() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.Mallocs
}

func readThroughDriver(b *testing.B, url string, rows int) func() {
	connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
		Engine: "postgresql", ClusterARN: dataapitest.ClusterARN, SecretARN: dataapitest.SecretARN,
		AccessKeyID: "test", SecretAccessKey: "test", Endpoint: url,
	})
	if err != nil {
		b.Fatal(err)
	}
	db := sql.OpenDB(connector)
	b.Cleanup(func() { db.Close() })
	return func() {
		r, err := db.Query("SELECT id, name, price, at FROM t WHERE id >= $1", 0)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for ; r.Next(); n++ {
			var id int64
			var name, price string
			var at time.Time
			if err := r.Scan(&id, &name, &price, &at); err != nil {
				b.Fatal(err)
			}
		}
		if r.Err() != nil || n != rows {
			b.Fatalf("%d rows, %v", n, r.Err())
		}
	}
}

func readThroughSDK(b *testing.B, url string, rows int) func() {
	client := (&dataapitest.Server{URL: url}).Client()
	var sum atomic.Int64 // keeps the values from being optimised away
	return func() {
		out, err := client.ExecuteStatement(context.Background(), &rdsdata.ExecuteStatementInput{
			ResourceArn:           aws.String(dataapitest.ClusterARN),
			SecretArn:             aws.String(dataapitest.SecretARN),
			Sql:                   aws.String("SELECT id, name, price, at FROM t WHERE id >= :1"),
			Parameters:            []types.SqlParameter{{Name: aws.String("1"), Value: &types.FieldMemberLongValue{Value: 0}}},
			IncludeResultMetadata: true,
		})
		if err != nil {
			b.Fatal(err)
		}
		for _, row := range out.Records {
			at, err := time.Parse("2006-01-02 15:04:05.999999", row[3].(*types.FieldMemberStringValue).Value)
			if err != nil {
				b.Fatal(err)
			}
			sum.Add(row[0].(*types.FieldMemberLongValue).Value + int64(len(row[1].(*types.FieldMemberStringValue).Value)) +
				int64(len(row[2].(*types.FieldMemberStringValue).Value)) + at.Unix())
		}
		if len(out.Records) != rows {
			b.Fatalf("%d rows", len(out.Records))
		}
	}
}
