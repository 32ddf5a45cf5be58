package integrity

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// shape is how large the rows of a table are: most are short, some are long, and
// every so many there is a large and a huge one.
type shape struct {
	usual                 [2]int // the others; zero is mostly short
	largeEvery, hugeEvery int    // zero is never
	large, huge           [2]int
	pieces                []string // what texts are made of; nil for the usual ones
}

var (
	// wild has rows of up to 5 MB.
	wild = shape{largeEvery: 4000, large: [2]int{64 << 10, 1 << 20}, hugeEvery: 10_000, huge: [2]int{1 << 20, 5 << 20}}
	// tame has few bytes in many rows, some of which take several pages if those
	// are small.
	tame = shape{largeEvery: 300, large: [2]int{64 << 10, 200 << 10}}
	// loadable has rows of up to 5 MB, of which the huge ones are more than a call
	// of CopyFrom can carry.
	loadable = shape{largeEvery: 2000, large: [2]int{64 << 10, 1 << 20}, hugeEvery: 5000, huge: [2]int{4 << 20, 5 << 20}}
	// even has rows of some KB alone.
	even = shape{usual: [2]int{1000, 3000}}
)

// columns are those of a table, as rows have their values.
var columns = []string{"id", "n", "t", "b", "j", "at", "a"}

// rows returns the rows with the numbers from first to last, each of which is
// the same whenever it is asked for.
func (s shape) rows(first, last int) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for i := first; i <= last; i++ {
			if !yield(s.row(i), nil) {
				return
			}
		}
	}
}

// row returns the values of a row; NULL now and then.
func (s shape) row(i int) []any {
	r := random(i)
	size, of := s.size(r, i), s.pieces
	if of == nil {
		of = pieces
	}
	text, blob := size, r.IntN(40)
	if r.IntN(3) == 0 {
		text, blob = blob, text
	}
	row := []any{
		int64(i),
		strconv.FormatFloat(float64(r.Int64N(1e12)-5e11)/1e6, 'f', 6, 64),
		textOf(r, of, text),
		bytesOf(r, blob),
		fmt.Sprintf(`{"k": [%d, null, "\"\\"], "n": %q}`, r.IntN(1000), of[r.IntN(len(of)-1)]),
		time.UnixMicro(r.Int64N(4e15)).UTC(),
		arrayOf(r, of),
	}
	if n := r.IntN(3 * len(row)); n > 0 && n < len(row) {
		row[n] = nil
	}
	return row
}

func (s shape) size(r *rand.Rand, i int) int {
	within := func(low, high int) int { return low + r.IntN(high-low) }
	switch {
	case s.hugeEvery > 0 && i%s.hugeEvery == s.hugeEvery/3:
		return within(s.huge[0], s.huge[1])
	case s.largeEvery > 0 && i%s.largeEvery == s.largeEvery/3:
		return within(s.large[0], s.large[1])
	case s.usual[1] > 0:
		return within(s.usual[0], s.usual[1])
	}
	switch n := r.IntN(1000); {
	case n < 900:
		return r.IntN(120)
	case n < 992:
		return within(120, 1000)
	default:
		return within(1000, 16<<10)
	}
}

// pieces are what texts are made of: what some form of text has to escape, and
// characters of one to four bytes.
var pieces = []string{"it's", `"q"`, `\`, `\\x41`, ",", "(", ")", "{", "}", "é", "漢字", "😀", "NULL", "''", " ", "[1]", ":p", "$1", "?", "\r\n", "\t", "\x01"}

// textOf returns a text of about so many bytes. In a long one the blocks are
// numbered, so that none of them can be missing unnoticed.
func textOf(r *rand.Rand, of []string, size int) string {
	var b strings.Builder
	for b.Len() < min(size, 300) {
		b.WriteString(of[r.IntN(len(of))])
	}
	block := b.String()
	for n := 1; b.Len() < size; n++ {
		b.WriteString(strconv.Itoa(n))
		b.WriteString(block)
	}
	return b.String()
}

func random(i int) *rand.Rand { return rand.New(rand.NewPCG(*seed, uint64(i))) }

func bytesOf(r *rand.Rand, size int) []byte {
	b := make([]byte, size+8)
	for i := 0; i < size; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
	return b[:size]
}

// arrayOf returns the text of an array of texts, as PostgreSQL writes it.
func arrayOf(r *rand.Rand, of []string) string {
	list := make([]string, r.IntN(4))
	for i := range list {
		if list[i] = "NULL"; r.IntN(4) > 0 {
			list[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(of[r.IntN(len(of))]) + `"`
		}
	}
	return "{" + strings.Join(list, ",") + "}"
}
