package wire

import (
	"strings"
	"testing"
)

// TestAnswerIsNotGrown has the memory for a page's answer be got at once.
func TestAnswerIsNotGrown(t *testing.T) {
	var rows [][]Field
	for i := range 2000 {
		rows = append(rows, []Field{
			Long(int64(i) << 30), String(strings.Repeat("x", i%100)), Double(float64(i) / 7), Boolean(i%2 == 0), Null(), Blob(make([]byte, i%50)),
		})
	}
	if n := testing.AllocsPerRun(5, func() {
		(&ExecuteResponse{Records: NewRecords(rows)}).AppendJSON(nil)
	}); n > 3 { // the records, the answer, and nothing for each time that it grows
		t.Errorf("%v allocations", n)
	}
}
