package auroradataapi

import (
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// copyChunk is the rows of one call, as the JSON that carries them.
type copyChunk struct {
	numbers []int64 // of the rows, from 1; those of rows that cannot be sent are not there
	text    []byte
	starts  []int // where each row begins in text
	quoted  int   // bytes that text takes as a string within a request; not of a part
}

// add adds a row, which has a comma behind it.
func (k *copyChunk) add(number int64, row []byte) {
	k.numbers = append(k.numbers, number)
	k.starts = append(k.starts, len(k.text))
	k.text = append(k.text, row...)
	k.quoted += quotedLen(row)
}

// reset forgets everything but the memory.
func (k *copyChunk) reset() {
	*k = copyChunk{numbers: k.numbers[:0], text: k.text[:0], starts: k.starts[:0]}
}

func (k *copyChunk) rows() int { return len(k.starts) }

// first and last return the numbers of the first and the last row.
func (k *copyChunk) first() int64 { return k.numbers[0] }

func (k *copyChunk) last() int64 { return k.numbers[len(k.numbers)-1] }

// addTo adds the numbers of the rows to ranges.
func (k *copyChunk) addTo(ranges []RowRange) []RowRange {
	for i, n := range k.numbers {
		if i > 0 && n == k.numbers[i-1]+1 {
			ranges[len(ranges)-1].Last = n
			continue
		}
		ranges = append(ranges, RowRange{n, n})
	}
	return ranges
}

// maxSpareBytes bounds the memory of rows that is kept: one in pieces may take far more
// than a request.
const maxSpareBytes = 2 * wire.MaxRequestBytes

// memory returns a chunk without rows, with the memory of one that was loaded if there
// is one: that need not grow again.
func (p *copier) memory() *copyChunk {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.spare)
	if n == 0 {
		return new(copyChunk)
	}
	k := p.spare[n-1]
	p.spare = p.spare[:n-1]
	return k
}

// reuse takes the memory of a chunk that nobody reads any more.
func (p *copier) reuse(k *copyChunk) {
	if cap(k.text) > maxSpareBytes {
		return
	}
	k.reset()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spare = append(p.spare, k)
}

// json returns the rows as the parameter of a call.
func (k *copyChunk) json() string {
	var b strings.Builder
	b.Grow(len(k.text) + 1)
	b.WriteByte('[')
	b.Write(k.text[:len(k.text)-1]) // there is no chunk without a row, and a comma behind it
	b.WriteByte(']')
	return b.String()
}

// part returns the rows from i to j as a chunk, in the memory of this one.
func (k *copyChunk) part(i, j int) *copyChunk {
	from, to := k.starts[i], len(k.text)
	if j < len(k.starts) {
		to = k.starts[j]
	}
	p := &copyChunk{numbers: k.numbers[i:j], text: k.text[from:to], starts: make([]int, j-i)}
	for n := range p.starts {
		p.starts[n] = k.starts[i+n] - from
	}
	return p
}

// quotedLen returns how many bytes the text takes as a string within JSON.
func quotedLen(text []byte) int {
	n := len(text)
	for _, c := range text {
		if c == '"' || c == '\\' {
			n++
		}
	}
	return n
}

// quotedPiece returns how long the longest piece at the start of the text is that
// takes no more than so many bytes as a string within JSON, and cuts no character.
func quotedPiece(text []byte, most int) int {
	n := 0
	for i, c := range text {
		if n++; c == '"' || c == '\\' {
			n++
		}
		if n > most {
			for i > 0 && !utf8.RuneStart(text[i]) {
				i--
			}
			return i
		}
	}
	return len(text)
}
