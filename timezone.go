package auroradataapi

import (
	"fmt"
	"time"
)

// offsetLayout is the form of a zone that has no name.
const offsetLayout = "-07:00"

// findZone returns a time zone by its name or its offset from UTC.
func findZone(name string) (*time.Location, error) {
	if t, err := time.Parse(offsetLayout, name); err == nil {
		_, offset := t.Zone()
		return time.FixedZone(name, offset), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil { // whose text only says that it is unknown, or where it was looked for
		return nil, fmt.Errorf("%q is not a time zone that this machine knows; write a name such as Europe/Berlin or an offset such as +01:00, and where there are no names, import time/tzdata", name)
	}
	return zone, nil
}

// zoneName returns what findZone finds a zone by; "" is none.
func zoneName(zone *time.Location) string {
	switch {
	case zone == nil:
		return ""
	case zone.String() == "": // of time.FixedZone
		return time.Time{}.In(zone).Format(offsetLayout)
	default:
		return zone.String()
	}
}

// zone returns the time zone of instants.
func (cfg *Config) zone() *time.Location {
	if cfg.Location == nil {
		return time.UTC
	}
	return cfg.Location
}
