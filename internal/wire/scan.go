package wire

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a message. Only arrayValue nests at all, and
// PostgreSQL's arrays have six dimensions at most.
const maxDepth = 64

// JSONError says where a message is not what it has to be.
type JSONError struct {
	// Offset is the place in the message, in bytes from its start.
	Offset int
	// Member is the path of the member, such as parameters[2].value; empty for
	// the message itself.
	Member string
	// Msg says what is wrong.
	Msg string
}

// Error returns what is wrong and where.
func (e *JSONError) Error() string {
	if e.Member == "" {
		return fmt.Sprintf("%s at byte %d", e.Msg, e.Offset)
	}
	return fmt.Sprintf("%s: %s at byte %d", e.Member, e.Msg, e.Offset)
}

// scanner reads JSON of a known shape in one pass. Its methods skip leading
// white space, read one value and stop right behind it.
type scanner struct {
	data  []byte
	pos   int
	depth int
}

func (s *scanner) fail(format string, args ...any) error {
	return &JSONError{Offset: s.pos, Msg: fmt.Sprintf(format, args...)}
}

// in adds an outer member to the path of an error.
func in(member string, err error) error {
	var e *JSONError
	if err == nil || !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Member == "":
		e.Member = member
	case strings.HasPrefix(e.Member, "["):
		e.Member = member + e.Member
	default:
		e.Member = member + "." + e.Member
	}
	return e
}

// peek skips white space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// what names the value that comes next, for messages.
func (s *scanner) what() string {
	if s.peek(); s.pos >= len(s.data) {
		return "the end of the message"
	}
	switch c := s.data[s.pos]; {
	case c == '{':
		return "an object"
	case c == '[':
		return "a list"
	case c == '"':
		return "a string"
	case c == '-' || c >= '0' && c <= '9':
		return "a number"
	case s.ahead("true"), s.ahead("false"):
		return "a boolean"
	case s.ahead("null"):
		return "null"
	default:
		r, _ := utf8.DecodeRune(s.data[s.pos:])
		return strconv.QuoteRune(r)
	}
}

// end fails unless nothing but white space is left.
func (s *scanner) end() error {
	if s.peek() == 0 && s.pos >= len(s.data) {
		return nil
	}
	return s.fail("%s after the message", s.what())
}

// literal reads word if it is what comes next.
func (s *scanner) literal(word string) bool {
	s.peek()
	if !s.ahead(word) {
		return false
	}
	s.pos += len(word)
	return true
}

// ahead says whether word stands where the scanner is.
func (s *scanner) ahead(word string) bool {
	return len(s.data)-s.pos >= len(word) && string(s.data[s.pos:s.pos+len(word)]) == word
}

// null reads a null if that is what comes next.
func (s *scanner) null() bool { return s.literal("null") }

// object reads an object and calls member for each of its members, with the
// scanner in front of the member's value. Members that are null are left out:
// null stands for absent.
func (s *scanner) object(member func(key string) error) error {
	if s.peek() != '{' {
		return s.fail("%s where an object has to be", s.what())
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if s.peek() == '}' {
		s.pos++
		return nil
	}
	for {
		if err := s.member(member); err != nil {
			return err
		}
		if last, err := s.separator(); last || err != nil {
			return err
		}
	}
}

// members reads what is left of an object, behind the value of a member.
func (s *scanner) members(member func(key string) error) error {
	for {
		if last, err := s.separator(); last || err != nil {
			return err
		}
		if err := s.member(member); err != nil {
			return err
		}
	}
}

// member reads one member of an object.
func (s *scanner) member(member func(key string) error) error {
	if s.peek() != '"' {
		return s.fail("%s where a member's name has to be", s.what())
	}
	key, err := s.name()
	if err != nil {
		return err
	}
	if s.peek() != ':' {
		return s.fail("%s where a colon has to be", s.what())
	}
	s.pos++
	if s.null() {
		return nil
	}
	if err := member(key); err != nil {
		return in(clip([]byte(key)), err)
	}
	return nil
}

// separator reads what follows a member of an object: a comma, or the brace
// behind the last.
func (s *scanner) separator() (last bool, err error) {
	switch s.peek() {
	case ',':
		s.pos++
		return false, nil
	case '}':
		s.pos++
		return true, nil
	default:
		return false, s.fail("%s where a comma or the end of the object has to be", s.what())
	}
}

// array reads a list and calls element for each of its elements.
func (s *scanner) array(element func() error) error {
	if s.peek() != '[' {
		return s.fail("%s where a list has to be", s.what())
	}
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if s.peek() == ']' {
		s.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := element(); err != nil {
			return in("["+strconv.Itoa(i)+"]", err)
		}
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return s.fail("%s where a comma or the end of the list has to be", s.what())
		}
	}
}

