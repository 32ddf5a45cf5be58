package server

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// Fault is a rule that says which calls go wrong, when and how. The zero value
// of a member does not restrict anything; only Kind is needed.
//
// Its JSON has a member for each field, in lower camel case, durations as
// strings such as "1.5s". A member that is not known is an error.
type Fault struct {
	// Name is how a rule is referred to, in the log too: up to 64 letters,
	// digits, dots, dashes and underscores. An empty one is made up.
	Name string

	// Operation is the operation that is hit, such as "ExecuteStatement".
	Operation string
	// SQL is a regular expression that is found in the statement. Calls without
	// a statement do not match it.
	SQL string
	// Cluster is the ARN of the cluster that is called.
	Cluster string
	// Database is the database that is used, named by the call or not.
	Database string
	// InTransaction is whether the call names a transaction.
	InTransaction *bool

	// After is how many matching calls are let through first.
	After int
	// Times is how many calls are hit after that; 0 is any number.
	Times int
	// For is how long calls are hit, by Config.Now, from the first one on that
	// After does not let through; 0 is for ever.
	For time.Duration
	// Probability is the chance of each call that is left to be hit; 0 stands
	// for 1. Config.FaultSeed decides which ones are.
	Probability float64

	// Kind is what happens.
	Kind FaultKind
	// Executed has the call executed before it goes wrong: its effect stays and
	// its answer is lost. Kinds that mean "not executed" cannot have it.
	Executed bool
	// Delay is how long the call waits before it goes wrong; with Executed, or
	// FaultTruncate, after its execution. It is real time, and ends early if
	// the caller goes away or the server is closed.
	Delay time.Duration
	// Code is the type of the error of FaultError, such as
	// "StatementTimeoutException", and Message its text.
	Code, Message string
	// Status is the HTTP status of FaultStatus, and of FaultError if it is not
	// to be the usual one of Code: 400 to 599.
	Status int
}

// FaultKind is what a Fault does to a call.
type FaultKind string

// What can happen to a call.
const (
	// FaultDelay makes the call, or with Executed its answer, late.
	FaultDelay FaultKind = "delay"
	// FaultResuming answers DatabaseResumingException: not executed, try again.
	FaultResuming FaultKind = "resuming"
	// FaultThrottle answers ThrottlingException: not executed, try again.
	FaultThrottle FaultKind = "throttle"
	// FaultError answers the error that Code, Message and Status describe.
	FaultError FaultKind = "error"
	// FaultStatus answers Status and nothing else, no type of an error and no
	// text, as what stands between a client and the service may do.
	FaultStatus FaultKind = "status"
	// FaultDrop closes the connection without an answer. In HTTP/2 it resets
	// the stream.
	FaultDrop FaultKind = "drop"
	// FaultTruncate executes the call and closes the connection in the middle of
	// the answer.
	FaultTruncate FaultKind = "truncate"
	// FaultExpire rolls back the transaction that the call names and answers
	// TransactionNotFoundException. Other calls do not match.
	FaultExpire FaultKind = "expire"
)

// kindRule is what goes with a kind besides Delay, which goes with all.
type kindRule struct {
	kind     FaultKind
	executed bool // whether it may happen after execution
	code     bool // whether it has Code and Message
	status   bool // whether it has Status
}

// kindRules lists the kinds.
func kindRules() []kindRule {
	return []kindRule{
		{kind: FaultDelay, executed: true},
		{kind: FaultResuming},
		{kind: FaultThrottle},
		{kind: FaultError, executed: true, code: true, status: true},
		{kind: FaultStatus, executed: true, status: true},
		{kind: FaultDrop, executed: true},
		{kind: FaultTruncate, executed: true},
		{kind: FaultExpire},
	}
}

var (
	faultName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	faultCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,99}$`)
)

// check says what is wrong with a rule. The name is checked where it is given.
func (f *Fault) check() error {
	if err := f.checkCondition(); err != nil {
		return err
	}
	return f.checkKind()
}

func (f *Fault) checkCondition() error {
	switch {
	case f.Operation != "" && !slices.Contains(operations(), wire.Operation(f.Operation)):
		return fmt.Errorf("operation %q is none of the Data API; use one of %s", f.Operation, list(operations()))
	case f.Cluster != "" && !wellFormedARN(f.Cluster):
		return fmt.Errorf("cluster %q is not an ARN", f.Cluster)
	case f.After < 0:
		return fmt.Errorf("after is negative: %d", f.After)
	case f.Times < 0:
		return fmt.Errorf("times is negative: %d; 0 is any number", f.Times)
	case f.For < 0:
		return fmt.Errorf("for is negative: %v; 0 is for ever", f.For)
	case !(f.Probability >= 0 && f.Probability <= 1):
		return fmt.Errorf("probability %v is not within 0 and 1", f.Probability)
	}
	if _, err := regexp.Compile(f.SQL); err != nil {
		return fmt.Errorf("sql is no regular expression: %w", err)
	}
	return nil
}

func (f *Fault) checkKind() error {
	rules := kindRules()
	i := slices.IndexFunc(rules, func(r kindRule) bool { return r.kind == f.Kind })
	if i < 0 {
		kinds := make([]FaultKind, len(rules))
		for i, r := range rules {
			kinds[i] = r.kind
		}
		return fmt.Errorf("kind %q is not known; use one of %s", f.Kind, list(kinds))
	}
	rule := rules[i]
	switch {
	case f.Executed && !rule.executed:
		return fmt.Errorf("kind %q says that the call was not executed, so executed cannot be set", f.Kind)
	case (f.Code != "" || f.Message != "") && !rule.code:
		return fmt.Errorf("code and message go with kind %q, not with %q", FaultError, f.Kind)
	case f.Status != 0 && !rule.status:
		return fmt.Errorf("status goes with kinds %q and %q, not with %q", FaultError, FaultStatus, f.Kind)
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d is not that of an error, 400 to 599", f.Status)
	case f.Delay < 0:
		return fmt.Errorf("delay is negative: %v", f.Delay)
	}
	switch f.Kind {
	case FaultDelay:
		if f.Delay == 0 {
			return errors.New(`kind "delay" needs delay, such as "2s"`)
		}
	case FaultError:
		if !faultCode.MatchString(f.Code) {
			return fmt.Errorf("code %q is not the type of an error, such as StatementTimeoutException", f.Code)
		}
	case FaultStatus:
		if f.Status == 0 {
			return fmt.Errorf("kind \"status\" needs status, such as %d", http.StatusServiceUnavailable)
		}
	}
	return nil
}

// operations lists the operations of the service.
func operations() []wire.Operation {
	return []wire.Operation{wire.ExecuteStatement, wire.BatchExecuteStatement,
		wire.BeginTransaction, wire.CommitTransaction, wire.RollbackTransaction}
}

// list writes words one after the other.
func list[T ~string](words []T) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(w))
	}
	return b.String()
}
