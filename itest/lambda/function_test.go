//go:build unix

package lambda

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// asFunction is set in the environment of the child process, which is the
// function: this test binary once more. Its value is the data source name.
const asFunction = "AURORADATAAPI_TEST_FUNCTION"

func TestMain(m *testing.M) {
	dsn := os.Getenv(asFunction)
	if dsn == "" {
		dataapitest.Main(m)
		return
	}
	if err := serve(dsn, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// invocation is what the function is asked for.
type invocation struct {
	Do        string // begin or commit; or else
	SQL       string
	TimeoutMS int
}

// outcome is what the function answers: the first column of the first row, and
// what a handler can tell of an error.
type outcome struct {
	Value   string
	Err     string
	Unknown bool // whether it was executed
	Gone    bool // the transaction
	Safe    bool // to try again
}

// function is a handler with what it keeps between invocations.
type function struct {
	db *sql.DB
	tx *sql.Tx
}

// serve answers invocations, one after the other, until there are no more.
func serve(dsn string, in io.Reader, out io.Writer) error {
	db, err := sql.Open(auroradataapi.DriverName, dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	f := &function{db: db}
	invocations, outcomes := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var i invocation
		if err := invocations.Decode(&i); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := outcomes.Encode(f.handle(i)); err != nil {
			return err
		}
	}
}

func (f *function) handle(i invocation) outcome {
	ctx := context.Background()
	if i.TimeoutMS > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(i.TimeoutMS)*time.Millisecond)
		defer cancel()
	}
	value, err := f.do(ctx, i)
	o := outcome{Value: value}
	if err != nil {
		var e *auroradataapi.Error
		o.Err, o.Safe = err.Error(), errors.As(err, &e) && e.SafeToRetry()
		o.Unknown = errors.Is(err, auroradataapi.ErrOutcomeUnknown)
		o.Gone = errors.Is(err, auroradataapi.ErrTransactionNotFound)
	}
	return o
}

func (f *function) do(ctx context.Context, i invocation) (value string, err error) {
	switch i.Do {
	case "begin":
		f.tx, err = f.db.Begin()
		return "", err
	case "commit":
		tx := f.tx
		f.tx = nil
		return "", tx.Commit()
	}
	query := f.db.QueryRowContext
	if f.tx != nil {
		query = f.tx.QueryRowContext
	}
	err = query(ctx, i.SQL).Scan(&value)
	return value, err
}
