// Package awsapi is the RDS Data API in AWS: wire.API over the AWS SDK's
// rdsdata client. The SDK keeps what it is good at, namely credentials,
// signing, endpoints and typed errors. Three things are ours: the JSON of the
// messages (codec.go), the proof of what reached the service (transport.go) and
// the decision what may be sent again (retry.go).
package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/smithy-go/middleware"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The defaults of a Config.
const (
	// DefaultRetryBudget covers the resume of a paused database, which takes
	// 15 s, and 30 s and more after a long pause.
	DefaultRetryBudget = time.Minute
	// DefaultAttemptTimeout is above the 60 s that the service asks of clients.
	DefaultAttemptTimeout = 75 * time.Second
)

// Config says how to reach the service. Either AWS or SDK is needed.
type Config struct {
	// AWS is the configuration that the caller loaded. A time-out of its HTTP
	// client is not used, AttemptTimeout is.
	AWS aws.Config
	// Region replaces AWS.Region.
	Region string
	// Endpoint replaces the service's URL, for example by a local server's.
	Endpoint string
	// HTTPClient replaces AWS.HTTPClient. The client belongs to the caller.
	HTTPClient aws.HTTPClient
	// SDK is a client that the caller built himself. It brings its region,
	// endpoint and HTTP client along; its retryer is not used. The time-outs of
	// its HTTP client have to be above the 45 s that a statement may take.
	SDK *rdsdata.Client

	// AgentName and AgentVersion are added to the user agent.
	AgentName, AgentVersion string

	// AttemptTimeout bounds one attempt, from dialling to the last byte of the
	// answer. Zero is DefaultAttemptTimeout; it must be above
	// wire.StatementTimeout, or else it would give up statements that the
	// service goes on to execute.
	AttemptTimeout time.Duration
	// RetryBudget bounds the attempts of a call whose context has no deadline.
	// Zero is DefaultRetryBudget; negative means one attempt, always.
	RetryBudget time.Duration
	// OnAttempt, if not nil, is called after each attempt, by the goroutine
	// that made the call and with its context.
	OnAttempt func(context.Context, Attempt)
	// OnPause, if not nil, is called likewise after each pause between two
	// attempts, with the time that it took: less than the attempt before
	// announced if the context ended.
	OnPause func(context.Context, time.Duration)

	// Now and Sleep replace the clock. Sleep returns the context's error if
	// that ends first.
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
}

// Client is the Data API in AWS. It is safe for concurrent use.
type Client struct {
	sdk            *rdsdata.Client
	agent          func(*middleware.Stack) error // adds to the user agent, or is nil
	attemptTimeout time.Duration
	budget         time.Duration
	onAttempt      func(context.Context, Attempt)
	onPause        func(context.Context, time.Duration)
	now            func() time.Time
	sleep          func(context.Context, time.Duration) error

	transport *http.Transport // the connections that are ours to close, or nil
}

var _ wire.API = (*Client)(nil)

// New returns a client. It reaches for neither the network nor credentials.
func New(cfg Config) (*Client, error) {
	c := &Client{
		sdk:            cfg.SDK,
		attemptTimeout: cfg.AttemptTimeout,
		budget:         cfg.RetryBudget,
		onAttempt:      cfg.OnAttempt,
		onPause:        cfg.OnPause,
		now:            cfg.Now,
		sleep:          cfg.Sleep,
	}
	if cfg.AgentName != "" {
		c.agent = awsmiddleware.AddUserAgentKeyValue(cfg.AgentName, cfg.AgentVersion)
	}
	if c.attemptTimeout == 0 {
		c.attemptTimeout = DefaultAttemptTimeout
	}
	if c.attemptTimeout <= wire.StatementTimeout {
		return nil, fmt.Errorf("attempt time-out %v: must be above the %v that a statement may take", c.attemptTimeout, wire.StatementTimeout)
	}
	if c.budget == 0 {
		c.budget = DefaultRetryBudget
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if c.sdk != nil {
		if cfg.Region != "" || cfg.Endpoint != "" || cfg.HTTPClient != nil {
			return nil, errors.New("region, endpoint and HTTP client have to be set in the SDK client that was given")
		}
		return c, nil
	}
	return c, c.build(cfg)
}

// build makes the SDK client.
func (c *Client) build(cfg Config) error {
	if cfg.Region != "" {
		cfg.AWS.Region = cfg.Region
	}
	if cfg.AWS.Region == "" {
		return errors.New("no region: set it in the data source name, the resource ARN or AWS_REGION")
	}
	if cfg.AWS.Credentials == nil {
		return errors.New("no credentials provider in the AWS configuration")
	}
	if cfg.Endpoint != "" {
		if err := checkEndpoint(cfg.Endpoint); err != nil {
			return err
		}
	}
	if cfg.HTTPClient != nil {
		cfg.AWS.HTTPClient = cfg.HTTPClient
	}
	cfg.AWS.HTTPClient, c.transport = httpClientFor(cfg.AWS.HTTPClient)
	c.sdk = rdsdata.NewFromConfig(cfg.AWS, func(o *rdsdata.Options) {
		if cfg.Endpoint != "" {
			o.BaseEndpoint = &cfg.Endpoint
		}
	})
	return nil
}

// checkEndpoint refuses what would only fail at the first call. The endpoint
// itself stays out of the error where it may hold a password.
func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return errors.New("endpoint is not a URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return fmt.Errorf("endpoint %s: must look like https://host or http://host:port", u.Redacted())
	case u.User != nil:
		return fmt.Errorf("endpoint %s: a user name or password does not belong here", u.Redacted())
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("endpoint %s: must not have a query or a fragment", u.Redacted())
	}
	return nil
}

