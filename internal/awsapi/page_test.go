package awsapi

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

var update = flag.Bool("update", false, "rewrite the generated parts of docs/retries.md")

const page = "../../docs/retries.md"

// known says in the words of the page what is known after an attempt.
var known = [outcomes]string{
	done:      "it was executed",
	refused:   "the database, the service or AWS refused it",
	failed:    "nothing was sent, and it would fail again: no credentials, a bad certificate, the context is over",
	skewed:    "it was refused for this machine's clock, for which the SDK has made up since",
	resuming:  "the cluster was paused and is waking up: DatabaseResumingException",
	throttled: "there are too many calls: ThrottlingException, `Rate exceeded`, status 429",
	busy:      "the transaction still runs another call",
	unsent:    "no connection, or it broke before all was sent",
	unknown:   "no answer, half of one, status 408 or 500 and above, `Database returned SQL Exception`",
	overran:   "it ran into the service's time limit: StatementTimeoutException",
}

// columns are the calls that the policy tells apart.
var columns = []struct {
	title string
	rule  wire.Operation
}{
	{"Execute", wire.ExecuteStatement},
	{"Batch", wire.BatchExecuteStatement},
	{"repeatable", repeatableStatement},
	{"Begin", wire.BeginTransaction},
	{"Commit", wire.CommitTransaction},
	{"Rollback", wire.RollbackTransaction},
}

// policyTable writes the policy as the retry loop applies it.
func policyTable() string {
	var b strings.Builder
	b.WriteString("| After an attempt |")
	for _, c := range columns {
		b.WriteString(" " + c.title + " |")
	}
	b.WriteString(" Error |\n|---|" + strings.Repeat("---|", len(columns)) + "---|\n")
	for out := done + 1; out < outcomes; out++ {
		b.WriteString("| " + known[out] + " |")
		for _, c := range columns {
			b.WriteString(" " + times(attempts[out][c.rule]) + " |")
		}
		b.WriteString(" " + says(out) + " |\n")
	}
	return b.String()
}

func times(n int) string {
	switch n {
	case once:
		return "once"
	case twice:
		return "twice"
	case math.MaxInt:
		return "while there is time"
	default:
		return fmt.Sprint(n, " times")
	}
}

// says tells the error of a call whose attempts all came to the same.
func says(out outcome) string {
	p := &progress{op: wire.ExecuteStatement}
	p.seen[out]++
	err := p.conclude(out, new(exchange), errors.New("no"))
	var safe interface{ SafeToRetry() bool }
	var lost *OutcomeUnknownError
	switch {
	case errors.As(err, &lost):
		return "`ErrOutcomeUnknown`"
	case errors.As(err, &safe) && safe.SafeToRetry():
		return "`SafeToRetry()`"
	default:
		return "the answer"
	}
}

func timeText() string {
	return fmt.Sprintf("Until the deadline of the context. A call without one has `Config.RetryBudget`, %v by\n"+
		"default, to begin its last attempt. A negative budget means that each call is tried\n"+
		"once, but for a rollback that waits for a statement. Pauses double from %v to\n"+
		"%v, and each is cut by a random part of up to half. An attempt may take %v,\n"+
		"which is more than the service lets a statement run.\n",
		DefaultRetryBudget, firstPause, longestPause, DefaultAttemptTimeout)
}

// TestRetryPage keeps the contract that is written in docs/retries.md equal to
// the policy.
func TestRetryPage(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for name, part := range map[string]string{"policy": policyTable(), "time": timeText()} {
		begin, end := "<!-- "+name+": generated from internal/awsapi by TestRetryPage -->\n", "<!-- end of "+name+" -->"
		before, rest, ok := strings.Cut(want, begin)
		_, after, ok2 := strings.Cut(rest, end)
		if !ok || !ok2 {
			t.Fatalf("%s has lost the place of its part %q", page, name)
		}
		want = before + begin + part + end + after
	}
	switch {
	case want == string(text):
	case !*update:
		t.Fatal("docs/retries.md does not say what the policy is; run go test ./internal/awsapi -run TestRetryPage -update")
	default:
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
