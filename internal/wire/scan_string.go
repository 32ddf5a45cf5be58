package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string.
func (s *scanner) string() (string, error) {
	start := s.pos
	raw, escaped, err := s.chars()
	if err != nil {
		return "", err
	}
	if !escaped {
		return string(raw), nil
	}
	text, err := unescape(raw)
	if err != nil {
		s.pos = start
		return "", s.fail("%s", err)
	}
	return text, nil
}

// chars reads a string and returns what stands between its quotes, checked for
// UTF-8 and control characters, and whether escapes are in it.
func (s *scanner) chars() (raw []byte, escaped bool, err error) {
	if s.peek() != '"' {
		return nil, false, s.fail("%s where a string has to be", s.what())
	}
	start := s.pos
	for i := start + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			raw = s.data[start+1 : i]
			if !utf8.Valid(raw) {
				return nil, false, s.fail("a string that is not valid UTF-8")
			}
			s.pos = i + 1
			return raw, escaped, nil
		case c == '\\':
			escaped = true
			i++
		case c < ' ':
			s.pos = i
			return nil, false, s.fail("the control character %#02x inside a string", c)
		}
	}
	return nil, false, s.fail("a string without an end")
}

// skipString reads a string that nobody asked for. It has to be well-formed all
// the same.
func (s *scanner) skipString() error {
	start := s.pos
	raw, escaped, err := s.chars()
	if err != nil || !escaped {
		return err
	}
	for len(raw) > 0 && err == nil {
		if raw[0] != '\\' {
			raw = raw[1:]
			continue
		}
		_, raw, err = nextEscape(raw)
	}
	if err != nil {
		s.pos = start
		return s.fail("%s", err)
	}
	return nil
}

// unescape resolves the escapes of a string.
func unescape(raw []byte) (string, error) {
	var out strings.Builder
	out.Grow(len(raw))
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			out.Write(raw)
			return out.String(), nil
		}
		r, rest, err := nextEscape(raw[i:])
		if err != nil {
			return "", err
		}
		out.Write(raw[:i])
		out.WriteRune(r)
		raw = rest
	}
}

// nextEscape reads the escape that raw begins with. Surrogates must come in
// pairs: half of one is no character, and replacing it would change the value.
func nextEscape(raw []byte) (r rune, rest []byte, err error) {
	if c, ok := simpleEscape(raw[1]); ok {
		return rune(c), raw[2:], nil
	}
	r, ok := hexEscape(raw)
	if !ok {
		return 0, nil, fmt.Errorf("the malformed escape %s", clip(raw))
	}
	raw = raw[6:]
	if !utf16.IsSurrogate(r) {
		return r, raw, nil
	}
	low, _ := hexEscape(raw)
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, nil, errors.New("an escape that is half of a surrogate pair")
	}
	return r, raw[6:], nil
}

func simpleEscape(c byte) (byte, bool) {
	switch c {
	case '"', '\\', '/':
		return c, true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	default:
		return 0, false
	}
}

// hexEscape reads \uXXXX.
func hexEscape(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range raw[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
