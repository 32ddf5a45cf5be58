//go:build unix

package server_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// BenchmarkSmallCall compares a statement through the server with the same
// through pgx, both on the same database in one run: slices of one and of the
// other take turns. The metrics are what the server adds to a call, in time and
// in time of the processor, and the ratio of the times. The server resets a session
// after each call that is not in a transaction; pgx does not.
func BenchmarkSmallCall(b *testing.B) {
	s := serve(b)
	begun := fmt.Sprintf(`,"transactionId":%q`, s.begin())
	b.Run("handler", func(b *testing.B) { s.benchmark(b, s.callHandler(b, "")) })
	b.Run("handler in transaction", func(b *testing.B) { s.benchmark(b, s.callHandler(b, begun)) })
	b.Run("handler with metadata", func(b *testing.B) { s.benchmark(b, s.callHandler(b, `,"includeResultMetadata":true`)) })
	b.Run("http", func(b *testing.B) { s.benchmark(b, s.callHTTP(b)) })
}

func (s *service) benchmark(b *testing.B, served func()) {
	direct := s.callDirect(b)
	served()
	direct()
	const slice = 20 // calls in a row of the same kind
	var spent, busy [2]time.Duration
	b.ResetTimer()
	for range b.N {
		for i, call := range []func(){served, direct} {
			start, cpu := time.Now(), processorTime(b)
			for range slice {
				call()
			}
			spent[i] += time.Since(start)
			busy[i] += processorTime(b) - cpu
		}
	}
	perCall := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(b.N*slice) }
	b.ReportMetric(perCall(busy[0]-busy[1]), "added-cpu-µs/call")
	b.ReportMetric(perCall(spent[0]-spent[1]), "added-µs/call")
	b.ReportMetric(perCall(spent[1]), "pgx-µs/call")
	b.ReportMetric(float64(spent[0])/float64(spent[1]), "time/pgx")
	b.ReportMetric(float64(b.N*slice)/spent[0].Seconds(), "calls/s") // by one caller
	b.ReportMetric(0, "ns/op")                                       // of both together, which says nothing
}

// processorTime returns what the process has used of it. The database is
// another process.
func processorTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// smallAnswer is a part of what a small call returns.
const smallAnswer = `[{"longValue":7},{"stringValue":"some name"}]`

func (s *service) smallRequest(more string) string {
	return fmt.Sprintf(`{"resourceArn":%q,"secretArn":%q,"database":%q,"sql":"SELECT :id, :name",`+
		`"parameters":[{"name":"id","value":{"longValue":7}},{"name":"name","value":{"stringValue":"some name"}}]%s}`,
		clusterARN, secretARN, s.database, more)
}

// callHandler calls the server without a network.
func (s *service) callHandler(b *testing.B, more string) func() {
	body := s.smallRequest(more)
	return func() {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/Execute", strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		sign(r)
		s.server.ServeHTTP(w, r)
		checkSmall(b, w.Body.Bytes())
	}
}

func sign(r *http.Request) {
	for name, value := range signed {
		r.Header.Set(name, value)
	}
}

// callHTTP calls the server over a connection that is kept.
func (s *service) callHTTP(b *testing.B) func() {
	body := s.smallRequest("")
	return func() {
		r, err := http.NewRequest(http.MethodPost, s.web.URL+"/Execute", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		sign(r)
		resp, err := s.web.Client().Do(r)
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil {
			b.Fatal(err)
		}
		checkSmall(b, answer)
	}
}

// callDirect makes the same call with pgx.
func (s *service) callDirect(b *testing.B) func() {
	pool, err := pgxpool.New(context.Background(), postgres(b).URL("", s.database)+"&default_query_exec_mode=exec")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	return func() {
		var id int64
		var name string
		if err := pool.QueryRow(context.Background(), "SELECT $1::int8, $2::text", int64(7), "some name").Scan(&id, &name); err != nil {
			b.Fatal(err)
		}
		if id != 7 || name != "some name" {
			b.Fatal(id, name)
		}
	}
}

func checkSmall(b *testing.B, answer []byte) {
	if !bytes.Contains(answer, []byte(smallAnswer)) {
		b.Fatalf("%s", answer)
	}
}
