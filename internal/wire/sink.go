package wire

// Sink takes the values of a row in the order of its columns, each by the method
// of its kind. It is called while the answer is read, so that a value is made
// once, as what it is to become.
type Sink interface {
	Null(column int)
	Boolean(column int, v bool)
	Long(column int, v int64)
	Double(column int, v float64)
	// Text takes a text that is gone when Text returns.
	Text(column int, v Text)
	// Blob takes bytes that may be kept.
	Blob(column int, v []byte)
	// Field takes a value of any kind: an array, one in an uncommon spelling, or
	// one that never was JSON.
	Field(column int, v Field)
}

// Text is a text where it stands in an answer. It is not to be kept.
type Text struct {
	raw   []byte
	arena *arena
}

// Bytes returns the text in place. It is not to be kept or changed.
func (t Text) Bytes() []byte { return t.raw }

// String returns a copy of the text, which may be kept.
func (t Text) String() string { return t.arena.string(t.raw) }

// Clone returns a copy of the text as bytes, which may be kept and changed.
func (t Text) Clone() []byte {
	b := t.arena.bytes(len(t.raw))
	copy(b, t.raw)
	return b
}

// fieldSink makes fields of the values.
type fieldSink []Field

func (s *fieldSink) Null(int)                { *s = append(*s, Null()) }
func (s *fieldSink) Boolean(_ int, v bool)   { *s = append(*s, Boolean(v)) }
func (s *fieldSink) Long(_ int, v int64)     { *s = append(*s, Long(v)) }
func (s *fieldSink) Double(_ int, v float64) { *s = append(*s, Double(v)) }
func (s *fieldSink) Text(_ int, v Text)      { *s = append(*s, String(v.String())) }
func (s *fieldSink) Blob(_ int, v []byte)    { *s = append(*s, Blob(v)) }
func (s *fieldSink) Field(_ int, v Field)    { *s = append(*s, v) }
