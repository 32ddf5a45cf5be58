package auroradataapi

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// JSON is an argument that is sent as the JSON of V, whatever V is: a map, a
// struct, a slice. JSON{} is the JSON null; for the NULL of SQL pass nil.
//
// To read a JSON column, let V be a pointer to what it is to be decoded into:
//
//	err := row.Scan(&auroradataapi.JSON{V: &order})
//
// With any other V, Scan sets it to what encoding/json makes of the text. NULL
// sets what is read into to its zero value.
type JSON struct{ V any }

var (
	_ driver.Valuer = JSON{}
	_ sql.Scanner   = (*JSON)(nil)
)

// Value returns the text.
func (j JSON) Value() (driver.Value, error) { return valueOf(j.text()) }

func (j JSON) text() (string, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return "", fmt.Errorf("JSON of a %T: %w", j.V, err)
	}
	return string(b), nil
}

// Scan decodes a text.
func (j *JSON) Scan(src any) error {
	text, null, err := scanText("JSON", src)
	if err != nil {
		return err
	}
	if p := reflect.ValueOf(j.V); p.Kind() == reflect.Pointer && !p.IsNil() {
		p.Elem().SetZero()
		if null {
			return nil
		}
		return json.Unmarshal([]byte(text), j.V)
	}
	j.V = nil
	if null {
		return nil
	}
	return json.Unmarshal([]byte(text), &j.V)
}

// UUID is the text of a UUID, in any of the forms that PostgreSQL reads. It is
// for where nothing else says that a string is one, as with params=bind:
//
//	db.Exec("INSERT INTO orders (id) VALUES ($1)", auroradataapi.UUID(id))
//
// Where PostgreSQL expects a uuid, a string will do; a type of 16 bytes, such as
// uuid.UUID, needs no wrapper in any case. On MySQL it is text.
type UUID string

var (
	_ driver.Valuer = UUID("")
	_ sql.Scanner   = (*UUID)(nil)
)

// Value returns the canonical text.
func (u UUID) Value() (driver.Value, error) { return valueOf(u.canonical()) }

// Scan takes a text or 16 bytes.
func (u *UUID) Scan(src any) error {
	if b, ok := src.([]byte); ok && len(b) == 16 {
		*u = UUID(uuidText(b))
		return nil
	}
	text, null, err := scanText("UUID", src)
	if err != nil {
		return err
	}
	if null {
		return errScanNull("UUID")
	}
	canonical, err := UUID(text).canonical()
	if err != nil {
		return err
	}
	*u = UUID(canonical)
	return nil
}

// canonical returns the text that the UUID hint asks for (F0034): lower case,
// with four hyphens and without braces.
func (u UUID) canonical() (string, error) {
	s := string(u)
	if inner, ok := strings.CutPrefix(s, "{"); ok {
		if s, ok = strings.CutSuffix(inner, "}"); !ok {
			return "", errNotUUID
		}
	}
	digits := make([]byte, 0, 32)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
			digits = append(digits, c)
		case c >= 'A' && c <= 'F':
			digits = append(digits, c|0x20)
		case c == '-' && len(digits) > 0 && len(digits)%4 == 0 && s[i-1] != '-' && i < len(s)-1:
		default:
			return "", errNotUUID
		}
	}
	if len(digits) != 32 {
		return "", errNotUUID
	}
	h := string(digits)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

var errNotUUID = errors.New("the text is not a UUID, which has 32 hexadecimal digits, with or without hyphens")

// Decimal is an exact number as text, such as 19.90 or -1e-7. It makes a
// number of a string where nothing else says that it is one, as with params=bind.
// PostgreSQL also has NaN, Infinity and -Infinity.
type Decimal string

var (
	_ driver.Valuer = Decimal("")
	_ sql.Scanner   = (*Decimal)(nil)
)

// Value returns the text.
func (d Decimal) Value() (driver.Value, error) { return valueOf(string(d), d.check()) }

// Scan takes a text or a number.
func (d *Decimal) Scan(src any) error {
	switch v := src.(type) {
	case int64, uint64:
		*d = Decimal(fmt.Sprint(v))
		return nil
	case float64:
		*d = Decimal(appendDouble(nil, v, false))
		return nil
	}
	text, null, err := scanText("Decimal", src)
	if err == nil && null {
		err = errScanNull("Decimal")
	}
	if err == nil {
		err = Decimal(text).check()
	}
	if err == nil {
		*d = Decimal(text)
	}
	return err
}

// check refuses what is no decimal literal (F0034).
func (d Decimal) check() error {
	switch d {
	case "NaN", "Infinity", "-Infinity":
		return nil
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(string(d), "-"), "+")
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(rest), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	switch {
	case strings.HasPrefix(string(d), "-+"), whole+fraction == "", !isDigits(whole + fraction):
	case hasExponent && (len(exponent) == 0 || len(exponent) > 6 || !isDigits(strings.TrimLeft(exponent[:1], "+-")+exponent[1:]) || !isDigits(exponent[len(exponent)-1:])):
	default:
		return nil
	}
	return errors.New("the text is not a decimal number such as -12.50 or 1e-7")
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// valueOf makes a driver.Value of a text, or of what is wrong with it.
func valueOf(text string, err error) (driver.Value, error) {
	if err != nil {
		return nil, errorf("%w", err)
	}
	return text, nil
}

// scanText takes a text of a database, or NULL.
func scanText(into string, src any) (text string, null bool, err error) {
	switch v := src.(type) {
	case nil:
		return "", true, nil
	case string:
		return v, false, nil
	case []byte:
		return string(v), false, nil
	default:
		return "", false, errorf("a %T cannot be read as %s", src, into)
	}
}

func errScanNull(into string) error {
	return errorf("NULL cannot be read as %s; scan into sql.Null[auroradataapi.%[1]s]", into)
}
