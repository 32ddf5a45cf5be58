package river

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("River")

func TestMain(m *testing.M) { page.Main(m) }

// open returns a handle for River: its migrations have several statements a text,
// and its inserts return a column of bits, see TestReturning.
func open(t *testing.T, srv *dataapitest.Server, change ...func(*auroradataapi.Config)) *sql.DB {
	t.Helper()
	cfg := srv.Config()
	cfg.MultiStatements = auroradataapi.MultiStatementsOn
	cfg.Paging = auroradataapi.PagingAlways
	for _, c := range change {
		c(cfg)
	}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// logger returns what River logs to. An error in there fails the test.
func logger(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(failing{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// failing is a log of a test that fails for errors in it.
type failing struct{ t *testing.T }

func (f failing) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("level=ERROR")) {
		f.t.Errorf("River logs %s", line)
	}
	return f.t.Output().Write(line)
}

func TestMigrate(t *testing.T) {
	page.Works(t, "`rivermigrate`, with `multi_statements=true`", func(t *testing.T, srv *dataapitest.Server) {
		r, err := Migrate(t.Context(), open(t, srv))
		if err != nil || len(r.Versions) < 6 {
			t.Errorf("%+v, %v", r, err)
		}
	}, toolpage.PostgreSQL)
}

func TestWork(t *testing.T) {
	page.Works(t, "`Insert`, `InsertTx`, jobs worked, retried and completed, `PollOnly`", func(t *testing.T, srv *dataapitest.Server) {
		db := open(t, srv)
		if _, err := Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		sent := make(chan string, 10)
		client, err := New(db, logger(t), 100*time.Millisecond, func(_ context.Context, to string) error {
			sent <- to
			if to == "nobody" {
				return river.JobCancel(errors.New("there is nobody"))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		events, stop := client.Subscribe(river.EventKindJobCompleted, river.EventKindJobCancelled)
		defer stop()
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if _, err := client.InsertTx(t.Context(), tx, Mail{"ann"}, nil); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		job, err := client.Insert(t.Context(), Mail{"nobody"}, &river.InsertOpts{Tags: []string{"late"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer func() {
			ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
			defer cancel()
			if err := client.StopAndCancel(ctx); err != nil {
				t.Error(err)
			}
		}()
		for range 2 {
			select {
			case <-events:
			case <-time.After(20 * time.Second):
				t.Fatalf("after 20 seconds %d jobs were sent", len(sent))
			}
		}
		got, err := client.JobGet(t.Context(), job.Job.ID)
		if err != nil || got.State != rivertype.JobStateCancelled || len(got.Tags) != 1 || len(got.Errors) != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	}, toolpage.PostgreSQL)
}

// TestReturning has the insert of a job be read the plain way. The service does not
// return bits, and says so when the job is there already.
func TestReturning(t *testing.T) {
	page.Limit(t, "`Insert` without `paging=always`, the first time", "The result contains the unsupported data type BIT.", func(t *testing.T, srv *dataapitest.Server) error {
		db := open(t, srv, func(cfg *auroradataapi.Config) { cfg.Paging = auroradataapi.PagingAuto })
		if _, err := Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		client, err := New(db, logger(t), time.Second, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Insert(t.Context(), Mail{"ann"}, nil)
		var incomplete *auroradataapi.IncompleteError
		if !errors.As(err, &incomplete) || !incomplete.Applied {
			t.Errorf("the error is %v", err)
		}
		return err
	}, toolpage.PostgreSQL)
}
