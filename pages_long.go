package auroradataapi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

const (
	// longValue is the size from which a value of a long row is read in pieces;
	// shorter ones are read as they are, up to longValues together. What the
	// database counts in octets may be three times as many in UTF-8.
	longValue  = 100_000
	longValues = 300_000
	// errDuplicateColumn is the number of the error for a query in parentheses
	// that has two columns of a name.
	errDuplicateColumn = 1060
)

// fetchLong reads a row that is too large for an answer: the values that are not
// long, and those that are in pieces.
func (p *keyPages) fetchLong(ctx context.Context) (*fieldPage, error) {
	if err := p.describe(ctx); err != nil {
		return nil, err
	}
	labels := make([]string, len(p.columns))
	for i, c := range p.columns {
		labels[i] = c.Label
	}
	if err := p.nameable(labels); err != nil {
		return nil, err
	}
	behind, offset, parameters := p.place()
	sizes, err := p.fetchRow(ctx, p.scan.Sizes(behind, offset, labels), parameters)
	if isDuplicate(err) {
		return nil, obstacle{errors.New("a row is larger than the service returns, and two of its columns have the same name; give them different ones with AS")}
	}
	if err != nil {
		return nil, err
	}
	if len(sizes) != 2*len(labels)+p.scan.KeyColumns() {
		return nil, errorf("the service sent %d sizes for %d columns", len(sizes), len(labels))
	}
	if err := p.moveTo(sizes[2*len(labels):], true); err != nil {
		return nil, err
	}
	row := make([]wire.Field, len(labels))
	if err := p.readShort(ctx, row, sizes, labels); err != nil {
		return nil, err
	}
	for i, label := range labels {
		if octets := sizes[2*i].Long(); octets > longValue {
			if row[i], err = p.readPieces(ctx, label, octets, sizes[2*i+1].Long()); err != nil {
				return nil, err
			}
			if t := p.conn.dialect.TypeByName(p.columns[i].TypeName); t != nil && t.Form == dialect.JSON && row[i].Kind() == wire.KindString {
				row[i] = wire.String(dialect.CompactJSON(row[i].Str())) // as one that is not long (F0248)
			}
		}
	}
	page := &fieldPage{width: len(labels)}
	page.add(row)
	return page, nil
}

// nameable returns an error if the service takes a part of a column's name for a parameter.
func (p *keyPages) nameable(labels []string) error {
	for _, label := range labels {
		if name := p.conn.dialect.NamesPlaceholder(label); name != "" {
			return obstacle{fmt.Errorf("the service takes %s in `%s`, the name of one of its columns, for a parameter", name, label)}
		}
	}
	return nil
}

func isDuplicate(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Number == errDuplicateColumn
}

// readShort reads the values of a row that are not long.
func (p *keyPages) readShort(ctx context.Context, row, sizes []wire.Field, labels []string) error {
	for at := 0; at < len(row); {
		var some []string
		var places []int
		for sum := int64(0); at < len(row) && sum <= longValues-longValue; at++ {
			if octets := sizes[2*at].Long(); octets <= longValue {
				sum += octets
				some, places = append(some, labels[at]), append(places, at)
			}
		}
		if len(some) == 0 {
			continue
		}
		values, err := p.fetchRow(ctx, p.scan.Values(some), p.withKey())
		if err != nil {
			return err
		}
		if len(values) != len(some) {
			return errorf("the service sent %d values for %d columns", len(values), len(some))
		}
		for i, place := range places {
			row[place] = values[i]
		}
	}
	return nil
}

// readPieces reads a long value, of so many octets and characters.
func (p *keyPages) readPieces(ctx context.Context, label string, octets, chars int64) (wire.Field, error) {
	var text strings.Builder
	var blob []byte
	kind := wire.KindAbsent
	n := int(max(maxPageBytes*chars/octets, 1))
	for at := 0; int64(at) < chars; {
		piece, err := p.fetchRow(ctx, p.scan.Piece(label, at, n), p.withKey())
		switch {
		case errors.Is(err, ErrResultTooLarge) && n > 1:
			n /= 2
			continue
		case err != nil:
			return wire.Field{}, err
		case len(piece) != 1, at > 0 && piece[0].Kind() != kind:
			return wire.Field{}, errorf("the service sent what is no piece of a value")
		}
		switch kind = piece[0].Kind(); kind {
		case wire.KindString:
			text.WriteString(piece[0].Str())
		case wire.KindBlob:
			blob = append(blob, piece[0].Blob()...)
		default:
			return wire.Field{}, errorf("the service sent what is no piece of a value")
		}
		at += n
	}
	if kind == wire.KindBlob {
		if int64(len(blob)) != octets {
			return wire.Field{}, errorf("column %q: %d bytes were read of %d", label, len(blob), octets)
		}
		return wire.Blob(blob), nil
	}
	s := text.String()
	if read := int64(utf8.RuneCountInString(s)); read != chars {
		return wire.Field{}, errorf("column %q: %d characters were read of %d", label, read, chars)
	}
	return wire.String(s), nil
}

// fetchRow reads the one row that a statement returns.
func (p *keyPages) fetchRow(ctx context.Context, sql string, parameters []wire.Parameter) ([]wire.Field, error) {
	resp, err := p.fetchSQL(ctx, sql, parameters)
	if err != nil {
		return nil, err
	}
	defer resp.Records.Close()
	row, err := resp.Records.Next(nil)
	if err != nil {
		return nil, errorf("a row that is read in pieces is not there any more: %w", err)
	}
	return row, nil
}
