package auroradataapi

import "testing"

// TestBlamesRow has the errors that the engines of the tests do not make.
func TestBlamesRow(t *testing.T) {
	for _, c := range []struct {
		err  Error
		want bool
	}{
		{Error{Code: "HY000", Number: 3819}, true}, // CHECK of MySQL 8
		{Error{Code: "HY000", Number: 1366}, true},
		{Error{Code: "HY000", Number: 1364}, false}, // a column without a default
		{Error{Code: "42S02", Number: 1146}, false},
		{Error{Code: "40001", Number: 1213}, false},
		{Error{Code: "42P01"}, false},
		{Error{Code: "P0002"}, false},
		{Error{}, false},
	} {
		if got := blamesRow(&c.err); got != c.want {
			t.Errorf("%s %d: %v", c.err.Code, c.err.Number, got)
		}
	}
}
