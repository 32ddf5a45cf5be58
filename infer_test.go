package auroradataapi

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// TestInferenceForgets bounds what is remembered, and loses the least used first.
func TestInferenceForgets(t *testing.T) {
	var n inference
	key := func(i int) inferenceKey { return newInferenceKey(strconv.Itoa(i), needTypes, false) }
	types := []dialect.ParamType{{OID: oidText}}
	for i := range maxInferred + 1 {
		n.put(&inferred{key: key(i), types: types}, n.now())
		n.get(key(0))
	}
	if n.get(key(0)) == nil || n.get(key(1)) != nil || n.get(key(2)) == nil || n.recent.Len() != maxInferred || len(n.known) != maxInferred {
		t.Errorf("%d and %d are remembered", n.recent.Len(), len(n.known))
	}
	generation := n.now()
	n.clear()
	n.put(&inferred{key: key(1), types: types}, generation) // asked before
	if n.get(key(0)) != nil || n.get(key(1)) != nil {
		t.Error("something is remembered after all was forgotten")
	}
	n.put(&inferred{key: key(1), types: types}, n.now())
	n.put(&inferred{key: key(1), types: types, asText: true}, n.now())
	if known := n.get(key(1)); known == nil || !known.asText || n.recent.Len() != 1 {
		t.Errorf("%v", known)
	}
	n.forget(key(1))
	n.forget(key(1))
	if n.get(key(1)) != nil || n.recent.Len() != 0 {
		t.Error("what was forgotten is remembered")
	}
}

// TestInferenceWaits has a caller wait for another one's question, and ask himself
// when that one gave up.
func TestInferenceWaits(t *testing.T) {
	var n inference
	key := newInferenceKey("q", needTypes, false)
	types := []dialect.ParamType{{OID: oidText}}
	for _, tt := range []struct {
		name  string
		first error // of the first caller's question
		asks  int
		want  error
	}{
		{"an answer", nil, 1, nil},
		{"given up", context.Canceled, 2, nil},
		{"refused", &dialect.DescribeError{SQLState: "42601"}, 1, &dialect.DescribeError{SQLState: "42601"}},
	} {
		n.clear()
		asks := 0
		asked, answer := make(chan struct{}), make(chan struct{})
		done := make(chan error, 1)
		go func() {
			_, _, err := n.learn(context.Background(), key, func(context.Context) ([]dialect.ParamType, error) {
				asks++
				close(asked)
				<-answer
				return types, tt.first
			})
			done <- err
		}()
		<-asked
		over, cancel := context.WithCancel(context.Background())
		cancel()
		if _, _, err := n.learn(over, key, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a caller whose context is over: %v", tt.name, err)
		}
		second := make(chan error, 1)
		go func() {
			_, _, err := n.learn(context.Background(), key, func(context.Context) ([]dialect.ParamType, error) {
				asks++
				return types, nil
			})
			second <- err
		}()
		close(answer)
		if err := <-done; !errors.Is(err, tt.first) {
			t.Errorf("%s: the first caller got %v", tt.name, err)
		}
		err := <-second
		var refused *dialect.DescribeError
		switch {
		case asks == 2: // he came too late for the first answer, or it was none
			if err != nil {
				t.Errorf("%s: the second caller asked himself and got %v", tt.name, err)
			}
		case tt.asks == 2, (err == nil) != (tt.want == nil), tt.want != nil && !errors.As(err, &refused):
			t.Errorf("%s: the second caller got %v", tt.name, err)
		}
	}
}
