package wire_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

const threeRows = `{"records":[ [{"stringValue":"a\n"},{"longValue":1}] , [{"isNull":true},{"blobValue":"AQI="}],[{"stringValue":"c"},{"arrayValue":{"longValues":[1,null]}}] ]}`

func threeRowFields() [][]wire.Field {
	return [][]wire.Field{
		{wire.String("a\n"), wire.Long(1)},
		{wire.Null(), wire.Blob([]byte{1, 2})},
		{wire.String("c"), wire.ArrayOf(wire.KindLong, wire.Long(1), wire.Null())},
	}
}

// eachRecords runs a test over rows that came over the wire and over rows that
// a server made, which have to behave alike.
func eachRecords(t *testing.T, test func(t *testing.T, r *wire.Records)) {
	t.Run("undecoded", func(t *testing.T) { test(t, parse[wire.ExecuteResponse](t, threeRows).Records) })
	t.Run("made", func(t *testing.T) { test(t, wire.NewRecords(threeRowFields())) })
}

func wantEOF(t *testing.T, r *wire.Records) {
	t.Helper()
	for range 3 {
		if row, err := r.Next(nil); err != io.EOF || row != nil {
			t.Fatalf("behind the last row: %v, %v; want io.EOF", row, err)
		}
	}
}

func TestRecordsHandOutEveryRow(t *testing.T) {
	eachRecords(t, func(t *testing.T, r *wire.Records) {
		var kept [][]wire.Field
		dst := make([]wire.Field, 1, 8) // what it holds is not to be seen again
		first := &dst[0]
		for i := range 3 {
			if n := r.Len(); n != 3-i {
				t.Errorf("%d rows are left, want %d", n, 3-i)
			}
			row, err := r.Next(dst)
			if err != nil {
				t.Fatal(err)
			}
			if &row[0] != first {
				t.Error("the row is not in the memory that was given")
			}
			kept, dst = append(kept, slices.Clone(row)), row
		}
		wantEOF(t, r)
		r.Close()
		wantEOF(t, r)
		if n := r.Len(); n != 0 {
			t.Errorf("%d rows are left behind the last", n)
		}
		if d := diff(threeRowFields(), kept); d != "" {
			t.Errorf("rows (-want +got):\n%s", d)
		}
	})
}

func TestRecordsGrowWhatIsTooSmall(t *testing.T) {
	eachRecords(t, func(t *testing.T, r *wire.Records) {
		row, err := r.Next(make([]wire.Field, 0, 1))
		if d := diff(threeRowFields()[0], row); err != nil || d != "" {
			t.Errorf("row: %v (-want +got):\n%s", err, d)
		}
	})
}

// TestRecordsKeepNothingOfTheMessage changes the message, which is forbidden
// while there are rows left, after the last one was read.
func TestRecordsKeepNothingOfTheMessage(t *testing.T) {
	body := []byte(threeRows)
	var resp wire.ExecuteResponse
	if err := resp.ParseJSON(body); err != nil {
		t.Fatal(err)
	}
	got := contentOf(resp.Records)
	for i := range body {
		body[i] = '#'
	}
	if d := diff(&content{Rows: threeRowFields()}, got); d != "" {
		t.Errorf("rows changed with the message (-want +got):\n%s", d)
	}
}

func TestRecordsClosedMidway(t *testing.T) {
	eachRecords(t, func(t *testing.T, r *wire.Records) {
		if _, err := r.Next(nil); err != nil {
			t.Fatal(err)
		}
		r.Close()
		r.Close()
		wantEOF(t, r)
		if got := string((&wire.ExecuteResponse{Records: r}).AppendJSON(nil)); got != `{"numberOfRecordsUpdated":0,"records":[]}` {
			t.Errorf("closed records were written as %s", got)
		}
	})
}

func TestNilRecords(t *testing.T) {
	var r *wire.Records
	r.Close()
	wantEOF(t, r)
	if got := string((&wire.ExecuteResponse{Records: r}).AppendJSON(nil)); got != `{"numberOfRecordsUpdated":0}` {
		t.Errorf("absent records were written as %s", got)
	}
}

func TestRecordsWriteWhatIsLeft(t *testing.T) {
	eachRecords(t, func(t *testing.T, r *wire.Records) {
		for read := range 4 {
			for range 2 { // writing does not use the rows up
				text := (&wire.ExecuteResponse{Records: r}).AppendJSON(nil)
				got := parse[wire.ExecuteResponse](t, string(text))
				if d := diff(wire.NewRecords(threeRowFields()[read:]), got.Records); d != "" {
					t.Errorf("after %d rows (-want +got):\n%s", read, d)
				}
			}
			if _, err := r.Next(nil); (err == io.EOF) != (read == 3) {
				t.Fatalf("row %d: %v", read, err)
			}
		}
	})
}

