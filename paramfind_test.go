package auroradataapi

import "testing"

func TestNearest(t *testing.T) {
	tests := []struct{ name, want string }{
		{"regoin", "region"},
		{"retrybudget", "retry_budget"},
		{"RETRY_BUDGET", "retry_budget"},
		{"secret", "secret_arn"},
		{"session", "session_token"},
		{"x", ""},
		{"", ""},
		{"connect_timeout", ""},
		{"attempttimeout", "attempt_timeout"},
		{"pool_max_conns", ""},
	}
	for _, tt := range tests {
		if got := nearest(tt.name); got != tt.want {
			t.Errorf("nearest(%q) is %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 3, 0},
		{"abc", "abc", 3, 0},
		{"abc", "", 9, 3},
		{"kitten", "sitting", 9, 3},
		{"kitten", "sitting", 2, 2},
		{"ab", "ba", 9, 2},
	}
	for _, tt := range tests {
		if there, back := distance(tt.a, tt.b, tt.limit), distance(tt.b, tt.a, tt.limit); there != tt.want || back != tt.want {
			t.Errorf("from %q to %q it is %d, back %d, want %d", tt.a, tt.b, there, back, tt.want)
		}
	}
}
