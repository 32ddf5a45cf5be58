package auroradataapi

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// Array is an array of PostgreSQL. As an argument it is the same as the slice:
// slices in it are further dimensions, nil is NULL, and the Go type of the elements
// is the type of the array, unless PostgreSQL says which one it expects. As a destination it reads the arrays of a result:
//
//	var tags auroradataapi.Array[string]
//	err := row.Scan(&tags)
//
// Elements that may be NULL need Array[*string] or Array[sql.Null[string]], and
// an array of two dimensions Array[[]string].
type Array[T any] []T

var (
	_ driver.Valuer = Array[string]{}
	_ sql.Scanner   = (*Array[string])(nil)
	_ list          = Array[string]{}
)

func (a Array[T]) list() {}

// Value returns the array in PostgreSQL's text form, such as {1,NULL,"a b"}.
func (a Array[T]) Value() (driver.Value, error) {
	sent, err := encodeArray(dialect.PostgreSQL, a)
	if err != nil {
		return nil, errorf("%w", err)
	}
	if a == nil {
		return nil, nil
	}
	return sent.value.Str(), nil
}

// Scan reads an array in PostgreSQL's text form. NULL makes it nil.
func (a *Array[T]) Scan(src any) error {
	text, null, err := scanText("an array", src)
	if err != nil {
		return err
	}
	if null {
		*a = nil
		return nil
	}
	parsed, err := parseArray(text)
	if err != nil {
		return errorf("%w", err)
	}
	into := reflect.New(reflect.TypeFor[Array[T]]()).Elem()
	if _, err := parsed.fill(into, 0, 0); err != nil {
		return errorf("%w", err)
	}
	*a = into.Interface().(Array[T])
	return nil
}

// arrayText is an array that was read from its text.
type arrayText struct {
	dims  []int
	elems []elementOfText
}

type elementOfText struct {
	text string
	null bool
}

// parseArray reads PostgreSQL's text form of an array. Bounds that do not start
// at 1, which stand before it as in [0:1]={1,2}, have no meaning for a slice.
func parseArray(text string) (*arrayText, error) {
	if strings.HasPrefix(text, "[") {
		_, behind, ok := strings.Cut(text, "]=")
		if !ok {
			return nil, errors.New("the text is not an array: there is no = behind its bounds")
		}
		text = behind
	}
	p := arrayParser{text: text}
	p.space()
	if err := p.dimension(0); err != nil {
		return nil, fmt.Errorf("the text is not an array: %w at byte %d", err, p.at)
	}
	p.space()
	if p.at != len(text) {
		return nil, fmt.Errorf("the text is not an array: there is something behind it at byte %d", p.at)
	}
	if len(p.elems) == 0 {
		p.dims = []int{0}
	}
	return &p.arrayText, nil
}

type arrayParser struct {
	arrayText
	text string
	at   int
	leaf int // one more than the depth of the elements, once there is one
}

func (p *arrayParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\n\v\f\r", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *arrayParser) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// dimension reads {…}.
func (p *arrayParser) dimension(depth int) error {
	switch {
	case depth == maxDims:
		return fmt.Errorf("more than %d dimensions", maxDims)
	case !p.take('{'):
		return errors.New("no {")
	}
	n := 0
	for p.space(); !p.take('}'); n++ {
		if n > 0 {
			if !p.take(',') {
				return errors.New("neither , nor }")
			}
			p.space()
		}
		if err := p.element(depth); err != nil {
			return err
		}
		p.space()
	}
	for len(p.dims) <= depth {
		p.dims = append(p.dims, -1)
	}
	if p.dims[depth] >= 0 && p.dims[depth] != n {
		return errors.New("rows of unequal length")
	}
	p.dims[depth] = n
	return nil
}

func (p *arrayParser) element(depth int) error {
	nested := p.at < len(p.text) && p.text[p.at] == '{'
	if p.leaf == 0 && !nested {
		p.leaf = depth + 1
	} else if p.leaf != 0 && nested == (p.leaf == depth+1) {
		return errors.New("single values and arrays side by side")
	}
	if nested {
		return p.dimension(depth + 1)
	}
	e, err := p.leafText()
	p.elems = append(p.elems, e)
	return err
}

func (p *arrayParser) leafText() (e elementOfText, err error) {
	var b strings.Builder
	if p.take('"') {
		for p.at < len(p.text) {
			c := p.text[p.at]
			p.at++
			switch {
			case c == '"':
				return elementOfText{text: b.String()}, nil
			case c == '\\' && p.at < len(p.text):
				c = p.text[p.at]
				p.at++
			}
			b.WriteByte(c)
		}
		return e, errors.New("a quote that does not end")
	}
	start, escaped, blanks := p.at, false, 0
	for p.at < len(p.text) && strings.IndexByte(`{},"`, p.text[p.at]) < 0 {
		c := p.text[p.at]
		p.at++
		blanks++
		if strings.IndexByte(" \t\n\v\f\r", c) < 0 {
			blanks = 0
		}
		if c == '\\' && p.at < len(p.text) {
			c = p.text[p.at]
			p.at++
			escaped = true
		}
		b.WriteByte(c)
	}
	text := b.String()[:b.Len()-blanks]
	switch {
	case p.at == start || text == "" && !escaped:
		return e, errors.New("no element")
	case !escaped && strings.EqualFold(text, "NULL"):
		return elementOfText{null: true}, nil
	}
	return elementOfText{text: text}, nil
}
