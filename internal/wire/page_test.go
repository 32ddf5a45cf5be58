package wire_test

import (
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/google/go-cmp/cmp"
)

// pageSeeds are lists of rows in the spellings that are read in one go, in
// those that are not quite, and in others.
func pageSeeds() []string {
	rows := func(fields string) string { return `[[` + fields + `],[` + fields + `,{"isNull":true}]]` }
	seeds := []string{
		`[]`, `[[]]`, `[[],[]]`, ` [ [ ] ] `, `[[]`, `[[],`, `[[]]]`, `[[]],`, `[null]`, `[[null]]`, `[[{}]]`, `[[{"x":1}]]`, `[`, `[[`, `[[{`,
	}
	for _, f := range anyFields() {
		seeds = append(seeds, rows(string(f.AppendJSON(nil))))
	}
	for _, v := range []string{
		`"longValue":0`, `"longValue":-0`, `"longValue":01`, `"longValue":9223372036854775807`, `"longValue":9223372036854775808`,
		`"longValue":-9223372036854775808`, `"longValue":-9223372036854775809`, `"longValue":99999999999999999999`, `"longValue":1.0`, `"longValue":`,
		`"longValue":-`, `"longValue": 1`, `"longValue":1 `, `"longValue":"1"`, `"longValue":null`, `"longValue":1,"isNull":true`, ` "longValue":1`,
		`"doubleValue":0`, `"doubleValue":-0`, `"doubleValue":-0.0`, `"doubleValue":0.1`, `"doubleValue":.1`, `"doubleValue":1.`, `"doubleValue":00.1`,
		`"doubleValue":9007199254740993`, `"doubleValue":9007199254740.993`, `"doubleValue":0.0000000000000000000000012345`, `"doubleValue":1e400`,
		`"doubleValue":1.7976931348623157e308`, `"doubleValue":"NaN"`, `"doubleValue":123456789012345678901234567890123456789.5`, `"doubleValue":1E5`,
		`"booleanValue":true`, `"booleanValue":false`, `"booleanValue":tru`, `"booleanValue":truee`, `"booleanValue":0`,
		`"isNull":true`, `"isNull":false`, `"isNull":true `, `"isNull":truE`,
		`"blobValue":""`, `"blobValue":"AA=="`, `"blobValue":"AAA="`, `"blobValue":"AAAA"`, `"blobValue":"A==="`, `"blobValue":"===="`, `"blobValue":"AAA"`,
		`"blobValue":"\/+8="`, "\"blobValue\":\"AA\nA=\"", `"blobValue":"AA==AA=="`, `"blobValue":"` + strings.Repeat("QUJD", 700) + `"`,
		`"stringValue":""`, `"stringValue":"é€😀"`, "\"stringValue\":\"\xff\"", "\"stringValue\":\"a\x1fb\"", `"stringValue":"a\u00e9\ud83d\ude00\/\b\f\n\r\t\"\\"`,
		`"stringValue":"\ud83d"`, `"stringValue":"\ude00\ud83d"`, `"stringValue":"\u12"`, `"stringValue":"\q"`, `"stringValue":"\`, `"stringValue":"a`,
		`"stringValue":"` + strings.Repeat("x", 5000) + `"`, `"stringValue":"` + strings.Repeat(`x\n`, 2500) + `"`, `"stringValue":"` + strings.Repeat(`"`, 3),
		`"arrayValue":{"longValues":[1,null]}`, `"uuidValue":"x"`, `"stringValue":"a","stringValue":"b"`,
	} {
		seeds = append(seeds, rows(`{`+v+`}`))
	}
	return seeds
}

// readPage reads rows one after the other and copies them.
func readPage(list string) (rows [][]wire.Field, err error) {
	r := wire.NewPage([]byte(list))
	var dst []wire.Field
	for {
		row, err := r.Next(dst)
		if err != nil {
			return rows, err
		}
		rows, dst = append(rows, append([]wire.Field{}, row...)), row
	}
}

// FuzzPage expects the same rows, or the same error in the same place, from
// the one pass and from the scanner that can do everything.
func FuzzPage(f *testing.F) {
	for _, seed := range pageSeeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		if strings.HasPrefix(list, "[") {
			checkPage(t, list)
		}
	})
}

// FuzzDamagedPage does the same with rows that were right but for one place.
func FuzzDamagedPage(f *testing.F) {
	for kind := range byte(8) {
		f.Add([]byte{3, 4, kind, 5, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', kind}, uint16(kind), kind)
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16, with byte) {
		s := &source{data: data}
		resp := &wire.ExecuteResponse{Records: wire.NewRecords(list(s, s.fields))}
		text := string(resp.AppendJSON(nil))
		text = strings.TrimSuffix(text[strings.Index(text, "["):], "}")
		checkPage(t, text)
		if i := int(at) % len(text); i > 0 {
			checkPage(t, text[:i]+string([]byte{with})+text[i+1:])
			checkPage(t, text[:i]+text[i+1:])
		}
	})
}

func checkPage(t *testing.T, list string) {
	t.Helper()
	want, wantErr := wire.ReadSlowly([]byte(list))
	got, err := readPage(list)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%q: rows (-scanner +page):\n%s", list, d)
	}
	if wantErr != io.EOF {
		checkJSONError(t, "page", list, err)
	}
	if d := cmp.Diff(wantErr.Error(), err.Error()); d != "" {
		t.Errorf("%q: error (-scanner +page):\n%s", list, d)
	}
}

