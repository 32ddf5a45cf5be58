package dialect

import (
	"bytes"
	"encoding/json"
)

// CompactJSON takes the white space out of a JSON text, as the service does
// (F0105). That order, repeated keys and the spelling of numbers stay is a choice
// (F0234).
func CompactJSON(text string) string {
	var b bytes.Buffer
	b.Grow(len(text))
	if err := json.Compact(&b, []byte(text)); err != nil {
		return text // nested deeper than the package reads
	}
	return b.String()
}
