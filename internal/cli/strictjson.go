package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// strictJSON reads JSON written by hand: every member has to be known, of the
// right kind and there once, and what is wrong is told with its line.
type strictJSON struct {
	name string // of the file
	text []byte
	dec  *json.Decoder
}

func newStrictJSON(name string, text []byte) *strictJSON {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return &strictJSON{name: name, text: text, dec: dec}
}

// errorf returns an error at the line of what was read last.
func (s *strictJSON) errorf(format string, args ...any) error {
	return s.errorAt(s.dec.InputOffset(), format, args...)
}

func (s *strictJSON) errorAt(offset int64, format string, args ...any) error {
	offset = min(max(offset, 0), int64(len(s.text)))
	line := 1 + bytes.Count(s.text[:offset], []byte("\n"))
	return fmt.Errorf("%s:%d: %s", s.name, line, fmt.Sprintf(format, args...))
}

// token returns the next token.
func (s *strictJSON) token() (json.Token, error) {
	t, err := s.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return t, nil
	case errors.As(err, &syntax):
		return nil, s.errorAt(syntax.Offset, "not JSON: %v", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, s.errorAt(int64(len(s.text)), "not JSON: it ends too early")
	default:
		return nil, s.errorf("not JSON: %v", err)
	}
}

// delim reads a bracket.
func (s *strictJSON) delim(want json.Delim, kind string) error {
	t, err := s.token()
	if err == nil && t != want {
		err = s.errorf("want %s here", kind)
	}
	return err
}

// object reads an object, each of whose members is read by its function.
func (s *strictJSON) object(members map[string]func() error) error {
	if err := s.delim('{', "an object"); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for s.dec.More() {
		t, err := s.token()
		if err != nil {
			return err
		}
		name, _ := t.(string) // a key, or the token would be an error
		read, known := members[name]
		switch {
		case !known:
			return s.errorf("%q is not known here; there are %s", name, strings.Join(slices.Sorted(maps.Keys(members)), ", "))
		case seen[name]:
			return s.errorf("%q is there twice", name)
		}
		seen[name] = true
		if err := read(); err != nil {
			return err
		}
	}
	return s.delim('}', "the end of the object")
}

// array reads an array, each element by the function.
func (s *strictJSON) array(element func() error) error {
	if err := s.delim('[', "an array"); err != nil {
		return err
	}
	for s.dec.More() {
		if err := element(); err != nil {
			return err
		}
	}
	return s.delim(']', "the end of the array")
}

// end makes sure that nothing follows.
func (s *strictJSON) end() error {
	if t, err := s.dec.Token(); !errors.Is(err, io.EOF) {
		return s.errorf("there is more after the end: %v", t)
	}
	return nil
}

// string reads a string that is not empty.
func (s *strictJSON) string(to *string) func() error {
	return func() error {
		t, err := s.token()
		if err != nil {
			return err
		}
		text, ok := t.(string)
		if !ok || text == "" {
			return s.errorf("want a string here that is not empty")
		}
		*to = text
		return nil
	}
}

func (s *strictJSON) bool(to *bool) func() error {
	return func() error {
		t, err := s.token()
		if err != nil {
			return err
		}
		var ok bool
		if *to, ok = t.(bool); !ok {
			return s.errorf("want true or false here")
		}
		return nil
	}
}

// duration reads a string such as "45s" that stands for more than nothing.
func (s *strictJSON) duration(to *time.Duration) func() error {
	return func() error {
		var text string
		if err := s.string(&text)(); err != nil {
			return err
		}
		d, err := time.ParseDuration(text)
		if err != nil || d <= 0 {
			return s.errorf("%q is no duration such as 45s, 3m or 24h", text)
		}
		*to = d
		return nil
	}
}
