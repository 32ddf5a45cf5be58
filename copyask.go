package auroradataapi

import (
	"context"
	"fmt"
	"io"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// copyNoTable has the database say why it lists no columns of a table.
func (c *Conn) copyNoTable(ctx context.Context, t *tx, table string) error {
	err := c.copyAsk(ctx, t, "the table "+table, "SELECT 1 FROM "+table+" WHERE 1 = 0", nil, func([]wire.Field) bool { return true })
	if err == nil {
		err = errorf("CopyFrom: the database lists no columns of the table %s; is it a temporary one?", table)
	}
	return err
}

// copyAsk asks what there is to know of a table, in a transaction perhaps. read
// returns false for a row that cannot be of the answer.
func (c *Conn) copyAsk(ctx context.Context, t *tx, what, sql string, params []wire.Parameter, read func([]wire.Field) bool) error {
	resp, err := c.run(ctx, CallDescribe, call{query: sql, parsed: c.dialect.Parse(sql)}, nil, t, wire.ExecuteRequest{SQL: sql, Parameters: params})
	if err != nil {
		return err
	}
	if err := readAnswer(resp, what, read); err != nil {
		return errorf("CopyFrom: %w", err)
	}
	return nil
}

// readAnswer reads the rows of the answer to a question.
func readAnswer(resp *wire.ExecuteResponse, what string, read func([]wire.Field) bool) error {
	defer resp.Records.Close()
	var row []wire.Field
	for {
		var err error
		switch row, err = resp.Records.Next(row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("the answer to the question for %s cannot be read: %w", what, err)
		case !read(row):
			return fmt.Errorf("the answer to the question for %s has a row of another form", what)
		}
	}
}