func TestMalformedRows(t *testing.T) {
	tests := map[string]struct {
		rows, want string
		before     int // rows that are good
	}{
		"a row that is none":     {`[[],[{}],3]`, "records[2]: a number where a list has to be at byte 20", 2},
		"a row that is null":     {`[null]`, "records[0]: null where a list has to be at byte 12", 0},
		"a field that is none":   {`[[{"isNull":true},"x"]]`, `records[0][1]: a string where an object has to be at byte 29`, 0},
		"a value of a kind":      {`[[],[],[],[{"isNull":true},{"longValue":1.5}]]`, "records[3][1].longValue: the number 1.5 is not an integer at byte 51", 3},
		"a field of two":         {`[[],[{"isNull":true,"longValue":1}]]`, "records[1][0].longValue: a second member of a Field, which already has isNull at byte 44", 1},
		"an element of a kind":   {`[[{"arrayValue":{"stringValues":[null,1]}}]]`, "records[0][0].arrayValue.stringValues[1]: a number where a string has to be at byte 49", 0},
		"a malformed escape":     {`[[{"stringValue":"\q"}]]`, `records[0][0].stringValue: the malformed escape \q at byte 28`, 0},
		"a half pair":            {`[[],[{"stringValue":"a\ud83d"},{"isNull":true}]]`, `records[1][0].stringValue: an escape that is half of a surrogate pair at byte 31`, 1},
		"invalid UTF-8":          {"[[{\"stringValue\":\"\xff\"},{\"isNull\":true}]]", `records[0][0].stringValue: a string that is not valid UTF-8 at byte 28`, 0},
		"a control character":    {"[[{\"stringValue\":\"\t\"},{\"isNull\":true}]]", `records[0][0].stringValue: the control character 0x09 inside a string at byte 29`, 0},
		"rows without a comma":   {`[[][{}]]`, "records: a list where a comma or the end of the list has to be at byte 14", 1},
		"a comma too many":       {`[[],,[{}]]`, "records[1]: ',' where a list has to be at byte 15", 1},
		"a comma before":         {`[,[{}]]`, "records[0]: ',' where a list has to be at byte 12", 0},
		"a comma behind":         {`[[{}],[{},],[{}]]`, "records[1][1]: ']' where an object has to be at byte 21", 1},
		"an end too early":       {`[[],[]],"new":[[{}]]`, "records: ',' behind the last row at byte 18", 2},
		"one bracket":            {`[[],{"isNull":true}]]`, "records[1]: an object where a list has to be at byte 15", 1},
		"fields without a comma": {`[[{"isNull":true}{"isNull":true}]]`, "records[0]: an object where a comma or the end of the list has to be at byte 28", 0},
		"a number without range": {`[[{"doubleValue":-1e999}]]`, "records[0][0].doubleValue: the number -1e999 does not fit into a double at byte 28", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := `{"records":` + tt.rows + `}`
			r := parse[wire.ExecuteResponse](t, text).Records
			for range tt.before {
				if _, err := r.Next(nil); err != nil {
					t.Fatalf("a good row: %v", err)
				}
			}
			row, err := r.Next(nil)
			if err == nil || row != nil {
				t.Fatalf("accepted a row of %s as %v", tt.rows, row)
			}
			checkJSONError(t, name, text, err)
			if err.Error() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", err, tt.want)
			}
			wantEOF(t, r)
		})
	}
}

