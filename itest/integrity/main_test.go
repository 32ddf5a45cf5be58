// Package integrity reads and loads results of any size, undisturbed and while
// calls go wrong, and compares what arrived with what the database itself says:
// no row may be lost and none doubled, unless an error tells how many there
// were.
package integrity

import (
	"flag"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
)

var (
	many   = flag.Int("rows", usualRows, "rows of the large tables; 1000000 takes some minutes")
	repeat = flag.Int("repeat", 0, "how often each fault is tried in each way; 0 tries some of them once")
	seed   = flag.Uint64("seed", 0, "of the rows and of where calls go wrong; 0 takes one of the clock")
)

// fewEnough is how many rows are read and loaded in every way, where each way has a
// test of its own with few rows. Of more, some ways have to do.
const fewEnough = 100_000

func TestMain(m *testing.M) {
	flag.Parse()
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	dataapitest.Main(m)
}
