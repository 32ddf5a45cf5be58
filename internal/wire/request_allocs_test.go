package wire_test

import (
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestLongTextAllocatesOnce writes a long text into memory that is too small: it gets
// some that suffices, once.
func TestLongTextAllocatesOnce(t *testing.T) {
	for _, text := range []string{"x", "\"", "\x00", "é", "0123456789\n"} {
		req := &wire.ExecuteRequest{ResourceARN: "r", SecretARN: "s", SQL: "INSERT", Parameters: []wire.Parameter{
			{Name: "1", Value: wire.Long(1)}, {Name: "2", Value: wire.String(strings.Repeat(text, 1<<20/len(text)))},
		}}
		small := make([]byte, 0, 1000)
		var got []byte
		if n := testing.AllocsPerRun(10, func() { got = req.AppendJSON(small) }); n > 1 {
			t.Errorf("%q: %v allocations", text, n)
		}
		if cap(got) > len(got)+len(got)/32 {
			t.Errorf("%q: %d bytes of memory for %d", text, cap(got), len(got))
		}
	}
}

// TestWritingAllocatesNothing is the gate of requests: with memory to write to,
// a batch of any length costs nothing.
func TestWritingAllocatesNothing(t *testing.T) {
	var set []wire.Parameter
	for _, f := range anyFields() {
		set = append(set, wire.Parameter{Name: "1", Value: f, TypeHint: wire.HintJSON})
	}
	req := &wire.BatchRequest{ResourceARN: "r", SecretARN: "s", SQL: "INSERT\n"}
	for range 100 {
		req.ParameterSets = append(req.ParameterSets, set)
	}
	buf := req.AppendJSON(nil)
	if n := testing.AllocsPerRun(10, func() { buf = req.AppendJSON(buf[:0]) }); n > 0 {
		t.Errorf("%v allocations for %d sets", n, len(req.ParameterSets))
	}
}
