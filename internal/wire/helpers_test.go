package wire_test

import (
	"errors"
	"io"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/google/go-cmp/cmp"
)

// message is a request or an answer, whose two directions have to agree.
type message interface {
	AppendJSON([]byte) []byte
	ParseJSON([]byte) error
}

// messageTypes makes an empty message of every type.
func messageTypes() map[string]func() message {
	return map[string]func() message{
		"ExecuteRequest":   func() message { return new(wire.ExecuteRequest) },
		"ExecuteResponse":  func() message { return new(wire.ExecuteResponse) },
		"BatchRequest":     func() message { return new(wire.BatchRequest) },
		"BatchResponse":    func() message { return new(wire.BatchResponse) },
		"BeginRequest":     func() message { return new(wire.BeginRequest) },
		"BeginResponse":    func() message { return new(wire.BeginResponse) },
		"CommitRequest":    func() message { return new(wire.CommitRequest) },
		"CommitResponse":   func() message { return new(wire.CommitResponse) },
		"RollbackRequest":  func() message { return new(wire.RollbackRequest) },
		"RollbackResponse": func() message { return new(wire.RollbackResponse) },
	}
}

// content is what records hold: rows and how they end.
type content struct {
	Rows [][]wire.Field
	Err  string // without the place in the message, which encoding moves
}

// contentOf reads records through a cursor of its own.
func contentOf(r *wire.Records) *content {
	if r == nil {
		return nil
	}
	c, cursor := new(content), r.Clone()
	for {
		row, err := cursor.Next(nil)
		if err == io.EOF {
			return c
		}
		if err != nil {
			c.Err = err.Error()
			if e := (*wire.JSONError)(nil); errors.As(err, &e) {
				c.Err = e.Member + ": " + e.Msg
			}
			return c
		}
		c.Rows = append(c.Rows, row)
	}
}

// diff compares messages, records by what they hold.
func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.Transformer("contentOf", contentOf))
}

// parse reads a message that has to be right.
func parse[T any, M interface {
	*T
	message
}](t *testing.T, text string) M {
	t.Helper()
	m := M(new(T))
	if err := m.ParseJSON([]byte(text)); err != nil {
		t.Fatalf("parse %.200s: %v", text, err)
	}
	return m
}

func ptr[T any](v T) *T { return &v }
