package auroradataapi

import (
	"fmt"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// timestampLayout is the form of the TIMESTAMP hint with all the digits that
// the databases keep (F0034).
const timestampLayout = "2006-01-02 15:04:05.000000"

// formatTimestamp returns an instant as the service takes it: its wall clock in
// UTC, which is the zone of every session (F0061). What is finer than a
// microsecond is cut off, as no database keeps it.
func formatTimestamp(t time.Time) (string, error) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return "", fmt.Errorf("the year %d cannot be sent as a timestamp, which has years from 1 to 9999", y)
	}
	return t.Format(timestampLayout), nil
}

// parseTimestamp reads YYYY-MM-DD, alone or with HH:MM:SS and a fraction of up
// to nine digits behind it, and "BC" at the end: PostgreSQL's own forms. Years
// may have more than four digits.
func parseTimestamp(text string) (time.Time, error) {
	if t, ok := commonTimestamp(text); ok {
		return t, nil
	}
	rest, bc := strings.CutSuffix(text, " BC")
	p := timeParser{rest: rest}
	year := p.number(4, 7)
	p.expect('-')
	month := p.number(2, 2)
	p.expect('-')
	day := p.number(2, 2)
	var hour, minute, second, nano int
	if p.rest != "" {
		p.expect(' ')
		hour = p.number(2, 2)
		p.expect(':')
		minute = p.number(2, 2)
		p.expect(':')
		second = p.number(2, 2)
		nano = p.fraction()
	}
	if bc {
		year = 1 - year
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nano, time.UTC)
	// A date that time.Date had to normalise, such as a 31st of April, is none.
	if p.bad || p.rest != "" || t.Month() != time.Month(month) || t.Day() != day || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, fmt.Errorf("%q is not a date or timestamp", text)
	}
	return t, nil
}

// commonTimestamp reads a timestamp of the years 1 to 9999, which nearly all are,
// by the places of its digits: in a large result time.Date would take longer
// than all the rest of the value.
func commonTimestamp[T string | []byte](s T) (t time.Time, ok bool) {
	if len(s) < len("2006-01-02 15:04:05") || s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return t, false
	}
	year := two(s, 0)*100 + two(s, 2)
	month, day, hour, minute, second := two(s, 5), two(s, 8), two(s, 11), two(s, 14), two(s, 17)
	nano := 0
	if fraction := s[19:]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > 10 {
			return t, false
		}
		for i := 1; i < 10; i++ {
			digit := byte('0')
			if i < len(fraction) {
				digit = fraction[i]
			}
			if digit -= '0'; digit > 9 {
				return t, false
			}
			nano = nano*10 + int(digit)
		}
	}
	// What is no digit makes a number too large.
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(month, year) || hour > 23 || minute > 59 || second > 59 {
		return t, false
	}
	// Days since the first of March of the year 0, as if years began in March.
	y, m := year, month-3
	if m < 0 {
		y, m = y-1, m+12
	}
	days := y*365 + y/4 - y/100 + y/400 + (153*m+2)/5 + day - 1
	const epoch = 719_468 // 1970-01-01
	return time.Unix(int64(days-epoch)*86400+int64(hour*3600+minute*60+second), int64(nano)).UTC(), true
}

// two returns the number of the two digits at i, a large one if they are none.
func two[T string | []byte](s T, i int) int {
	tens, units := s[i]-'0', s[i+1]-'0'
	if tens > 9 || units > 9 {
		return 1 << 20
	}
	return int(tens)*10 + int(units)
}

func daysIn(month, year int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// parseOffset reads a timestamp with its offset from UTC, such as +00, -03:30 or
// +00:19:32, behind it.
func parseOffset(text string) (time.Time, error) {
	if utc, ok := strings.CutSuffix(text, "+00"); ok { // as in every session whose time zone was not set
		if t, ok := commonTimestamp(utc); ok {
			return t, nil
		}
	}
	rest, bc := strings.CutSuffix(text, " BC")
	at := strings.LastIndexAny(rest, "+-")
	if at < len("2006-01-02 15:04:05") {
		return time.Time{}, fmt.Errorf("%q is not a timestamp with its offset", text)
	}
	p := timeParser{rest: rest[at+1:]}
	seconds := p.number(2, 2) * 3600
	for unit := 60; p.rest != "" && unit > 0; unit /= 60 {
		p.expect(':')
		seconds += p.number(2, 2) * unit
	}
	if p.bad || p.rest != "" {
		return time.Time{}, fmt.Errorf("%q is not a timestamp with its offset", text)
	}
	if rest[at] == '+' {
		seconds = -seconds
	}
	rest = rest[:at]
	if bc {
		rest += " BC"
	}
	t, err := parseTimestamp(rest)
	return t.Add(time.Duration(seconds) * time.Second), err
}

// timeParser reads digits and separators off a text, and remembers when one
// was not there.
type timeParser struct {
	rest string
	bad  bool
}

func (p *timeParser) number(least, most int) (n int) {
	i := 0
	for i < len(p.rest) && i < most && p.rest[i] >= '0' && p.rest[i] <= '9' {
		n = n*10 + int(p.rest[i]-'0')
		i++
	}
	p.bad = p.bad || i < least
	p.rest = p.rest[i:]
	return n
}

func (p *timeParser) expect(c byte) {
	if p.rest == "" || p.rest[0] != c {
		p.bad = true
		return
	}
	p.rest = p.rest[1:]
}

// fraction reads the fraction of a second, if there is one, in nanoseconds.
func (p *timeParser) fraction() int {
	if p.rest == "" {
		return 0
	}
	p.expect('.')
	before := len(p.rest)
	n := p.number(1, 9)
	for digits := before - len(p.rest); digits < 9; digits++ {
		n *= 10
	}
	return n
}

// databaseText gives the text of a time the form that the database gives it,
// which the service changed on its way (F0103, F0104): no zeros at the end of
// the fraction, and an instant with its zone.
func databaseText(text string, form dialect.Form) string {
	switch form {
	case dialect.Time:
		return trimFraction(text)
	case dialect.Timestamp, dialect.TimestampTZ:
		wall, bc := strings.CutSuffix(text, " BC")
		wall = trimFraction(wall)
		if form == dialect.TimestampTZ {
			wall += "+00"
		}
		if bc {
			wall += " BC"
		}
		return wall
	default:
		return text
	}
}

// trimFraction takes the zeros off the end of a fraction, and a fraction of
// nothing else off its text. A text without a fraction stays as it is.
func trimFraction(text string) string {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 || dot == len(text)-1 || !isDigits(text[dot+1:]) {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// padFraction gives a time a fraction of as many digits as its column has, if
// it does not have more. A text that is no time stays as it is.
func padFraction(text string, digits int) string {
	p := timeParser{rest: strings.TrimPrefix(text, "-")}
	p.number(2, 3)
	p.expect(':')
	p.number(2, 2)
	p.expect(':')
	p.number(2, 2)
	if p.fraction(); p.bad || p.rest != "" {
		return text
	}
	clock, fraction, _ := strings.Cut(trimFraction(text), ".")
	if missing := min(digits, maxFraction) - len(fraction); missing > 0 {
		fraction += strings.Repeat("0", missing)
	}
	if fraction == "" {
		return clock
	}
	return clock + "." + fraction
}

// maxFraction is the most digits that a database keeps of a second.
const maxFraction = 6
