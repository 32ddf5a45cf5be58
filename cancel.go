package auroradataapi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// A caller who gives a call up gets it back at once, and the service may run the
// statement to its end all the same (F0225). So each statement that can be given
// up begins with a comment by which another call finds and stops it. The comment
// is that of the connection and stays the same, for the sake of whoever keeps
// statements by their text. When a call was given up, the connection gets
// another one, so that to stop its statement late stops nothing else.

const (
	// stopTimeout bounds the stopping of a statement.
	stopTimeout = 4 * time.Second
	// lookAgain is when a statement that was not found running is looked for
	// once more: it may not have begun, and MySQL's have to run for a second
	// first.
	lookAgain = 1200 * time.Millisecond
)

// newTag returns the comment of a connection.
func newTag() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails: crypto/rand
	return dialect.Tag(hex.EncodeToString(id[:]))
}

// tagFor returns the comment that goes in front of a statement. There is none for
// a statement that nobody can give up or has to wait for, and where it would make
// the statement too long (F0011).
func (c *Conn) tagFor(ctx context.Context, l *lane, s sending) string {
	if c.cfg.NoServerCancel || ctx.Done() == nil && !s.runsOn {
		return ""
	}
	statement := s.sql
	room := wire.MaxSQLChars - len(l.tag)
	if len(statement) > room && utf8.RuneCountInString(statement) > room {
		return ""
	}
	return l.tag
}

// giveUp stops the statement of a call that ended for its context, if it can
// be found.
func (c *Conn) giveUp(l *lane, q call) {
	tag := l.tag
	l.tag = newTag()
	c.connector.background.run(func(hurry <-chan struct{}) { c.stop(tag, q, hurry) })
}

// stop stops what runs under a tag. That it fails, for want of a permission
// perhaps, concerns nobody: the service ends the statement in its time. If there
// is hurry, the second look comes at once, but where it would be too early.
func (c *Conn) stop(tag string, q call, hurry <-chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	ctx = c.connector.observe.about(ctx, CallCancel, q)
	how := c.dialect.Cancel(tag)
	if c.stopFound(ctx, how) {
		return
	}
	again := time.NewTimer(lookAgain)
	defer again.Stop()
	if how.Kill != nil {
		hurry = nil
	}
	select {
	case <-again.C:
	case <-hurry:
	case <-ctx.Done():
		return
	}
	c.stopFound(ctx, how)
}

// stopFound reports whether there was something to stop.
func (c *Conn) stopFound(ctx context.Context, how dialect.Cancellation) bool {
	found, err := c.upkeep(ctx, "", how.Find)
	if err != nil {
		return false
	}
	defer found.Records.Close()
	stopped := false
	for {
		row, err := found.Records.Next(nil)
		if err != nil || len(row) == 0 {
			return stopped
		}
		stopped = true
		if how.Kill != nil {
			_, _ = c.upkeep(ctx, "", how.Kill(row[0].Long()))
		}
	}
}

// upkeep runs a statement of the driver's own, in a transaction whose turn the
// caller has, or in whatever session.
func (c *Conn) upkeep(ctx context.Context, transaction, statement string) (*wire.ExecuteResponse, error) {
	return c.api.ExecuteStatement(ctx, &wire.ExecuteRequest{
		ResourceARN:   c.cfg.ClusterARN,
		SecretARN:     c.cfg.SecretARN,
		Database:      c.cfg.Database,
		SQL:           statement,
		TransactionID: transaction,
	})
}