// FuzzPageDouble compares doubles in decimal notation with strconv's.
func FuzzPageDouble(f *testing.F) {
	for _, v := range []float64{0.1, 1.0 / 3, 5e-324, 123456.789, 1 << 53, 1<<53 + 2, math.Pi} {
		f.Add(math.Float64bits(v), int8(17))
		f.Add(math.Float64bits(v), int8(3))
	}
	f.Fuzz(func(t *testing.T, bits uint64, precision int8) {
		v := math.Float64frombits(bits)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		text := strconv.FormatFloat(v, 'f', int(precision), 64)
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := readPage(`[[{"doubleValue":` + text + `}]]`)
		if err != io.EOF || math.Float64bits(rows[0][0].Double()) != math.Float64bits(want) {
			t.Errorf("%s was read as %v, %v", text, rows, err)
		}
	})
}

// TestPageOfStrings reads strings of each length up to some words, with each
// special character at each place in them.
func TestPageOfStrings(t *testing.T) {
	for n := range 40 {
		plain := strings.Repeat("x", n)
		checkPage(t, `[[{"stringValue":"`+plain+`"}]]`)
		for _, special := range []string{`\n`, `\"`, `\u00e9`, "é", "\x1f", "\xff", `\ud83d\ude00`, "\x7f", "!", "[", "#"} {
			for at := range n + 1 {
				text := plain[:at] + special + plain[at:]
				checkPage(t, `[[{"stringValue":"`+text+`"}]]`)
				checkPage(t, `[[{"stringValue":"`+text+special+`"},{"stringValue":"`+text+`"},{"stringValue":"the end of the page"}]]`)
			}
		}
	}
}

// TestKeptValues keeps one value of each row while all others come and go.
func TestKeptValues(t *testing.T) {
	const rows = 3000
	text := func(i int) string { return strings.Repeat(strconv.Itoa(i)+"\t", 1+i%300) }
	var made [][]wire.Field
	for i := range rows {
		made = append(made, []wire.Field{wire.String(text(i)), wire.Blob([]byte(text(i)))})
	}
	body := (&wire.ExecuteResponse{Records: wire.NewRecords(made)}).AppendJSON(nil)
	var resp wire.ExecuteResponse
	if err := resp.ParseJSON(body); err != nil {
		t.Fatal(err)
	}
	var texts []string
	var blobs [][]byte
	var dst []wire.Field
	for {
		row, err := resp.Records.Next(dst)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		dst = row
		texts, blobs = append(texts, row[0].Str()), append(blobs, row[1].Blob())
		blobs[len(blobs)-1] = append(blobs[len(blobs)-1], "appended"...) // into nobody else's memory
	}
	for i := range body {
		body[i] = '#'
	}
	for i := range rows {
		if texts[i] != text(i) || string(blobs[i]) != text(i)+"appended" {
			t.Fatalf("row %d changed to %.40q, %.40q", i, texts[i], blobs[i])
		}
	}
}

// TestDecodeAllocations is the gate: a row is decoded without allocating, but
// for a chunk of memory for the values now and then.
func TestDecodeAllocations(t *testing.T) {
	const rows, most = 2000, 0.05
	fields := map[string][]wire.Field{
		"numbers": {wire.Long(1 << 40), wire.Double(1.5), wire.Double(1.0 / 3), wire.Null(), wire.Boolean(true)},
		"mixed": {wire.Long(1 << 40), wire.String("some name or other"), wire.String("12345678.90"), wire.Double(0.1), wire.Boolean(false),
			wire.String("2024-01-15 03:34:56.123456"), wire.String(`a "quoted" text`), wire.Blob([]byte("sixteen bytes of"))},
		"nulls":   {wire.Null(), wire.Null(), wire.Null(), wire.Null(), wire.Null(), wire.Null()},
		"escapes": {wire.String(`{"a":"b","c":[1,2,3]}`)},
	}
	for name, row := range fields {
		t.Run(name, func(t *testing.T) {
			made := make([][]wire.Field, rows)
			for i := range made {
				made[i] = row
			}
			body := (&wire.ExecuteResponse{Records: wire.NewRecords(made)}).AppendJSON(nil)
			dst := make([]wire.Field, 0, len(row))
			allocs := testing.AllocsPerRun(5, func() {
				var resp wire.ExecuteResponse
				if err := resp.ParseJSON(body); err != nil {
					t.Error(err)
				}
				n := 0
				for ; ; n++ {
					if _, err := resp.Records.Next(dst); err != nil {
						break
					}
				}
				if n != rows {
					t.Errorf("%d rows", n)
				}
			})
			if perRow := allocs / rows; perRow > most {
				t.Errorf("%.3f allocations a row, want at most %v", perRow, most)
			}
		})
	}
}