// memberNames are the members of answers and their values, which stand in every
// column or row of a result: their names come from here, not from the heap.
var memberNames = func() map[string]string {
	names := make(map[string]string)
	for _, name := range []string{
		"columnMetadata", "formattedRecords", "generatedFields", "numberOfRecordsUpdated", "records",
		"arrayBaseColumnType", "isAutoIncrement", "isCaseSensitive", "isCurrency", "isSigned", "label", "name", "nullable",
		"precision", "scale", "schemaName", "tableName", "type", "typeName", "updateResults", "transactionId", "transactionStatus",
		"isNull", "booleanValue", "longValue", "doubleValue", "stringValue", "blobValue", "arrayValue",
		"booleanValues", "longValues", "doubleValues", "stringValues", "arrayValues",
	} {
		names[name] = name
	}
	return names
}()

// name reads a member's name.
func (s *scanner) name() (string, error) {
	start := s.pos
	raw, escaped, err := s.chars()
	switch {
	case err != nil:
		return "", err
	case escaped:
		s.pos = start
		return s.string()
	}
	if known, ok := memberNames[string(raw)]; ok {
		return known, nil
	}
	return string(raw), nil
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > maxDepth {
		return s.fail("nested more than %d deep", maxDepth)
	}
	s.pos++
	return nil
}

func (s *scanner) leave() { s.depth-- }

// skip reads any value.
func (s *scanner) skip() error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(func(string) error { return s.skip() })
	case c == '[':
		return s.array(s.skip)
	case c == '"':
		return s.skipString()
	case c == '-' || c >= '0' && c <= '9':
		_, _, err := s.number()
		return err
	case s.literal("true"), s.literal("false"), s.literal("null"):
		return nil
	default:
		return s.fail("%s where a value has to be", s.what())
	}
}

// bool reads a boolean.
func (s *scanner) bool() (bool, error) {
	switch {
	case s.literal("true"):
		return true, nil
	case s.literal("false"):
		return false, nil
	default:
		return false, s.fail("%s where a boolean has to be", s.what())
	}
}

// int64 reads an integer.
func (s *scanner) int64() (int64, error) {
	start := s.pos
	text, integer, err := s.number()
	if err != nil {
		return 0, err
	}
	if !integer {
		s.pos = start
		return 0, s.fail("the number %s is not an integer", clip(text))
	}
	v, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		s.pos = start
		return 0, s.fail("the number %s does not fit into 64 bits", clip(text))
	}
	return v, nil
}

// int reads an integer of the platform's size.
func (s *scanner) int() (int, error) {
	start := s.pos
	v, err := s.int64()
	if err == nil && int64(int(v)) != v {
		s.pos = start
		err = s.fail("the number %d is too large", v)
	}
	return int(v), err
}

// float64 reads a number, or one of the strings that stand for the values that
// JSON numbers do not have (F0003).
func (s *scanner) float64() (float64, error) {
	start := s.pos
	if s.peek() == '"' {
		text, err := s.string()
		if err != nil {
			return 0, err
		}
		switch text {
		case "NaN":
			return math.NaN(), nil
		case "Infinity":
			return math.Inf(1), nil
		case "-Infinity":
			return math.Inf(-1), nil
		}
		s.pos = start
		return 0, s.fail("the string %s where a number has to be", clip([]byte(text)))
	}
	text, _, err := s.number()
	if err != nil {
		return 0, err
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		s.pos = start
		return 0, s.fail("the number %s does not fit into a double", clip(text))
	}
	return v, nil
}

// number reads a number's text and says whether it is an integer.
func (s *scanner) number() (text []byte, integer bool, err error) {
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		return nil, false, s.fail("%s where a number has to be", s.what())
	}
	start, integer := s.pos, true
	if s.data[s.pos] == '-' {
		s.pos++
	}
	whole := s.digits()
	if whole == 0 || whole > 1 && s.data[s.pos-whole] == '0' {
		s.pos = start
		return nil, false, s.fail("malformed number")
	}
	if s.at('.') {
		s.pos++
		integer = false
		if s.digits() == 0 {
			return nil, false, s.fail("malformed number")
		}
	}
	if s.at('e') || s.at('E') {
		s.pos++
		integer = false
		if s.at('+') || s.at('-') {
			s.pos++
		}
		if s.digits() == 0 {
			return nil, false, s.fail("malformed number")
		}
	}
	return s.data[start:s.pos], integer, nil
}

func (s *scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

func (s *scanner) digits() (n int) {
	for s.pos < len(s.data) && s.data[s.pos] >= '0' && s.data[s.pos] <= '9' {
		s.pos++
		n++
	}
	return n
}

// clip shortens text for a message.
func clip(text []byte) string {
	const most = 40
	if len(text) <= most {
		return string(text)
	}
	return strings.ToValidUTF8(string(text[:most]), "") + "…"
}
