package auroradataapi

import (
	"strings"
	"unicode/utf8"
)

// copyChunk is the rows of one call, as the JSON that carries them.
type copyChunk struct {
	numbers []int64 // of the rows, from 1; those of rows that cannot be sent are not there
	text    []byte
	starts  []int // where each row begins in text
	quoted  int   // bytes that text takes as a string within a request; not of a part
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

// json returns the rows as the parameter of a call.
func (k *copyChunk) json() string { return "[" + strings.TrimSuffix(string(k.text), ",") + "]" }

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
