package facts

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// conversation is a probe's talk with a target: what was asked and what was
// answered, line by line.
type conversation struct {
	*testing.T
	target *target
	lines  []string
	ids    []string // of transactions, in the order they were begun
	// later moves the target's clock; false where there is none to move.
	later func(time.Duration) bool
}

// sql runs a statement and notes the answer.
func (c *conversation) sql(statement string, parameters ...wire.Parameter) {
	c.Helper()
	c.execute(wire.ExecuteRequest{SQL: statement, Parameters: parameters})
}

// in runs a statement in a transaction and notes the answer.
func (c *conversation) in(id, statement string, parameters ...wire.Parameter) {
	c.Helper()
	c.execute(wire.ExecuteRequest{SQL: statement, Parameters: parameters, TransactionID: id})
}

// described runs a statement with metadata and notes the answer.
func (c *conversation) described(statement string) {
	c.Helper()
	c.execute(wire.ExecuteRequest{SQL: statement, IncludeResultMetadata: true})
}

// execute runs a statement as the request says.
func (c *conversation) execute(req wire.ExecuteRequest) {
	c.Helper()
	c.ask(&req)
	resp, err := c.target.api.ExecuteStatement(c.Context(), c.target.fill(&req))
	if err != nil {
		c.failed(err)
		return
	}
	c.answered(string(resp.AppendJSON(nil)))
}

// batch runs a statement for each set and notes the answer.
func (c *conversation) batch(statement string, sets ...[]wire.Parameter) {
	c.Helper()
	c.note("> batch of %d: %s", len(sets), statement)
	resp, err := c.target.api.BatchExecuteStatement(c.Context(), &wire.BatchRequest{
		ResourceARN: c.target.clusterARN, SecretARN: c.target.secretARN, Database: c.target.database, SQL: statement, ParameterSets: sets,
	})
	if err != nil {
		c.failed(err)
		return
	}
	c.answered(string(resp.AppendJSON(nil)))
}

// setup runs statements that are not worth a note.
func (c *conversation) setup(statements ...string) {
	c.Helper()
	for _, s := range statements {
		if _, err := c.target.api.ExecuteStatement(c.Context(), c.target.fill(&wire.ExecuteRequest{SQL: s})); err != nil {
			c.Fatalf("%s: %v", s, err)
		}
	}
}

// begin opens a transaction. It is rolled back in the end, if it still is open.
func (c *conversation) begin() string {
	c.Helper()
	resp, err := c.target.api.BeginTransaction(c.Context(), &wire.BeginRequest{
		ResourceARN: c.target.clusterARN, SecretARN: c.target.secretARN, Database: c.target.database,
	})
	if err != nil {
		c.Fatal(err)
	}
	c.ids = append(c.ids, resp.TransactionID)
	c.note("> begin")
	c.Cleanup(func() {
		_, _ = c.target.api.RollbackTransaction(context.Background(), &wire.RollbackRequest{
			ResourceARN: c.target.clusterARN, SecretARN: c.target.secretARN, TransactionID: resp.TransactionID,
		})
	})
	return resp.TransactionID
}

func (c *conversation) commit(id string) {
	c.Helper()
	c.note("> commit")
	resp, err := c.target.api.CommitTransaction(c.Context(), &wire.CommitRequest{
		ResourceARN: c.target.clusterARN, SecretARN: c.target.secretARN, TransactionID: id,
	})
	if err != nil {
		c.failed(err)
		return
	}
	c.answered(resp.TransactionStatus)
}

func (c *conversation) rollback(id string) {
	c.Helper()
	c.note("> rollback")
	resp, err := c.target.api.RollbackTransaction(c.Context(), &wire.RollbackRequest{
		ResourceARN: c.target.clusterARN, SecretARN: c.target.secretARN, TransactionID: id,
	})
	if err != nil {
		c.failed(err)
		return
	}
	c.answered(resp.TransactionStatus)
}

func (c *conversation) note(format string, args ...any) {
	c.lines = append(c.lines, c.mask(fmt.Sprintf(format, args...)))
}

// ask notes a request: the statement, then whatever else it says.
func (c *conversation) ask(req *wire.ExecuteRequest) {
	rest := *req
	rest.SQL = ""
	said := string(rest.AppendJSON(nil))
	for _, empty := range []string{`"resourceArn":"",`, `"secretArn":"",`, `"sql":"",`, `"sql":""`, `"includeResultMetadata":true,`} {
		said = strings.ReplaceAll(said, empty, "")
	}
	said = strings.ReplaceAll(said, ",}", "}")
	if said == "{}" {
		said = ""
	}
	statement := strings.Join(strings.Fields(req.SQL), " ")
	if len(statement) > 300 {
		statement = fmt.Sprintf("%s… (%d characters)", statement[:60], len(req.SQL))
	}
	c.note("> %s %s", statement, clip(said))
	last := len(c.lines) - 1
	c.lines[last] = strings.TrimSpace(c.lines[last])
}

func (c *conversation) answered(text string) { c.note("%s", clip(text)) }

// failed notes an error as the service told it. One that the service did not
// tell fails the test.
func (c *conversation) failed(err error) {
	c.Helper()
	var e *wire.Error
	if !errors.As(err, &e) {
		var unknown *awsapi.OutcomeUnknownError
		if errors.As(err, &unknown) {
			c.note("no answer: %v", unknown.Err)
			return
		}
		c.Fatal(err)
	}
	c.note("%s %d: %s", e.Code, e.Status, clip(e.Message))
}

// mask replaces what differs from run to run.
func (c *conversation) mask(text string) string {
	for i, id := range c.ids {
		text = strings.ReplaceAll(text, id, fmt.Sprintf("TX%d", i+1))
	}
	for name, value := range map[string]string{"CLUSTER": c.target.clusterARN, "SECRET": c.target.secretARN, "DATABASE": c.target.database} {
		text = strings.ReplaceAll(text, value, name)
	}
	return text
}

// clip shortens what would not fit on the page.
func clip(text string) string {
	const most = 900
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + fmt.Sprintf("… (%d bytes)", len(text))
}

// Shorthands for parameters.

func str(name, value string) wire.Parameter {
	return wire.Parameter{Name: name, Value: wire.String(value)}
}

func hinted(name, value string, hint wire.TypeHint) wire.Parameter {
	return wire.Parameter{Name: name, Value: wire.String(value), TypeHint: hint}
}

func long(name string, value int64) wire.Parameter {
	return wire.Parameter{Name: name, Value: wire.Long(value)}
}

func value(name string, v wire.Field) wire.Parameter { return wire.Parameter{Name: name, Value: v} }
