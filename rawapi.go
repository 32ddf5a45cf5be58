package auroradataapi

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// ExecuteStatement makes a call of the Data API as the AWS SDK's client does, for
// what database/sql has no words for. ARNs, database and transaction id that the
// input leaves out are those of the connection. The statement has the service's
// placeholders, :name, and is sent as it stands; text that would begin or end a
// transaction is refused here too. The retry policy, the tracer and the errors are
// the driver's, and ResultMetadata is empty.
func (c *Conn) ExecuteStatement(ctx context.Context, in *rdsdata.ExecuteStatementInput) (*rdsdata.ExecuteStatementOutput, error) {
	if in == nil {
		return nil, errorf("ExecuteStatement: there is no input")
	}
	req, err := awsapi.ExecuteRequest(in)
	if err != nil {
		return nil, errorf("ExecuteStatement: %w", err)
	}
	var resp *wire.ExecuteResponse
	err = c.sendRaw(ctx, wire.ExecuteStatement, req.SQL, req.ContinueAfterTimeout, req.TransactionID, func(ctx context.Context, id string) (err error) {
		c.fillIn(&req.ResourceARN, &req.SecretARN, &req.Database)
		req.TransactionID = id
		resp, err = c.api.ExecuteStatement(ctx, req)
		return err
	})
	if err != nil {
		return nil, err
	}
	out, err := awsapi.ExecuteOutput(resp)
	if err != nil {
		return nil, errorf("ExecuteStatement: the statement was executed, but its answer cannot be read: %w", err)
	}
	return out, nil
}

// BatchExecuteStatement is like ExecuteStatement. ExecBatch is the way to run a
// batch with placeholders and values as database/sql has them.
func (c *Conn) BatchExecuteStatement(ctx context.Context, in *rdsdata.BatchExecuteStatementInput) (*rdsdata.BatchExecuteStatementOutput, error) {
	if in == nil {
		return nil, errorf("BatchExecuteStatement: there is no input")
	}
	req, err := awsapi.BatchRequest(in)
	if err != nil {
		return nil, errorf("BatchExecuteStatement: %w", err)
	}
	var resp *wire.BatchResponse
	err = c.sendRaw(ctx, wire.BatchExecuteStatement, req.SQL, false, req.TransactionID, func(ctx context.Context, id string) (err error) {
		c.fillIn(&req.ResourceARN, &req.SecretARN, &req.Database)
		req.TransactionID = id
		resp, err = c.api.BatchExecuteStatement(ctx, req)
		return err
	})
	if err != nil {
		return nil, err
	}
	return awsapi.BatchOutput(resp), nil
}

// sendRaw checks a statement and has it sent as it stands. id is the transaction
// that the caller named; of another than the connection's no book is kept.
func (c *Conn) sendRaw(ctx context.Context, op wire.Operation, sql string, runsOn bool, id string, send func(ctx context.Context, id string) error) error {
	if err := c.usable(ctx); err != nil {
		return err
	}
	q := call{query: sql, parsed: c.dialect.Parse(sql)}
	if err := q.check(); err != nil {
		return err
	}
	t := c.tx.Load()
	if id != "" && t != nil && id != t.id {
		t = nil
	}
	s := sending{op: op, kind: CallOther, call: q, place: samePlace, sql: sql, runsOn: runsOn, bare: true}
	return c.transmit(ctx, s, t, func(ctx context.Context, _, own string) error {
		return send(ctx, cmp.Or(id, own))
	})
}

// fillIn fills in what an input leaves to the connection.
func (c *Conn) fillIn(resource, secret, database *string) {
	*resource = cmp.Or(*resource, c.cfg.ClusterARN)
	*secret = cmp.Or(*secret, c.cfg.SecretARN)
	*database = cmp.Or(*database, c.cfg.Database)
}

// samePlace is for a statement that is sent as it was written.
func samePlace(position int) int { return position }
