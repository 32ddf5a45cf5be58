package auroradataapi

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"
)

// A time.Time is an instant: wherever its zone, it is sent as that instant. The
// three types here are for what is no instant. They are what a time.Time shows
// in its own zone, and the zone is dropped: noon in Tokyo and noon in Paris are
// the same Time. Convert there and back: Date(t), time.Time(d).

// Date is a calendar day: the year, month and day that a time.Time shows.
type Date time.Time

// Time is a time of day: the hour, minute, second and microsecond that a
// time.Time shows.
type Time time.Time

// Timestamp is a date and a time of day on the wall, in whatever place: what a
// column of type timestamp (without time zone) or DATETIME holds.
type Timestamp time.Time

var (
	_ driver.Valuer = Date{}
	_ driver.Valuer = Time{}
	_ driver.Valuer = Timestamp{}
	_ sql.Scanner   = (*Date)(nil)
	_ sql.Scanner   = (*Time)(nil)
	_ sql.Scanner   = (*Timestamp)(nil)
)

const (
	dateLayout = "2006-01-02"
	timeLayout = "15:04:05.000000"
)

// String returns the date as 2006-01-02.
func (d Date) String() string { return time.Time(d).Format(dateLayout) }

// String returns the time as 15:04:05.000000.
func (t Time) String() string { return time.Time(t).Format(timeLayout) }

// String returns date and time as 2006-01-02 15:04:05.000000.
func (t Timestamp) String() string { return time.Time(t).Format(timestampLayout) }

// Value returns the text.
func (d Date) Value() (driver.Value, error) { return valueOf(d.text()) }

// Value returns the text.
func (t Time) Value() (driver.Value, error) { return t.String(), nil }

// Value returns the text.
func (t Timestamp) Value() (driver.Value, error) { return valueOf(t.text()) }

func (d Date) text() (string, error)      { return d.String(), checkYear(time.Time(d)) }
func (t Timestamp) text() (string, error) { return t.String(), checkYear(time.Time(t)) }

func checkYear(t time.Time) error {
	if y := t.Year(); y < 1 || y > 9999 {
		return fmt.Errorf("the year %d cannot be sent; it has to be from 1 to 9999", y)
	}
	return nil
}

// Scan takes a date, as the driver returns it or as text.
func (d *Date) Scan(src any) error {
	t, err := scanWall("Date", src, parseTimestamp)
	if err == nil {
		year, month, day := t.Date()
		*d = Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	}
	return err
}

// Scan takes a time of day as text, or what a time.Time shows. The date becomes
// the first of January of the year 1.
func (t *Time) Scan(src any) error {
	v, err := scanWall("Time", src, func(text string) (time.Time, error) {
		v, err := parseTimestamp("0001-01-01 " + text)
		if err != nil {
			err = fmt.Errorf("%q is not a time of day", text)
		}
		return v, err
	})
	if err == nil {
		hour, minute, second := v.Clock()
		*t = Time(time.Date(1, 1, 1, hour, minute, second, v.Nanosecond(), time.UTC))
	}
	return err
}

// Scan takes a timestamp, as the driver returns it or as text.
func (t *Timestamp) Scan(src any) error {
	v, err := scanWall("Timestamp", src, parseTimestamp)
	if err == nil {
		*t = Timestamp(v)
	}
	return err
}

// scanWall takes a time.Time or a text.
func scanWall(into string, src any, parse func(string) (time.Time, error)) (time.Time, error) {
	if t, ok := src.(time.Time); ok {
		return t, nil
	}
	text, null, err := scanText(into, src)
	switch {
	case err != nil:
		return time.Time{}, err
	case null:
		return time.Time{}, errScanNull(into)
	}
	t, err := parse(text)
	if err != nil {
		return time.Time{}, errorf("%w", err)
	}
	return t, nil
}
