package auroradataapi

import (
	"context"
	"time"
)

// Tracer is told of every call of the Data API, before it and after it. Put one
// into Config.Tracer: NewSlogTracer makes one that logs, the module in
// oteldataapi one for OpenTelemetry, Tracers one of several.
//
// A call is what the driver asks of the service: a statement, or the begin or
// end of a transaction, with all the attempts that it takes. What fails before
// that, such as an argument that cannot be converted, is no call. No tracer is
// shown the value of an argument.
//
// The methods are called by many goroutines at once, and hold the call up for
// as long as they take. What one panics with reaches whoever waits for the call,
// even if a goroutine of the driver makes it; where nobody waits any longer, that is
// the Close of the sql.DB. A transaction that the program does not have in its hands is
// rolled back then.
type Tracer interface {
	// CallStart is called before a call. The call, and CallEnd, get the context
	// that it returns, which has to be ctx or come from it; nil stands for ctx.
	// ctx comes from the one that the program gave to database/sql.
	CallStart(ctx context.Context, call CallInfo) context.Context
	// CallEnd is called after a call, even if ctx is over. A call that nobody
	// waits for any longer may end after the program was told of its failure.
	CallEnd(ctx context.Context, call CallInfo, result CallResult)
}

// AttemptTracer is a Tracer that is told of each attempt of a call too, when it
// is over and before the pause that may follow: while a cluster resumes, it is
// the one who knows why nothing happens.
type AttemptTracer interface {
	Tracer
	// CallAttempt gets the context that CallStart returned.
	CallAttempt(ctx context.Context, call CallInfo, attempt CallAttempt)
}

// CallKind says what a call is for. There will be more kinds; one that a tracer
// does not know is a call that the driver makes for a statement of the program.
type CallKind string

// The kinds of calls.
const (
	// CallStatement runs a statement of the program.
	CallStatement CallKind = "statement"
	// CallTransaction begins or ends a transaction, or is about what state it is
	// in.
	CallTransaction CallKind = "transaction"
	// CallPage is one of those that read a large result in pages.
	CallPage CallKind = "page"
	// CallDescribe asks the database about a statement of the program, to find
	// out how it can be run.
	CallDescribe CallKind = "describe"
	// CallCancel stops a statement of the program that was given up.
	CallCancel CallKind = "cancel"
	// CallAwait asks whether a statement still runs that went on after its timeout.
	CallAwait CallKind = "await"
	// CallOther is anything else, such as a call that was made through the Raw
	// method of an sql.Conn.
	CallOther CallKind = "other"
)

// CallInfo says what is called.
type CallInfo struct {
	// Operation is the operation of the Data API, such as ExecuteStatement.
	Operation string
	Kind      CallKind
	// Statement is the SQL that the call is for, as the program wrote it, without
	// the values of its parameters; what it holds itself, it holds here too. It
	// is empty for an operation without any.
	Statement string
	// Verb is the first word of the statement, such as SELECT, in capitals.
	Verb string
	// Parameters is the number of arguments that go with the statement, and
	// Sets, in a batch, how many times they do.
	Parameters, Sets int
	// TransactionID is the transaction that the call belongs to; empty if there
	// is none. That of a transaction that begins is known at the end.
	TransactionID string
	// Engine, Database and ClusterARN are those of the Config.
	Engine, Database, ClusterARN string
}

// CallResult says what became of a call.
type CallResult struct {
	// Err is nil, or the *Error that the program gets, but for its Position.
	Err      error
	Duration time.Duration
	// Rows is the number of rows in the answer, RowsAffected how many the
	// statement changed. A result that came as JSON is not counted. A row in the answer
	// to a CallPage of PostgreSQL may have several of the result, or a piece of one.
	Rows, RowsAffected int64
	// BytesSent and BytesReceived count the bodies of the requests and answers
	// of all attempts.
	BytesSent, BytesReceived int64
	// Attempts counts the attempts, the first included.
	Attempts int
	// Waited is the part of Duration that was spent between attempts: for a
	// cluster that resumes, an account that is throttled, a network that is
	// away.
	Waited time.Duration
	// RequestID is the id that AWS gave to the last attempt that was answered.
	RequestID string
}

// CallAttempt says what became of one attempt of a call.
type CallAttempt struct {
	// Number counts the attempts from 1.
	Number   int
	Duration time.Duration
	// Status and RequestID are those of the answer; zero if none came.
	Status                   int
	RequestID                string
	BytesSent, BytesReceived int64
	// Err is why the attempt failed, or nil.
	Err error
	// Reason says why the call is not done with in a word or two: resuming,
	// throttled, busy, unreachable, lost, clock skew. It is empty when no other
	// attempt would change anything.
	Reason string
	// Again says that another attempt follows, after Pause.
	Again bool
	Pause time.Duration
}

// Tracers returns a tracer that tells several. Each gets the context that the
// one before it returned; at the end of a call the last one is told first.
func Tracers(tracers ...Tracer) Tracer {
	return tracerList(append([]Tracer(nil), tracers...))
}

type tracerList []Tracer

var _ AttemptTracer = tracerList(nil)

func (l tracerList) CallStart(ctx context.Context, call CallInfo) context.Context {
	for _, t := range l {
		ctx = startCall(ctx, t, call)
	}
	return ctx
}

func (l tracerList) CallAttempt(ctx context.Context, call CallInfo, attempt CallAttempt) {
	for _, t := range l {
		if t, ok := t.(AttemptTracer); ok {
			t.CallAttempt(ctx, call, attempt)
		}
	}
}

func (l tracerList) CallEnd(ctx context.Context, call CallInfo, result CallResult) {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i] != nil {
			l[i].CallEnd(ctx, call, result)
		}
	}
}

// startCall calls CallStart and returns the context that the call goes on with.
func startCall(ctx context.Context, t Tracer, call CallInfo) context.Context {
	if t == nil {
		return ctx
	}
	if derived := t.CallStart(ctx, call); derived != nil {
		return derived
	}
	return ctx
}
