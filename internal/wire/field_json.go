package wire

import (
	"encoding/base64"
	"strconv"
)

// AppendJSON appends the field as the service's Field union. A field without a
// member is the empty object.
func (f Field) AppendJSON(dst []byte) []byte { return appendField(dst, &f) }

func appendField(dst []byte, f *Field) []byte {
	switch f.kind {
	case KindNull:
		return append(dst, `{"isNull":true}`...)
	case KindBoolean:
		return append(strconv.AppendBool(append(dst, `{"booleanValue":`...), f.Boolean()), '}')
	case KindLong:
		return append(strconv.AppendInt(append(dst, `{"longValue":`...), f.Long(), 10), '}')
	case KindDouble:
		return append(appendFloat(append(dst, `{"doubleValue":`...), f.Double()), '}')
	case KindString:
		return append(appendString(append(dst, `{"stringValue":`...), f.str), '}')
	case KindBlob:
		dst = append(dst, `{"blobValue":"`...)
		return append(base64.StdEncoding.AppendEncode(dst, f.blob), `"}`...)
	case KindArray:
		return append(f.array.appendJSON(append(dst, `{"arrayValue":`...)), '}')
	default:
		return append(dst, '{', '}')
	}
}

// appendJSON appends the service's ArrayValue union.
func (a *Array) appendJSON(dst []byte) []byte {
	o := openObject(dst)
	if a.Of == KindAbsent {
		return o.close()
	}
	o.key(arrayMember(a.Of))
	o.buf = appendList(o.buf, a.Elems, appendElement)
	return o.close()
}

// appendElement appends an element of an array: a bare value, not a union.
func appendElement(dst []byte, f *Field) []byte {
	switch f.kind {
	case KindBoolean:
		return strconv.AppendBool(dst, f.Boolean())
	case KindLong:
		return strconv.AppendInt(dst, f.Long(), 10)
	case KindDouble:
		return appendFloat(dst, f.Double())
	case KindString:
		return appendString(dst, f.str)
	case KindArray:
		return f.array.appendJSON(dst)
	default:
		return append(dst, "null"...)
	}
}

// arrayMember names the member of the ArrayValue union for elements of a kind.
func arrayMember(of Kind) string {
	switch of {
	case KindBoolean:
		return "booleanValues"
	case KindLong:
		return "longValues"
	case KindDouble:
		return "doubleValues"
	case KindString:
		return "stringValues"
	default:
		return "arrayValues"
	}
}

// field reads a Field union. No member and only members that are not known
// both give the absent field; two members are an error.
func (s *scanner) field() (f Field, err error) {
	err = s.object(func(key string) error {
		g, known, err := s.fieldMember(key)
		switch {
		case err != nil || !known:
			return err
		case f.kind != KindAbsent:
			return s.fail("a second member of a Field, which already has %s", f.kind)
		}
		f = g
		return nil
	})
	return f, err
}

func (s *scanner) fieldMember(key string) (f Field, known bool, err error) {
	switch kind := kindOfMember(key); kind {
	case KindAbsent:
		return f, false, s.skip()
	case KindNull:
		var null bool
		if null, err = s.bool(); err == nil && !null {
			err = s.fail("isNull has to be true")
		}
		return Null(), true, err
	case KindBlob:
		f.kind = KindBlob
		f.blob, err = s.blob()
		return f, true, err
	default:
		f, err = s.value(kind)
		return f, true, err
	}
}

// value reads a value of a kind that is both a member of a Field and an element
// of an array.
func (s *scanner) value(of Kind) (f Field, err error) {
	f.kind = of
	switch of {
	case KindBoolean:
		var v bool
		v, err = s.bool()
		f = Boolean(v)
	case KindLong:
		var v int64
		v, err = s.int64()
		f = Long(v)
	case KindDouble:
		var v float64
		v, err = s.float64()
		f = Double(v)
	case KindString:
		f.str, err = s.string()
	default:
		f.array, err = s.arrayValue()
	}
	return f, err
}

func kindOfMember(key string) Kind {
	switch key {
	case "isNull":
		return KindNull
	case "booleanValue":
		return KindBoolean
	case "longValue":
		return KindLong
	case "doubleValue":
		return KindDouble
	case "stringValue":
		return KindString
	case "blobValue":
		return KindBlob
	case "arrayValue":
		return KindArray
	default:
		return KindAbsent
	}
}

// blob reads base64 of the standard alphabet with padding.
func (s *scanner) blob() ([]byte, error) {
	start := s.pos
	raw, escaped, err := s.chars()
	if err != nil {
		return nil, err
	}
	if escaped { // "\/" is how some encoders write a slash
		text, err := unescape(raw)
		if err != nil {
			s.pos = start
			return nil, s.fail("%s", err)
		}
		raw = []byte(text)
	}
	v := make([]byte, base64.StdEncoding.DecodedLen(len(raw)))
	n, err := base64.StdEncoding.Decode(v, raw)
	if err != nil {
		s.pos = start
		return nil, s.fail("a blob that is not base64")
	}
	return v[:n], nil
}

// arrayValue reads an ArrayValue union; one without a member that is known has
// the kind KindAbsent.
func (s *scanner) arrayValue() (*Array, error) {
	a := new(Array)
	err := s.object(func(key string) error {
		of := kindOfArray(key)
		switch {
		case of == KindAbsent:
			return s.skip()
		case a.Of != KindAbsent:
			return s.fail("a second member of an ArrayValue, which already has %s", arrayMember(a.Of))
		}
		a.Of = of
		return s.array(func() error {
			f, err := s.element(of)
			a.Elems = append(a.Elems, f)
			return err
		})
	})
	return a, err
}

func kindOfArray(key string) Kind {
	switch key {
	case "booleanValues":
		return KindBoolean
	case "longValues":
		return KindLong
	case "doubleValues":
		return KindDouble
	case "stringValues":
		return KindString
	case "arrayValues":
		return KindArray
	default:
		return KindAbsent
	}
}

// element reads an element of an array; null is a NULL element (F0004).
func (s *scanner) element(of Kind) (f Field, err error) {
	if s.null() {
		return Null(), nil
	}
	return s.value(of)
}
