// Package river has a queue of jobs in the database that is reached over the Data
// API, with River and its driver for database/sql. It polls, as there is no session
// to listen in.
package river

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

// Mail is a job.
type Mail struct {
	To string `json:"to"`
}

// Kind names the kind of job.
func (Mail) Kind() string { return "mail" }

// mailer works the jobs.
type mailer struct {
	river.WorkerDefaults[Mail]
	send func(ctx context.Context, to string) error
}

// Work works one job.
func (m *mailer) Work(ctx context.Context, job *river.Job[Mail]) error {
	return m.send(ctx, job.Args.To)
}

// Migrate makes River's tables.
func Migrate(ctx context.Context, db *sql.DB) (*rivermigrate.MigrateResult, error) {
	m, err := rivermigrate.New(riverdatabasesql.New(db), nil)
	if err != nil {
		return nil, err
	}
	return m.Migrate(ctx, rivermigrate.DirectionUp, nil)
}

// New returns a client that sends mails.
func New(db *sql.DB, logger *slog.Logger, poll time.Duration, send func(ctx context.Context, to string) error) (*river.Client[*sql.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &mailer{send: send})
	return river.NewClient(riverdatabasesql.New(db), &river.Config{
		PollOnly:          true,
		FetchPollInterval: poll,
		Logger:            logger,
		Queues:            map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}},
		Workers:           workers,
	})
}
