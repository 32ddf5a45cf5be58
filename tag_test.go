package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestTag follows the comment by which a connection's statements are found.
func TestTag(t *testing.T) {
	var mu sync.Mutex // stopping is done in the background
	var sent []string
	cancelled, cancel := context.WithCancel(context.Background())
	api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, r.SQL)
		switch {
		case strings.HasSuffix(r.SQL, "slow"):
			cancel()
			return nil, unknownOutcome(1, context.Canceled)
		case strings.HasSuffix(r.SQL, "lost"):
			return nil, unknownOutcome(1, io.ErrUnexpectedEOF)
		case strings.Contains(r.SQL, "pg_cancel_backend"):
			return &wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{{wire.Boolean(true)}})}, nil
		}
		return &wire.ExecuteResponse{}, nil
	}}
	c := scriptedConn(t, api)
	alive, end := context.WithCancel(context.Background())
	defer end()
	for _, call := range []struct {
		ctx context.Context
		sql string
	}{
		{alive, "a"}, {alive, "lost"}, {alive, "b"}, {context.Background(), "c"}, {cancelled, "slow"}, {alive, "d"},
	} {
		_, _ = c.ExecContext(call.ctx, call.sql, nil)
	}
	if err := c.connector.Close(); err != nil { // which waits for what was given up
		t.Error(err)
	}
	var tags, stopped []string
	for _, s := range sent {
		switch at := strings.Index(s, "*/ "); {
		case strings.HasPrefix(s, "SELECT pg_cancel_backend"):
			stopped = append(stopped, s)
		case s == "c":
			tags = append(tags, "")
		default:
			tags = append(tags, s[:at+3])
		}
	}
	if len(tags) != 6 {
		t.Fatalf("sent %q", sent)
	}
	first, last := tags[0], tags[5]
	if !strings.HasPrefix(first, "/*auroradataapi ") || first == last || tags[1] != first || tags[2] != first || tags[3] != "" || tags[4] != first {
		t.Errorf("the tags are %q", tags)
	}
	if len(stopped) != 1 || !strings.Contains(stopped[0], "LIKE '"+first+"%'") {
		t.Errorf("to stop what was given up it sent %q", stopped)
	}
	if other := scriptedConn(t, api); other.lane.tag == first || other.lane.tag == last {
		t.Error("two connections have the same tag")
	}
}

// TestStopping looks for a statement that was given up a second time if it was
// not found, says nothing of errors, and kills what MySQL shows.
func TestStopping(t *testing.T) {
	none := []int64{}
	tests := []struct {
		name, engine string
		answers      []any // to what is sent, one by one: numbers, or an error
		want         []string
	}{
		{"found", "mysql", []any{[]int64{7, 8}, none, none}, []string{"SELECT id", "KILL QUERY 7", "KILL QUERY 8"}},
		{"not allowed to kill", "mysql", []any{[]int64{7}, errors.New("no")}, []string{"SELECT id", "KILL QUERY 7"}},
		{"found later", "mysql", []any{none, []int64{7}, none}, []string{"SELECT id", "SELECT id", "KILL QUERY 7"}},
		{"not allowed to look", "postgresql", []any{errors.New("no"), errors.New("no")}, []string{"SELECT pg_cancel_backend", "SELECT pg_cancel_backend"}},
		{"never found", "postgresql", []any{none, none}, []string{"SELECT pg_cancel_backend", "SELECT pg_cancel_backend"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var sent []string
			api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
				sent = append(sent, r.SQL)
				if len(sent) > len(tt.answers) {
					return nil, errors.New("nothing more was expected")
				}
				if err, ok := tt.answers[len(sent)-1].(error); ok {
					return nil, err
				}
				var rows [][]wire.Field
				for _, id := range tt.answers[len(sent)-1].([]int64) {
					rows = append(rows, []wire.Field{wire.Long(id)})
				}
				return &wire.ExecuteResponse{Records: wire.NewRecords(rows)}, nil
			}}
			scriptedConnOf(t, api, tt.engine).stop("/*tag*/ ", call{}, nil)
			for i, s := range sent {
				if i >= len(tt.want) || !strings.HasPrefix(s, tt.want[i]) {
					t.Fatalf("sent %q, want %q", sent, tt.want)
				}
			}
			if len(sent) != len(tt.want) {
				t.Errorf("sent %q, want %q", sent, tt.want)
			}
		})
	}
}

// TestStoppingInAHurry closes the connector while a statement is looked for.
func TestStoppingInAHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looked := make(chan struct{}, 2)
		api := &scriptedAPI{execute: func(*wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
			looked <- struct{}{}
			return &wire.ExecuteResponse{}, nil
		}}
		c := scriptedConn(t, api)
		c.giveUp(c.lane, call{})
		<-looked
		began := time.Now()
		if err := c.connector.Close(); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 0 || len(looked) != 1 {
			t.Errorf("Close took %v and looked %d times", took, len(looked))
		}
	})
}

// TestTagFor holds that nothing is put in front of a statement where it
// would be of no use or too much.
func TestTagFor(t *testing.T) {
	c := scriptedConn(t, &scriptedAPI{})
	canEnd, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	most := wire.MaxSQLChars - len(c.lane.tag)
	tests := []struct {
		ctx       context.Context
		off       bool
		statement string
		want      bool
	}{
		{canEnd, false, "SELECT 1", true},
		{canEnd, true, "SELECT 1", false},
		{context.Background(), false, "SELECT 1", false},
		{canEnd, false, strings.Repeat("x", most), true},
		{canEnd, false, strings.Repeat("x", most+1), false},
		{canEnd, false, strings.Repeat("ä", most), true},
		{canEnd, false, strings.Repeat("ä", most+1), false},
	}
	for i, tt := range tests {
		c.cfg.NoServerCancel = tt.off
		want := ""
		if tt.want {
			want = c.lane.tag
		}
		if got := c.tagFor(tt.ctx, c.lane, sending{sql: tt.statement}); got != want {
			t.Errorf("case %d: got %q, want %q", i, got, want)
		}
	}
}

// TestTagOfWhatGoesOn gives up waiting for a statement that goes on after its
// timeout: whoever stops a later one of the connection is not to stop it too.
func TestTagOfWhatGoesOn(t *testing.T) {
	var tags []string
	api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
		tag, _, _ := strings.Cut(r.SQL, "*/ ")
		tags = append(tags, tag)
		if strings.Contains(r.SQL, "ALTER") {
			return nil, unknownOutcome(1, wire.NewError(wire.CodeStatementTimeout, "too long"))
		}
		return &wire.ExecuteResponse{}, nil
	}}
	c := scriptedConn(t, api)
	c.cfg.Sleep = func(context.Context, time.Duration) error { return context.DeadlineExceeded }
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err := c.ExecContext(ctx, "ALTER TABLE t ADD n int", []driver.NamedValue{{Ordinal: 1, Value: ContinueAfterTimeout()}})
	if !errors.Is(err, ErrStatementTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err := c.ExecContext(ctx, "UPDATE t SET n = 1", nil); err != nil {
		t.Error(err)
	}
	if len(tags) != 2 || tags[0] == tags[1] {
		t.Errorf("the statements have the comments %q", tags)
	}
}
