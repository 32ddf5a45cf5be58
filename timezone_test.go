package auroradataapi

import (
	"testing"
	"time"
	_ "time/tzdata" // a machine may know no zone by its name
)

var berlin = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return zone
}()

// TestZoneWithoutName formats what only a Config can hold.
func TestZoneWithoutName(t *testing.T) {
	cfg := &Config{Engine: "mysql", Location: time.FixedZone("", 3600)}
	again, err := ParseDSN(cfg.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	before, after := time.Unix(0, 0).In(cfg.Location), time.Unix(0, 0).In(again.Location)
	if before.Format(time.RFC3339) != after.Format(time.RFC3339) {
		t.Errorf("%s, formatted as %s, became %s", before, cfg, after)
	}
}
