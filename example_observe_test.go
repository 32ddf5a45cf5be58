package auroradataapi_test

import (
	"context"
	"database/sql"
	"expvar"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/auroradataapi/auroradataapi"
)

// Calls that take a second or longer are warned about, as are attempts that are
// repeated and calls that fail; the statement is shown, values are not.
func ExampleNewSlogTracer() {
	logger := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
		Engine:     "postgresql",
		ClusterARN: "arn:aws:rds:us-east-1:123456789012:cluster:orders",
		SecretARN:  "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf",
		Tracer:     auroradataapi.NewSlogTracer(logger, &auroradataapi.SlogOptions{Slow: time.Second, Statement: true}),
	})
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
}

// The counters of a connector, where the package expvar shows them.
func ExampleConnector_Stats() {
	connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
		Engine:     "postgresql",
		ClusterARN: "arn:aws:rds:us-east-1:123456789012:cluster:orders",
		SecretARN:  "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf",
	})
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	expvar.Publish("data-api", expvar.Func(func() any { return connector.Stats() }))

	s := connector.Stats()
	fmt.Println(s.ExecuteStatement.Calls, s.Attempts, s.TransactionsOpen)
	// Output: 0 0 0
}

// budget is a tracer of its own: it counts the calls of one request to a web
// server, say, which carries the budget in its context.
type budget struct{}

type budgetKey struct{}

func (budget) CallStart(ctx context.Context, _ auroradataapi.CallInfo) context.Context { return ctx }

func (budget) CallEnd(ctx context.Context, _ auroradataapi.CallInfo, result auroradataapi.CallResult) {
	if spent, ok := ctx.Value(budgetKey{}).(*time.Duration); ok {
		*spent += result.Duration
	}
}

func ExampleTracer() {
	var tracer auroradataapi.Tracer = budget{} // goes into Config.Tracer

	var spent time.Duration
	ctx := context.WithValue(context.Background(), budgetKey{}, &spent) // goes into db.QueryContext
	// What the driver does with it:
	ctx = tracer.CallStart(ctx, auroradataapi.CallInfo{Operation: "ExecuteStatement"})
	tracer.CallEnd(ctx, auroradataapi.CallInfo{Operation: "ExecuteStatement"}, auroradataapi.CallResult{Duration: 20 * time.Millisecond})
	fmt.Println("the database took", spent)
	// Output: the database took 20ms
}
