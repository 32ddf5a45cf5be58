package wire_test

import (
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

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
