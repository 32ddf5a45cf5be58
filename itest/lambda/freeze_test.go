//go:build unix

// Package lambda freezes and thaws a process that uses the driver, as AWS Lambda
// does with a function between its invocations.
package lambda

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/server"
)

// idle is how long the endpoint keeps a connection without use. All that is
// slept here is measured by it.
const idle = 100 * time.Millisecond

// TestThaw freezes the function until the endpoint has closed its connections.
// The next invocation waits for it when it thaws. What it does is done once, and
// without an error.
func TestThaw(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		for _, engine := range []string{"postgresql", "mysql"} {
			t.Run(engine+map[bool]string{true: " over TLS"}[secure], func(t *testing.T) {
				t.Parallel()
				srv := serverWithTable(t, engine)
				at := listen(t, srv, idle, secure)
				f := start(t, srv, at)
				f.invoke(invocation{SQL: "SELECT 1"})
				const rounds = 10
				for i := range rounds {
					f.freeze()
					at.waitClosed(t)
					_, before := at.connections()
					f.send(invocation{SQL: fmt.Sprintf("INSERT INTO t VALUES (%d) RETURNING i", i)})
					f.thaw()
					if o := f.receive(); o.Err != "" || o.Value != strconv.Itoa(i) {
						t.Errorf("write %d: %+v", i, o)
					}
					if _, after := at.connections(); after == before {
						t.Errorf("write %d did not need a new connection", i)
					}
				}
				wantRows(t, srv, rounds)
			})
		}
	}
}

// TestThawInTransaction freezes the function within a transaction for longer
// than the service keeps one. The function is told so, and can begin anew.
func TestThawInTransaction(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"statement", "commit"} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			srv := serverWithTable(t, "postgresql")
			at := listen(t, srv, idle, false)
			f := start(t, srv, at)
			write := invocation{SQL: "INSERT INTO t VALUES (1) RETURNING i"}
			commit := invocation{Do: "commit"}
			f.invoke(invocation{Do: "begin"})
			f.invoke(write)
			f.freeze()
			at.waitClosed(t)
			srv.Clock.Advance(4 * time.Minute)
			next := commit
			if first == "statement" {
				next = write
			}
			f.send(next)
			f.thaw()
			if o := f.receive(); !o.Gone || o.Unknown {
				t.Errorf("%s after the transaction expired: %+v", first, o)
			}
			if first == "statement" {
				f.send(commit)
				if o := f.receive(); !o.Gone || o.Unknown {
					t.Errorf("commit after that: %+v", o)
				}
			}
			wantRows(t, srv, 0)

			f.invoke(invocation{Do: "begin"})
			f.invoke(write)
			f.invoke(commit)
			wantRows(t, srv, 1)
		})
	}
}

// TestThawInCall freezes the function while the service runs a statement of its,
// as happens to what a handler leaves running when it returns.
func TestThawInCall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		timeout time.Duration // of the call
		keeps   bool          // the connection is kept until after the thaw
	}{
		{"the answer waits", 0, true},
		{"the time is up", 3 * idle, true},
		{"the connection is gone", 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := serverWithTable(t, "postgresql")
			at := listen(t, srv, time.Minute, false)
			f := start(t, srv, at)
			f.invoke(invocation{SQL: "SELECT 1"})
			delay := 2 * idle
			if !tt.keeps {
				delay = time.Hour // until then
			}
			err := srv.Server.Faults().Add(server.Fault{SQL: "INSERT INTO t", Times: 1, Kind: server.FaultDelay, Executed: true, Delay: delay})
			if err != nil {
				t.Fatal(err)
			}
			f.send(invocation{SQL: "INSERT INTO t VALUES (1) RETURNING i", TimeoutMS: int(tt.timeout.Milliseconds())})
			for rows(t, srv) == 0 { // until it is executed, and its answer delayed
				time.Sleep(time.Millisecond)
			}
			f.freeze()
			if !tt.keeps {
				at.CloseClientConnections()
			}
			time.Sleep(4 * idle)
			f.thaw()
			switch o := f.receive(); {
			case o.Err == "" && o.Value == "1" && tt.keeps:
			case o.Unknown && !o.Safe && (tt.timeout > 0 || !tt.keeps):
			case o.Err == context.DeadlineExceeded.Error() && !o.Safe && tt.timeout > 0:
				// The answer was there first, and then database/sql closed its rows.
			default:
				t.Errorf("got %+v", o)
			}
			if state := srv.Server.Faults().List()[0]; state.Hit != 1 {
				t.Errorf("%d answers were delayed", state.Hit)
			}
			wantRows(t, srv, 1)
		})
	}
}

// serverWithTable returns a Data API with a table t.
func serverWithTable(t *testing.T, engine string) *dataapitest.Server {
	t.Helper()
	var opts []dataapitest.Option
	if engine == "mysql" {
		opts = append(opts, dataapitest.MySQL())
	}
	srv := dataapitest.New(t, opts...)
	if _, err := srv.Open(t).Exec("CREATE TABLE t (i int)"); err != nil {
		t.Fatal(err)
	}
	return srv
}

// wantRows holds the number of rows in the table.
func wantRows(t *testing.T, srv *dataapitest.Server, want int) {
	t.Helper()
	if n := rows(t, srv); n != want {
		t.Errorf("%d rows, want %d", n, want)
	}
}

// rows returns the number of rows in the table, which all have to differ.
func rows(t *testing.T, srv *dataapitest.Server) int {
	t.Helper()
	db := srv.Open(t)
	var n, different int
	if err := db.QueryRow("SELECT count(*), count(DISTINCT i) FROM t").Scan(&n, &different); err != nil {
		t.Fatal(err)
	}
	if n != different {
		t.Errorf("%d rows, only %d different ones", n, different)
	}
	return n
}
