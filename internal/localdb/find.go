package localdb

import (
	"fmt"
	"os"
	"strings"
)

// tried lists the places where a server was looked for in vain, and what was
// there.
type tried []string

// add notes a place: the servers there that are of no use, or that there is
// nothing. No place, as a PATH that is empty, is not worth a note.
func (t *tried) add(place, nothing string, misses ...string) {
	if place == "" {
		return
	}
	if len(misses) > 0 {
		nothing = strings.Join(misses, "; ")
	}
	*t = append(*t, place+": "+nothing)
}

// stamp changes when a server's file does.
func stamp(dir, version string, file os.FileInfo) string {
	return fmt.Sprintf("%s %s %d %d", dir, version, file.Size(), file.ModTime().UnixNano())
}
