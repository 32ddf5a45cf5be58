// Command lambda is a function for AWS Lambda that places orders in an Aurora
// PostgreSQL over the Data API. See docs/lambda.md for what to configure.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/auroradataapi/auroradataapi"
)

// reserve is the time of an invocation that is kept for its answer. Calls of the
// database end before it, so that the function says what went wrong; Lambda would
// only say that the time was up.
const reserve = 500 * time.Millisecond

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	h, err := newHandler(log)
	if err != nil {
		log.Error("start", "error", err)
		os.Exit(1)
	}
	lambda.Start(h.handle)
}

// handler is what the invocations of one process share.
type handler struct{ db *sql.DB }

// newHandler opens the database, which sends nothing. Cluster, secret and
// database come from AURORA_CLUSTER_ARN, AURORA_SECRET_ARN and AURORA_DATABASE,
// the keys from the function's role.
func newHandler(log *slog.Logger) (*handler, error) {
	connector, err := auroradataapi.NewConnector(&auroradataapi.Config{
		Engine: "postgresql",
		Tracer: auroradataapi.NewSlogTracer(log, &auroradataapi.SlogOptions{Slow: time.Second}),
	})
	if err != nil {
		return nil, err
	}
	return &handler{db: sql.OpenDB(connector)}, nil
}

// order is the event. Its id is the customer's: an order that comes again is the
// same order.
type order struct {
	ID       string `json:"id"`
	Item     string `json:"item"`
	Quantity int    `json:"quantity"`
}

// receipt is the answer.
type receipt struct {
	ID     string    `json:"id"`
	Placed time.Time `json:"placed"`
}

var (
	errInvalid = errors.New("an order has an id, an item and a quantity above 0")
	errNoItem  = errors.New("there is no such item")
	errSoldOut = errors.New("there are not enough of the item")
)

// handle places an order. Lambda may deliver an event twice, and the outcome of
// a call may be unknown; both are harmless, because the order's id makes placing
// it again do nothing.
func (h *handler) handle(ctx context.Context, o order) (receipt, error) {
	if o.ID == "" || o.Item == "" || o.Quantity <= 0 {
		return receipt{}, errInvalid
	}
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	r, err := h.place(ctx, o)
	for tries := 1; tries < 3 && ctx.Err() == nil && worthRepeating(err); tries++ {
		r, err = h.place(ctx, o)
	}
	if err != nil {
		return receipt{}, fmt.Errorf("order %s: %w", o.ID, err)
	}
	return r, nil
}

// worthRepeating says which errors another try of the whole transaction may not
// meet. What was certainly not executed the driver has sent again already.
func worthRepeating(err error) bool {
	return errors.Is(err, auroradataapi.ErrOutcomeUnknown) || // an answer was lost
		errors.Is(err, auroradataapi.ErrTransactionNotFound) || // frozen for too long
		errors.Is(err, auroradataapi.TransactionRollback) // a deadlock, for one
}

// place runs the transaction once.
func (h *handler) place(ctx context.Context, o order) (receipt, error) {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return receipt{}, err
	}
	defer tx.Rollback() // nothing after Commit

	inserted, err := tx.ExecContext(ctx,
		"INSERT INTO orders (id, item, quantity) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", o.ID, o.Item, o.Quantity)
	if err != nil {
		return receipt{}, err
	}
	if n, err := inserted.RowsAffected(); err != nil {
		return receipt{}, err
	} else if n == 1 { // it is new
		if err := take(ctx, tx, o); err != nil {
			return receipt{}, err
		}
	}
	r := receipt{ID: o.ID}
	if err := tx.QueryRowContext(ctx, "SELECT placed FROM orders WHERE id = $1", o.ID).Scan(&r.Placed); err != nil {
		return receipt{}, err
	}
	return r, tx.Commit()
}

// take takes the items of an order from the stock.
func take(ctx context.Context, tx *sql.Tx, o order) error {
	taken, err := tx.ExecContext(ctx, "UPDATE stock SET quantity = quantity - $2 WHERE item = $1", o.Item, o.Quantity)
	if errors.Is(err, auroradataapi.CheckViolation) {
		return errSoldOut
	}
	if err != nil {
		return err
	}
	if n, err := taken.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errNoItem
}
