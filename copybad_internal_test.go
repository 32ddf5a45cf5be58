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
		{Error{Code: "HY000", Number: 1369}, true},
		{Error{Code: "HY000", Number: 1364}, false}, // a column without a default
		{Error{Code: "42S02", Number: 1146}, false},
		{Error{Code: "40001", Number: 1213}, false},
		{Error{Code: "45000", Number: 1001}, true},
		{Error{Code: "U0001", Number: 31001}, true},
		{Error{Code: "70100", Number: 1317}, false}, // a statement that was ended
		{Error{Code: "XA100", Number: 1402}, false},
		{Error{Code: "HY000", Number: 1001}, false},
		{Error{Code: "U0001"}, false}, // of PostgreSQL
		{Error{Code: "42P01"}, false},
		{Error{Code: "P0002"}, false},
		{Error{}, false},
	} {
		if got := blamesRow(&c.err); got != c.want {
			t.Errorf("%s %d: %v", c.err.Code, c.err.Number, got)
		}
	}
}
