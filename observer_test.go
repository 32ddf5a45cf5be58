package auroradataapi

import (
	"context"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// quietAPI answers every statement alike, with one attempt.
type quietAPI struct {
	wire.API
	resp    wire.ExecuteResponse
	attempt func(context.Context, awsapi.Attempt)
}

func (a *quietAPI) ExecuteStatement(ctx context.Context, _ *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	if a.attempt != nil {
		a.attempt(ctx, awsapi.Attempt{Op: wire.ExecuteStatement, Number: 1, Sent: 10, Received: 20})
	}
	return &a.resp, nil
}

type silentTracer struct{ ends int }

func (*silentTracer) CallStart(ctx context.Context, _ CallInfo) context.Context { return ctx }
func (t *silentTracer) CallEnd(context.Context, CallInfo, CallResult)           { t.ends++ }

// TestNoTracerNoCost compares the allocations of a call that is only counted
// with those of one that is not even that.
func TestNoTracerNoCost(t *testing.T) {
	allocations := func(tracer Tracer, watched bool) float64 {
		c, err := NewConnector(&Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, Tracer: tracer})
		if err != nil {
			t.Fatal(err)
		}
		api := new(quietAPI)
		c.api = api
		if watched {
			api.attempt = c.observe.attempted
			c.api = observed{api, c.observe}
		}
		conn, err := c.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(100, func() {
			if _, err := conn.(*Conn).ExecContext(t.Context(), "SELECT 1", nil); err != nil {
				t.Fatal(err)
			}
		})
		if watched && c.Stats().Attempts == 0 {
			t.Error("the calls were not counted")
		}
		return n
	}
	bare, counted := allocations(nil, false), allocations(nil, true)
	if counted != bare {
		t.Errorf("%v allocations without an observer, %v with one that has no tracer", bare, counted)
	}
	tracer := new(silentTracer)
	if traced := allocations(tracer, true); traced <= bare || traced > bare+6 || tracer.ends == 0 {
		t.Errorf("%v allocations without a tracer, %v with one that was told of %d calls", bare, traced, tracer.ends)
	}
}

// TestStatementIsNotGuessed makes a call for which nobody said what it is about:
// the statement that is sent may hold values, so that none is shown.
func TestStatementIsNotGuessed(t *testing.T) {
	var got CallInfo
	o := newObserver(&Config{Tracer: infoTracer{&got}}, dialect.MySQL)
	_, err := observed{new(quietAPI), o}.ExecuteStatement(t.Context(), &wire.ExecuteRequest{SQL: "SELECT 'hunter2'", TransactionID: "tx"})
	if want := (CallInfo{Operation: "ExecuteStatement", Kind: CallOther, TransactionID: "tx", Engine: "mysql"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	_, err = observed{new(quietBatch), o}.BatchExecuteStatement(t.Context(), &wire.BatchRequest{ParameterSets: make([][]wire.Parameter, 3)})
	if want := (CallInfo{Operation: "BatchExecuteStatement", Kind: CallOther, Sets: 3, Engine: "mysql"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

type infoTracer struct{ info *CallInfo }

func (t infoTracer) CallStart(ctx context.Context, i CallInfo) context.Context { return ctx }
func (t infoTracer) CallEnd(_ context.Context, i CallInfo, _ CallResult)       { *t.info = i }

type quietBatch struct{ wire.API }

func (quietBatch) BatchExecuteStatement(context.Context, *wire.BatchRequest) (*wire.BatchResponse, error) {
	return new(wire.BatchResponse), nil
}
