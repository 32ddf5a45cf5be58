package auroradataapi

import (
	"bytes"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestLongJSON reads a long value of a JSON column, which is written without white
// space as one that is not long; and keeps it where the service sends it as bytes.
func TestLongJSON(t *testing.T) {
	const query = "SELECT j FROM t"
	text := `{"a": "` + strings.Repeat("x", longValue) + `"}`
	for _, tt := range []struct{ sent, want wire.Field }{
		{wire.String(text), wire.String(strings.Replace(text, " ", "", 1))},
		{wire.Blob([]byte(text)), wire.Blob([]byte(text))},
	} {
		api := &scriptedAPI{execute: func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
			row := []wire.Field{tt.sent}
			if strings.Contains(r.SQL, "OCTET_LENGTH") {
				row = []wire.Field{wire.Long(int64(len(text))), wire.Long(int64(len(text))), wire.Long(1)}
			}
			return &wire.ExecuteResponse{Records: wire.NewRecords([][]wire.Field{row})}, nil
		}}
		c := scriptedConnOf(t, api, "mysql")
		parsed := dialect.MySQL.Parse(query)
		keyed, err := parsed.Keyed()
		if err != nil {
			t.Fatal(err)
		}
		scan, err := keyed.Choose([]dialect.TableColumn{{Name: "id", Type: "int"}}, []dialect.IndexPart{{Index: "PRIMARY", Unique: true, Column: "id"}})
		if err != nil {
			t.Fatal(err)
		}
		p := &keyPages{pageCalls: c.newPageCalls(call{query: query, parsed: parsed}), keyed: keyed, scan: scan, columns: []wire.ColumnMetadata{{Label: "j", TypeName: "JSON"}}}
		if err := p.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer p.end(t.Context(), endEarly)
		page, err := p.fetchLong(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := page.fields[0]
		if got.Kind() != tt.want.Kind() || got.Str() != tt.want.Str() || !bytes.Equal(got.Blob(), tt.want.Blob()) {
			t.Errorf("got a %s of %d characters and %d bytes", got.Kind(), len(got.Str()), len(got.Blob()))
		}
	}
}