// TestMembersBehindTheRows reads answers whose members come in another order
// than usual.
func TestMembersBehindTheRows(t *testing.T) {
	rows := strings.TrimSuffix(strings.TrimPrefix(threeRows, `{`), `}`)
	want := func(rows [][]wire.Field) *wire.ExecuteResponse {
		return &wire.ExecuteResponse{Records: wire.NewRecords(rows), NumberOfRecordsUpdated: 7,
			ColumnMetadata: []wire.ColumnMetadata{{Label: "a"}, {Label: "b"}}}
	}
	const rest = `"numberOfRecordsUpdated":7,"columnMetadata":[{"label":"a"},{"label":"b"}]`
	tests := map[string]struct {
		text string
		want [][]wire.Field
	}{
		"before":                {`{` + rest + `,` + rows + `}`, threeRowFields()},
		"before, white space":   {`{` + rest + `,` + rows + " }\n", threeRowFields()},
		"behind":                {`{` + rows + `,` + rest + `}`, threeRowFields()},
		"behind compact rows":   {`{"records":[[{"longValue":1}]],` + rest + `}`, [][]wire.Field{{wire.Long(1)}}},
		"behind, spaced":        {`{"records":[[{"longValue":1}]] , ` + rest + ` } `, [][]wire.Field{{wire.Long(1)}}},
		"behind no rows":        {`{"records":[],` + rest + `}`, [][]wire.Field{}},
		"behind an empty row":   {`{"records":[[]],` + rest + `}`, [][]wire.Field{{}}},
		"behind brackets":       {`{"records":[[{"stringValue":"]],"},{"isNull":true}]],` + rest + `}`, [][]wire.Field{{wire.String("]],"), wire.Null()}}},
		"with brackets":         {`{"records":[[{"longValue":1}]],` + rest + `,"new":"]]"}`, [][]wire.Field{{wire.Long(1)}}},
		"before a list of null": {`{"records":[[{"longValue":1}]],` + rest + `,"new":[ null ]}`, [][]wire.Field{{wire.Long(1)}}},
		"before lists of lists": {`{"records":[[{"longValue":1}]],` + rest + `,"new":[[1]]}`, [][]wire.Field{{wire.Long(1)}}},
		"far behind": {`{"records":[[{"longValue":1}]],` + rest + `,"new":"` + strings.Repeat("x", 100_000) + `"}`,
			[][]wire.Field{{wire.Long(1)}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := diff(want(tt.want), parse[wire.ExecuteResponse](t, tt.text)); d != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, d)
			}
		})
	}
}

// TestTruncatedAnswers cuts an answer off at every byte. That it was is always
// found, at the latest when its rows are read.
func TestTruncatedAnswers(t *testing.T) {
	for _, text := range []string{
		strings.TrimSuffix(threeRows, "}") + `,"numberOfRecordsUpdated":3}`,
		string((&wire.ExecuteResponse{Records: wire.NewRecords(threeRowFields())}).AppendJSON(nil)),
		`{"records":[[{"stringValue":"}]]}"}],[{"stringValue":"}]]"}]]}`,
	} {
		for n := range text {
			resp := new(wire.ExecuteResponse)
			if err := resp.ParseJSON([]byte(text[:n])); err == nil && contentOf(resp.Records).Err == "" {
				t.Errorf("accepted %s", text[:n])
			}
		}
	}
}

// TestReleaseOnce has the message given back when nothing needs it any more,
// however that comes about.
func TestReleaseOnce(t *testing.T) {
	tests := map[string]struct {
		text  string
		calls int // of Next
		rows  int
	}{
		"read to the end": {threeRows, 5, 3},
		"closed midway":   {threeRows, 2, 2},
		"never read":      {threeRows, 0, 0},
		"without rows":    {`{"records":[]}`, 1, 0},
		"malformed":       {`{"records":[[],[1]]}`, 3, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := parse[wire.ExecuteResponse](t, tt.text).Records
			released := 0
			r.OnClose(func(int) { released++ })
			r.OnClose(func(read int) {
				if read != tt.rows {
					t.Errorf("told of %d rows, want %d", read, tt.rows)
				}
			})
			for i := range tt.calls {
				_, err := r.Next(nil)
				if err == nil && released > 0 {
					t.Fatalf("released before row %d", i)
				}
				if err != nil && released != 1 {
					t.Fatalf("released %d times after %v", released, err)
				}
			}
			for range 2 {
				if r.Close(); released != 1 {
					t.Errorf("released %d times", released)
				}
			}
		})
	}
}

// TestRowsOfNumbersAllocateNothing keeps names and closures off the heap.
func TestRowsOfNumbersAllocateNothing(t *testing.T) {
	const rows = 1000
	text := `{"records":[` + strings.Repeat(`[{"longValue":1},{"isNull":true},{"doubleValue":0.5}],`, rows-1) + `[]]}`
	body, dst := []byte(text), make([]wire.Field, 0, 3)
	allocs := testing.AllocsPerRun(5, func() {
		var resp wire.ExecuteResponse
		if err := resp.ParseJSON(body); err != nil {
			t.Error(err)
		}
		for {
			if _, err := resp.Records.Next(dst); err != nil {
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				return
			}
		}
	})
	if allocs > rows/10 {
		t.Errorf("%v allocations for %d rows", allocs, rows)
	}
}
