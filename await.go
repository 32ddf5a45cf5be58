package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// awaitEvery is how often a statement is looked for that goes on after its
// timeout. When it ends, its transaction is called well before it would expire for
// being idle, and if a running one were idle too (F0277), the calls may help.
const awaitEvery = 2 * time.Second

// await waits until a statement has ended that goes on after its timeout. It
// returns nil if the statement certainly was successful, and else the timeout.
func (c *Conn) await(ctx context.Context, t *tx, tag string, s sending, timedOut error) error {
	ctx = c.connector.observe.about(ctx, CallAwait, s.call)
	var ended error
	for {
		if err := c.pause(ctx, awaitEvery); err != nil {
			return errors.Join(timedOut, err)
		}
		var running bool
		if t != nil && c.dialect.AbortsTransaction() {
			running, ended = c.runsInside(ctx, t)
			if !running && ended == nil {
				return nil
			}
		} else if running, ended = c.runsUnder(ctx, tag); !running && ended == nil {
			return fmt.Errorf("%w (it has ended in the database since; whether it was successful cannot be known here)", timedOut)
		}
		if !running {
			return fmt.Errorf("%w (then: %w)", timedOut, ended)
		}
	}
}

// runsInside reports whether the transaction still runs a statement. When it does
// not, the error is that of any statement behind it: nil, if that one was
// successful.
func (c *Conn) runsInside(ctx context.Context, t *tx) (bool, error) {
	_, err := c.upkeep(ctx, t.id, "SELECT 1")
	if err != nil {
		err = newError(wire.ExecuteStatement, "", nil, err)
	}
	return errors.Is(err, ErrTransactionBusy), err
}

// runsUnder reports whether a statement with the comment still runs.
func (c *Conn) runsUnder(ctx context.Context, tag string) (bool, error) {
	if tag == "" {
		return false, errorf("it went to the database without the comment by which it could be found there")
	}
	resp, err := c.upkeep(ctx, "", c.dialect.Running(tag))
	if err != nil {
		return false, newError(wire.ExecuteStatement, "", nil, err)
	}
	row, err := resp.Records.Next(nil)
	if err != nil || len(row) != 1 || row[0].Kind() != wire.KindLong {
		return false, errorf("the service sent no answer to the question whether it still runs")
	}
	return row[0].Long() > 0, nil
}

func (c *Conn) pause(ctx context.Context, d time.Duration) error {
	if c.cfg.Sleep != nil {
		return c.cfg.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
