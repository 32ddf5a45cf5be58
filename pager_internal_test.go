package auroradataapi

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// fakePages are pages whose rows cannot be read from some page on.
type fakePages struct {
	pages, bad, at int
	kept           bool
	ends           []ending
}

func (p *fakePages) open(context.Context) ([]wire.ColumnMetadata, error) {
	return []wire.ColumnMetadata{{Label: "n", TypeName: "int8"}}, nil
}

func (p *fakePages) next(context.Context) (content, bool, error) {
	p.at++
	return &fakeContent{rows: 2, bad: p.at >= p.bad}, p.at == p.pages, nil
}

func (p *fakePages) end(_ context.Context, e ending) error {
	p.ends = append(p.ends, e)
	p.kept = e != endFailed
	return nil
}

func (p *fakePages) cancellable() bool { return false }
func (p *fakePages) applied() bool     { return p.kept }
func (p *fakePages) undoes() bool      { return false }

type fakeContent struct {
	rows int
	bad  bool
}

func (c *fakeContent) read(r *rows, dest []driver.Value) error {
	if c.rows--; c.rows < 0 {
		return io.EOF
	}
	if c.bad && c.rows == 0 {
		return errors.New("no such value")
	}
	r.read++
	dest[0] = int64(r.read)
	return nil
}

// TestUnreadableRow has a row that cannot be read stand in front of the end of the
// statement's transaction, or behind it: what the error says of the changes has to
// be what becomes of them.
func TestUnreadableRow(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages fakePages
		rows  int
		want  bool
	}{
		{"on the only page", fakePages{pages: 1, bad: 1}, 1, true},
		{"on the last page", fakePages{pages: 2, bad: 2}, 3, true},
		{"in front of the last page, which is under way", fakePages{pages: 2, bad: 1}, 1, true},
		{"in front of several", fakePages{pages: 9, bad: 1}, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &tt.pages
			r, err := newPager(t.Context(), dialect.PostgreSQL, time.UTC, p, true)
			if err != nil {
				t.Fatal(err)
			}
			dest := make([]driver.Value, 1)
			for err == nil {
				err = r.Next(dest)
			}
			var e *IncompleteError
			if !errors.As(err, &e) || e.Rows != tt.rows || e.Applied != tt.want {
				t.Errorf("got %v, want one that says Rows: %d, Applied: %v", err, tt.rows, tt.want)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if len(p.ends) != 1 || p.kept != tt.want {
				t.Errorf("the pages were ended by %v", p.ends)
			}
		})
	}
}

// TestKeptValue keeps a short value of a long row, and one of a long text that has many
// rows, which must not keep the others.
func TestKeptValue(t *testing.T) {
	for _, text := range []string{"(kept," + strings.Repeat("x", 1<<20) + ")", strings.Repeat("(xxxx,xxxx)", 1<<18) + "(kept,)"} {
		r := newRows(dialect.PostgreSQL, time.UTC, &wire.ExecuteResponse{ColumnMetadata: []wire.ColumnMetadata{{TypeName: "text"}, {TypeName: "text"}}})
		dest := make([]driver.Value, 2)
		p := &textPage{texts: []string{text}, long: new(longText), count: new(atomic.Int64)}
		for dest[0] != "kept" {
			if err := p.read(r, dest); err != nil {
				t.Fatalf("got %.20q, %v", dest, err)
			}
		}
		begin := uintptr(unsafe.Pointer(unsafe.StringData(text)))
		if at := uintptr(unsafe.Pointer(unsafe.StringData(dest[0].(string)))); at >= begin && at < begin+uintptr(len(text)) {
			t.Errorf("a value of four bytes keeps a text of %d", len(text))
		}
	}
}
