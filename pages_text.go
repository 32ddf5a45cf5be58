package auroradataapi

import (
	"database/sql/driver"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"sync/atomic"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// textPage is a page of the texts that dialect.Cursor describes.
type textPage struct {
	texts []string
	text  string // what is left of the one that is being read
	whole int    // its length
	last  bool
	long  *longText
	count *atomic.Int64 // of rows; each text was counted as one
}

// longText is a row whose pieces may be on several pages.
type longText struct {
	pieces []byte // so far
	fields []dialect.RowField
}

// pageTexts returns the texts of a page.
func pageTexts(records *wire.Records) ([]string, error) {
	defer records.Close()
	var texts []string
	var fields []wire.Field
	for {
		var err error
		switch fields, err = records.Next(fields); {
		case err == io.EOF:
			return texts, nil
		case err != nil:
			return nil, errorf("a page of the result: %w", err)
		case len(fields) != 1 || fields[0].Kind() != wire.KindString:
			return nil, errorf("the service sent what is no page of a result")
		}
		texts = append(texts, fields[0].Str())
	}
}

// read reads the next row.
func (p *textPage) read(r *rows, dest []driver.Value) error {
	more := p.text != ""
	if !more {
		var err error
		if p.text, err = p.rows(); err != nil {
			return err
		}
		p.whole = len(p.text)
	}
	if err := p.decode(r, dest); err != nil {
		return err
	}
	if more {
		p.count.Add(1)
	}
	return nil
}

// rows returns the text of the next row, put together from its pieces, or of several.
func (p *textPage) rows() (string, error) {
	for len(p.texts) > 0 {
		text := p.texts[0]
		p.texts = p.texts[1:]
		if text == "" {
			return "", errors.New("the service sent an empty row")
		}
		switch mark := text[0]; mark {
		case dialect.PieceFirst, dialect.PieceMore, dialect.PieceLast:
			if mark == dialect.PieceFirst != (p.long.pieces == nil) {
				return "", errPiece
			}
			piece, err := base64.StdEncoding.DecodeString(text[1:])
			if err != nil {
				return "", errors.New("a piece of a row is not base64")
			}
			p.long.pieces = append(p.long.pieces, piece...)
			if mark != dialect.PieceLast {
				continue
			}
			text, p.long.pieces = string(p.long.pieces), nil
		default:
			if p.long.pieces != nil {
				return "", errPiece
			}
		}
		return text, nil
	}
	if p.last && p.long.pieces != nil {
		return "", errors.New("the result ends within a row")
	}
	return "", io.EOF
}

// errPiece is a row of which a piece is missing.
var errPiece = errors.New("a piece of a row is missing, as after a ROLLBACK TO SAVEPOINT while rows are read; read them to their end before")

// keptBytes is what a value may keep in memory besides itself: the text of its row and
// of others, of which it is a part.
const keptBytes = 4 << 10

// decode reads the first row of the text into dest.
func (p *textPage) decode(r *rows, dest []driver.Value) error {
	text := p.text
	if behind, empty := strings.CutPrefix(text, "()"); empty && len(dest) == 0 {
		p.text = behind
		r.read++
		return nil
	}
	fields, behind, err := dialect.ParseRow(text, p.long.fields)
	p.long.fields, p.text = fields, behind
	if err != nil {
		return errorf("row %d: %w", r.read+1, err)
	}
	if len(fields) != len(dest) {
		return errorf("row %d has %d values for %d columns", r.read+1, len(fields), len(dest))
	}
	for i, f := range fields {
		if f.Null {
			dest[i] = nil
			continue
		}
		if dest[i], err = r.columns[i].decodePlain(f.Text); err != nil {
			return errorf("row %d, column %q: %w", r.read+1, r.columns[i].meta.Label, err)
		}
		if s, ok := dest[i].(string); ok && p.whole-len(s) > keptBytes {
			dest[i] = strings.Clone(s)
		}
	}
	r.read++
	return nil
}
