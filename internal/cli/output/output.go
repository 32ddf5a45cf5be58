// Package output prints the rows of a result, one format a file.
//
// Formats are of two families. Table, expanded and markdown are for people:
// they show control characters escaped, so that no value can drive a terminal,
// and NULL as a text of the caller's choice. Csv, tsv, json and jsonl are for
// machines: they keep every value exact and tell NULL from the empty string.
//
// All of them stream. Only the table looks ahead, at a bounded number of rows.
package output

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Writer prints results: for each one Begin, a Row for each row, and End.
// A writer prints any number of results one after the other. After an error
// it is not to be used again, and what it printed so far is incomplete.
type Writer interface {
	// Begin starts a result of the given columns.
	Begin(columns []Column) error
	// Row prints one row. Values are of the types of a driver.Value. The slice
	// and its bytes are not kept.
	Row(values []any) error
	// End finishes the result. It does not flush the io.Writer below.
	End() error
}

// Column describes a column of a result.
type Column struct {
	// Name is the column's label; names may repeat.
	Name string
	// Type is the database's name of the type in upper case, as
	// sql.ColumnType.DatabaseTypeName returns it; empty if it is not known.
	Type string
}

// Format names a way to print a result.
type Format string

// The formats.
const (
	Auto     Format = "auto" // Table on a terminal, TSV elsewhere
	Table    Format = "table"
	Expanded Format = "expanded"
	CSV      Format = "csv"
	TSV      Format = "tsv"
	JSON     Format = "json"
	JSONL    Format = "jsonl"
	Markdown Format = "markdown"
)

var formats = []Format{Auto, Table, Expanded, CSV, TSV, JSON, JSONL, Markdown}

// Names returns the names of all formats, in the order to list them in.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	return names
}

// ParseFormat returns the format of the given name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(formats, f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown format %q: use one of %s", name, strings.Join(Names(), ", "))
}

// ShowsNull reports whether the format prints NULL as Options.Null.
func (f Format) ShowsNull() bool {
	return f == Auto || f == Table || f == Expanded || f == Markdown
}

// ShowsNoColumns reports whether the format has a way to print a result
// without columns.
func (f Format) ShowsNoColumns() bool { return f == JSON || f == JSONL }

// Options says how to print. The zero value is for a pipe.
type Options struct {
	Format Format
	// Null is what table, expanded and markdown print for NULL.
	Null string
	// NoHeader leaves out the column names of table, csv and tsv, and the
	// table's footer.
	NoHeader bool
	// Terminal says that a person reads along on a terminal: Auto is then
	// Table, and a table is cut to Width.
	Terminal bool
	// Width is the terminal's width in cells; zero is unknown, without limit.
	Width int
	// Color allows escape sequences, which set NULL apart from text.
	Color bool
}

// New returns a writer that prints to w, to which it makes many small writes.
func New(w io.Writer, opt Options) (Writer, error) {
	p := printer{w: w}
	switch opt.Format {
	case Auto, "":
		if opt.Terminal {
			opt.Format = Table
		} else {
			opt.Format = TSV
		}
		return New(w, opt)
	case Table:
		return &table{printer: p, opt: opt}, nil
	case Expanded:
		return &expanded{printer: p, opt: opt}, nil
	case CSV:
		return &csvWriter{printer: p, noHeader: opt.NoHeader}, nil
	case TSV:
		return &tsvWriter{printer: p, noHeader: opt.NoHeader}, nil
	case JSON:
		return &jsonWriter{printer: p, array: true}, nil
	case JSONL:
		return &jsonWriter{printer: p}, nil
	case Markdown:
		return &markdown{printer: p, null: opt.Null}, nil
	default:
		return nil, fmt.Errorf("unknown format %q", opt.Format)
	}
}

// printer is what the formats share: where to print, the columns of the
// current result and a buffer for one line.
type printer struct {
	w       io.Writer
	columns []Column
	classes []class
	results int // results begun
	line    []byte
}

func (p *printer) begin(columns []Column) {
	p.results++
	p.columns = columns
	p.classes = p.classes[:0]
	for _, c := range columns {
		p.classes = append(p.classes, classOf(c.Type))
	}
}

// check refuses a row that does not fit the columns.
func (p *printer) check(values []any) error {
	if len(values) != len(p.columns) {
		return fmt.Errorf("a row of %d values for %d columns", len(values), len(p.columns))
	}
	return nil
}

// appendValue appends a value that is not NULL as text.
func (p *printer) appendValue(dst []byte, i int, v any) ([]byte, error) {
	dst, err := appendText(dst, v, p.classes[i])
	if err != nil {
		return dst, fmt.Errorf("column %q: %w", p.columns[i].Name, err)
	}
	return dst, nil
}

// flushLine prints the line buffer and empties it.
func (p *printer) flushLine() error {
	_, err := p.w.Write(p.line)
	p.line = p.line[:0]
	return err
}
