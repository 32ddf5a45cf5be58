package auroradataapi_test

import (
	"database/sql"
	"flag"
	"fmt"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// openExample stands in the examples for
//
//	db, err := sql.Open("auroradataapi", "postgresql+auroradataapi://:@/mydb?…")
//
// It returns a handle on a database of the example's own, and what is to be
// called in the end. change, if not nil, changes the configuration.
func openExample(change func(*auroradataapi.Config), opts ...dataapitest.Option) (db *sql.DB, done func()) {
	t := &exampleT{}
	cfg := dataapitest.New(t, opts...).Config()
	if change != nil {
		change(cfg)
	}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	db = sql.OpenDB(connector)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db, t.end
}

// exampleT is what an example has in place of a testing.T: a failure ends the
// test binary with its text.
type exampleT struct {
	testing.TB
	cleanups []func()
}

func (t *exampleT) Helper()                   {}
func (t *exampleT) Log(...any)                {}
func (t *exampleT) Logf(string, ...any)       {}
func (t *exampleT) Cleanup(f func())          { t.cleanups = append(t.cleanups, f) }
func (t *exampleT) Errorf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (t *exampleT) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (t *exampleT) Skipf(f string, a ...any)  { panic(fmt.Sprintf(f, a...)) }

func (t *exampleT) end() {
	for len(t.cleanups) > 0 {
		last := len(t.cleanups) - 1
		f := t.cleanups[last]
		t.cleanups = t.cleanups[:last]
		f()
	}
}

// TestExamplesHaveADatabase is skipped where there is none, and has the examples
// skipped too, which cannot say so themselves.
func TestExamplesHaveADatabase(t *testing.T) {
	defer func() {
		if t.Skipped() {
			if err := flag.Set("test.skip", "^Example"); err != nil {
				t.Error(err)
			}
		}
	}()
	dataapitest.New(t)
}