// Close closes the idle connections, unless they belong to a client of the
// caller. The client may be used again.
func (c *Client) Close() error {
	if c.transport != nil {
		c.transport.CloseIdleConnections()
	}
	return nil
}

// noSQL stands for the statement, which is required of an input and is not sent from it.
var noSQL string

// ExecuteStatement runs one SQL statement.
func (c *Client) ExecuteStatement(ctx context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	in := &rdsdata.ExecuteStatementInput{ResourceArn: &req.ResourceARN, SecretArn: &req.SecretARN, Sql: &noSQL}
	resp := new(wire.ExecuteResponse)
	m := message{op: wire.ExecuteStatement, request: req, response: resp, output: new(rdsdata.ExecuteStatementOutput)}
	m.send = func(ctx context.Context, opt func(*rdsdata.Options)) error {
		_, err := c.sdk.ExecuteStatement(ctx, in, opt)
		return err
	}
	if err := c.call(ctx, m); err != nil {
		return nil, err
	}
	return resp, nil
}

// BatchExecuteStatement runs one SQL statement once for each parameter set.
func (c *Client) BatchExecuteStatement(ctx context.Context, req *wire.BatchRequest) (*wire.BatchResponse, error) {
	in := &rdsdata.BatchExecuteStatementInput{ResourceArn: &req.ResourceARN, SecretArn: &req.SecretARN, Sql: &noSQL}
	resp := new(wire.BatchResponse)
	m := message{op: wire.BatchExecuteStatement, request: req, response: resp, output: new(rdsdata.BatchExecuteStatementOutput)}
	m.send = func(ctx context.Context, opt func(*rdsdata.Options)) error {
		_, err := c.sdk.BatchExecuteStatement(ctx, in, opt)
		return err
	}
	if err := c.call(ctx, m); err != nil {
		return nil, err
	}
	return resp, nil
}

// BeginTransaction opens a transaction. A lost answer is not fatal to it: the
// transaction that may have been left behind holds no locks, changes nothing
// and expires by itself, so that the request is sent again.
//
// A caller that gives up while the request is under way would leave a
// transaction behind too. The answer is therefore waited for a little longer,
// and if it comes, the transaction is rolled back.
func (c *Client) BeginTransaction(ctx context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	in := &rdsdata.BeginTransactionInput{ResourceArn: &req.ResourceARN, SecretArn: &req.SecretARN}
	resp := new(wire.BeginResponse)
	m := message{op: wire.BeginTransaction, request: req, response: beginResponse{resp}, output: new(rdsdata.BeginTransactionOutput)}
	m.send = func(ctx context.Context, opt func(*rdsdata.Options)) error {
		longer, cancel := outlive(ctx, beginGrace)
		defer cancel()
		_, err := c.sdk.BeginTransaction(longer, in, opt)
		if err != nil && ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		return err
	}
	if err := c.call(ctx, m); err != nil {
		return nil, err
	}
	if ctx.Err() == nil {
		return resp, nil
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), beginGrace)
	defer cancel()
	_, _ = c.RollbackTransaction(end, &wire.RollbackRequest{
		ResourceARN: req.ResourceARN, SecretARN: req.SecretARN, TransactionID: resp.TransactionID,
	})
	return nil, &NotExecutedError{Effort: Effort{Op: wire.BeginTransaction, Attempts: 1}, Err: ctx.Err()}
}

// beginGrace is how long the answer to a BeginTransaction is waited for when
// its caller has given up, and how long the rollback that follows may take.
const beginGrace = 3 * time.Second

// outlive returns a context that ends the given time after its parent.
func outlive(parent context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(parent))
	stop := context.AfterFunc(parent, func() { time.AfterFunc(by, cancel) })
	return ctx, func() {
		stop()
		cancel()
	}
}

// CommitTransaction ends a transaction and keeps its changes. It is never sent
// twice: a repeated one could only tell that the transaction is gone, not how.
func (c *Client) CommitTransaction(ctx context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	in := &rdsdata.CommitTransactionInput{ResourceArn: &req.ResourceARN, SecretArn: &req.SecretARN, TransactionId: &req.TransactionID}
	resp := new(wire.CommitResponse)
	m := message{op: wire.CommitTransaction, request: req, response: resp, output: new(rdsdata.CommitTransactionOutput)}
	m.send = func(ctx context.Context, opt func(*rdsdata.Options)) error {
		_, err := c.sdk.CommitTransaction(ctx, in, opt)
		return err
	}
	if err := c.call(ctx, m); err != nil {
		return nil, err
	}
	return resp, nil
}

// RollbackTransaction ends a transaction and drops its changes. After a lost
// answer it is sent again, and a transaction that is gone by then is done with.
func (c *Client) RollbackTransaction(ctx context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	in := &rdsdata.RollbackTransactionInput{ResourceArn: &req.ResourceARN, SecretArn: &req.SecretARN, TransactionId: &req.TransactionID}
	resp := new(wire.RollbackResponse)
	m := message{op: wire.RollbackTransaction, request: req, response: resp, output: new(rdsdata.RollbackTransactionOutput)}
	m.send = func(ctx context.Context, opt func(*rdsdata.Options)) error {
		_, err := c.sdk.RollbackTransaction(ctx, in, opt)
		return err
	}
	if err := c.call(ctx, m); err != nil {
		return nil, err
	}
	if resp.TransactionStatus == "" {
		resp.TransactionStatus = wire.StatusRolledBack
	}
	return resp, nil
}
