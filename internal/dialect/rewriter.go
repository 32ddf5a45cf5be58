package dialect

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// rewriter makes a copy of a text in which spans are replaced, and remembers
// what came from where. Replacements come in order and do not overlap.
type rewriter struct {
	src   string
	done  int // bytes of src that are copied
	buf   []byte
	edits []edit
}

// edit says that srcLen bytes at src became dstLen bytes at dst.
type edit struct{ src, srcLen, dst, dstLen int }

// replace writes text for src[from:to].
func (w *rewriter) replace(from, to int, text string) {
	if w.src[from:to] == text {
		return
	}
	if w.edits == nil {
		w.buf = make([]byte, 0, len(w.src)+32)
		w.edits = make([]edit, 0, 8)
	}
	w.buf = append(w.buf, w.src[w.done:from]...)
	w.edits = append(w.edits, edit{from, to - from, len(w.buf), len(text)})
	w.buf = append(w.buf, text...)
	w.done = to
}

// insert writes text before src[at].
func (w *rewriter) insert(at int, text string) { w.replace(at, at, text) }

// before returns the byte that precedes what will be written for src[at], or
// a space at the very start.
func (w *rewriter) before(at int) byte {
	switch {
	case at > w.done:
		return w.src[at-1]
	case len(w.buf) > 0:
		return w.buf[len(w.buf)-1]
	}
	return ' '
}

// placeholder writes a placeholder for src[from:to], apart from neighbours
// that it would melt into.
func (w *rewriter) placeholder(from, to int, text string) {
	if b := w.before(from); isWord(b) || b == ':' {
		w.insert(from, " ")
	}
	w.replace(from, to, text)
	if to < len(w.src) && isWord(w.src[to]) {
		w.insert(to, " ")
	}
}

// text returns the copy. The rewriter is not used any more.
func (w *rewriter) text() string {
	if len(w.edits) == 0 {
		return w.src
	}
	return string(append(w.buf, w.src[w.done:]...))
}

// offsets maps places in a rewritten text back to the text it came from.
type offsets struct {
	src, dst string
	edits    []edit
}

// sourceOffset maps a character position in dst to one in src. Both count
// from 1; one out of range goes to the nearest end.
func (o offsets) sourceOffset(pos int) int {
	at := byteOffset(o.dst, pos)
	// The last edit that starts at or before at decides.
	i := sort.Search(len(o.edits), func(i int) bool { return o.edits[i].dst > at }) - 1
	if i >= 0 {
		e := o.edits[i]
		if into := at - e.dst; into < e.dstLen {
			at = e.src + min(into, max(e.srcLen-1, 0))
		} else {
			at = e.src + e.srcLen + into - e.dstLen
		}
	}
	at = min(at, len(o.src))
	for at > 0 && at < len(o.src) && !utf8.RuneStart(o.src[at]) {
		at--
	}
	return utf8.RuneCountInString(o.src[:at]) + 1
}

// byteOffset returns where the pos-th character of s starts.
func byteOffset(s string, pos int) int {
	for i := range s {
		if pos--; pos <= 0 {
			return i
		}
	}
	return len(s)
}

// doubleQuotes writes src[from:to] with each of its single quotes doubled
// and, if asked to, each backslash.
func (w *rewriter) doubleQuotes(from, to int, backslashes bool) {
	for i := from; i < to; i++ {
		switch w.src[i] {
		case '\'':
			w.insert(i, "'")
		case '\\':
			if backslashes {
				w.insert(i, `\`)
			}
		}
	}
}

// separate writes a space before src[at] if what precedes would melt into a
// string that starts there.
func (w *rewriter) separate(at int) {
	if b := w.before(at); isWord(b) || b == '\'' || b == '"' || b == '&' {
		w.insert(at, " ")
	}
}

// contains says whether s holds any of the parts.
func contains(s string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}
