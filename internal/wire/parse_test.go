package wire_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestMalformedRequestsAreRefusedWithTheirPlace(t *testing.T) {
	value := func(field string) string { return `{"parameters":[{"value":` + field + `}]}` }
	nested := func(depth int) string { return strings.Repeat(`{"arrayValues":[`, depth) }
	tests := map[string]struct{ text, want string }{
		"nothing":                  {``, "the end of the message where an object has to be at byte 0"},
		"white space":              {" \n", "the end of the message where an object has to be at byte 2"},
		"a list":                   {`[]`, "a list where an object has to be at byte 0"},
		"null":                     {`null`, "null where an object has to be at byte 0"},
		"no JSON":                  {`sql=select`, "'s' where an object has to be at byte 0"},
		"a byte order mark":        {"\ufeff{}", `'\ufeff' where an object has to be at byte 0`},
		"cut off":                  {`{"sql":"select`, "sql: a string without an end at byte 7"},
		"cut off in an escape":     {`{"sql":"\`, "sql: a string without an end at byte 7"},
		"cut off behind a name":    {`{"sql"`, "the end of the message where a colon has to be at byte 6"},
		"no closing brace":         {`{"sql":""`, "the end of the message where a comma or the end of the object has to be at byte 9"},
		"a trailing comma":         {`{"sql":"",}`, "'}' where a member's name has to be at byte 10"},
		"a name without quotes":    {`{sql:""}`, "'s' where a member's name has to be at byte 1"},
		"a second message":         {`{} {}`, "an object after the message at byte 3"},
		"a trailing NUL":           {"{}\x00", `'\x00' after the message at byte 2`},
		"a half literal":           {`{"x":tru}`, "x: 't' where a value has to be at byte 5"},
		"a long literal":           {`{"x":nullx}`, "'x' where a comma or the end of the object has to be at byte 9"},
		"sql as a number":          {`{"sql": 1}`, "sql: a number where a string has to be at byte 8"},
		"a flag as a string":       {`{"includeResultMetadata":"true"}`, "includeResultMetadata: a string where a boolean has to be at byte 25"},
		"parameters as an object":  {`{"parameters":{}}`, "parameters: an object where a list has to be at byte 14"},
		"a parameter as null":      {`{"parameters":[{},null]}`, "parameters[1]: null where an object has to be at byte 18"},
		"lists without a comma":    {`{"parameters":[{} {}]}`, "parameters: an object where a comma or the end of the list has to be at byte 18"},
		"an unknown hint":          {`{"parameters":[{"typeHint":"INTERVAL"}]}`, `parameters[0].typeHint: "INTERVAL" is none of ["DATE" "DECIMAL" "JSON" "TIME" "TIMESTAMP" "UUID"] at byte 27`},
		"an unknown format":        {`{"formatRecordsAs":"CSV"}`, `formatRecordsAs: "CSV" is none of ["NONE" "JSON"] at byte 19`},
		"an unknown option":        {`{"resultSetOptions":{"longReturnType":"INT"}}`, `resultSetOptions.longReturnType: "INT" is none of ["LONG" "STRING"] at byte 38`},
		"a control character":      {"{\"sql\":\"a\nb\"}", "sql: the control character 0x0a inside a string at byte 9"},
		"an escaped line feed":     {"{\"sql\":\"a\\\nb\"}", "sql: the malformed escape \\\nb at byte 7"},
		"invalid UTF-8":            {"{\"sql\":\"\xff\"}", "sql: a string that is not valid UTF-8 at byte 7"},
		"a surrogate in UTF-8":     {"{\"sql\":\"\xed\xa0\x80\"}", "sql: a string that is not valid UTF-8 at byte 7"},
		"a lone high surrogate":    {`{"sql":"\ud83d!"}`, "sql: an escape that is half of a surrogate pair at byte 7"},
		"a lone low surrogate":     {`{"sql":"\ude00"}`, "sql: an escape that is half of a surrogate pair at byte 7"},
		"surrogates reversed":      {`{"sql":"\ude00\ud83d"}`, "sql: an escape that is half of a surrogate pair at byte 7"},
		"a malformed escape":       {`{"sql":"\u00g0"}`, `sql: the malformed escape \u00g0 at byte 7`},
		"an unknown escape":        {`{"sql":"\q"}`, `sql: the malformed escape \q at byte 7`},
		"the same, unread":         {`{"unknown":["\q"]}`, `unknown[0]: the malformed escape \q at byte 12`},
		"a hint as a number":       {`{"parameters":[{"typeHint":1}]}`, "parameters[0].typeHint: a number where a string has to be at byte 27"},
		"a double as half a text":  {value(`{"doubleValue":"NaN`), "parameters[0].value.doubleValue: a string without an end at byte 39"},
		"a name with a control":    {"{\"s\tql\":1}", "the control character 0x09 inside a string at byte 3"},
		"a half pair, unread":      {`{"unknown":"\ud83d"}`, `unknown: an escape that is half of a surrogate pair at byte 11`},
		"the same, in a name":      {`{"\q":1}`, `the malformed escape \q at byte 1`},
		"a long name":              {`{"` + strings.Repeat("n", 50) + `":?}`, strings.Repeat("n", 40) + "…: '?' where a value has to be at byte 54"},
		"two members of a Field":   {value(`{"isNull":true,"longValue":1}`), "parameters[0].value.longValue: a second member of a Field, which already has isNull at byte 52"},
		"one member twice":         {value(`{"longValue":1,"longValue":1}`), "parameters[0].value.longValue: a second member of a Field, which already has longValue at byte 52"},
		"two members of an array":  {value(`{"arrayValue":{"longValues":[],"stringValues":[]}}`), "parameters[0].value.arrayValue.stringValues: a second member of an ArrayValue, which already has longValues at byte 70"},
		"isNull that is false":     {value(`{"isNull":false}`), "parameters[0].value.isNull: isNull has to be true at byte 39"},
		"a value that is bare":     {value(`1`), "parameters[0].value: a number where an object has to be at byte 24"},
		"a wrong third parameter":  {`{"parameters":[{},{},{"value":{"longValue":"1"}}]}`, "parameters[2].value.longValue: a string where a number has to be at byte 43"},
		"a boolean of 1":           {value(`{"booleanValue":1}`), "parameters[0].value.booleanValue: a number where a boolean has to be at byte 40"},
		"a long of 1.0":            {value(`{"longValue":1.0}`), "parameters[0].value.longValue: the number 1.0 is not an integer at byte 37"},
		"a long of 1e2":            {value(`{"longValue":1e2}`), "parameters[0].value.longValue: the number 1e2 is not an integer at byte 37"},
		"a long of 2^63":           {value(`{"longValue":9223372036854775808}`), "parameters[0].value.longValue: the number 9223372036854775808 does not fit into 64 bits at byte 37"},
		"a long below -2^63":       {value(`{"longValue":-9223372036854775809}`), "parameters[0].value.longValue: the number -9223372036854775809 does not fit into 64 bits at byte 37"},
		"a long with a zero":       {value(`{"longValue":01}`), "parameters[0].value.longValue: malformed number at byte 37"},
		"a long with a plus":       {value(`{"longValue":+1}`), "parameters[0].value.longValue: '+' where a number has to be at byte 37"},
		"a lone minus":             {value(`{"longValue":-}`), "parameters[0].value.longValue: malformed number at byte 37"},
		"a double too large":       {value(`{"doubleValue":1e400}`), "parameters[0].value.doubleValue: the number 1e400 does not fit into a double at byte 39"},
		"a double in hex":          {value(`{"doubleValue":0x1p3}`), "parameters[0].value: 'x' where a comma or the end of the object has to be at byte 40"},
		"a double without digits":  {value(`{"doubleValue":1.}`), "parameters[0].value.doubleValue: malformed number at byte 41"},
		"an exponent without any":  {value(`{"doubleValue":1e+}`), "parameters[0].value.doubleValue: malformed number at byte 42"},
		"a double as text":         {value(`{"doubleValue":"1.5"}`), "parameters[0].value.doubleValue: the string 1.5 where a number has to be at byte 39"},
		"NaN without quotes":       {value(`{"doubleValue":NaN}`), "parameters[0].value.doubleValue: 'N' where a number has to be at byte 39"},
		"nan in lower case":        {value(`{"doubleValue":"nan"}`), "parameters[0].value.doubleValue: the string nan where a number has to be at byte 39"},
		"a blob without padding":   {value(`{"blobValue":"AA"}`), "parameters[0].value.blobValue: a blob that is not base64 at byte 37"},
		"a blob of the URL's kind": {value(`{"blobValue":"_-8="}`), "parameters[0].value.blobValue: a blob that is not base64 at byte 37"},
		"a blob as a list":         {value(`{"blobValue":[0]}`), "parameters[0].value.blobValue: a list where a string has to be at byte 37"},
		"a blob badly escaped":     {value(`{"blobValue":"\q=="}`), `parameters[0].value.blobValue: the malformed escape \q== at byte 37`},
		"an array without a union": {value(`{"arrayValue":[1]}`), "parameters[0].value.arrayValue: a list where an object has to be at byte 38"},
		"an element of a kind":     {value(`{"arrayValue":{"longValues":[1,null,"3"]}}`), "parameters[0].value.arrayValue.longValues[2]: a string where a number has to be at byte 60"},
		"an element further down":  {value(`{"arrayValue":{"arrayValues":[null,{"booleanValues":[0]}]}}`), "parameters[0].value.arrayValue.arrayValues[1].booleanValues[0]: a number where a boolean has to be at byte 77"},
		"arrays too deep":          {`{"parameters":[{"value":{"arrayValue":` + nested(31), "parameters[0].value.arrayValue" + strings.Repeat(".arrayValues[0]", 30) + ": nested more than 64 deep at byte 518"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := new(wire.ExecuteRequest).ParseJSON([]byte(tt.text))
			if err == nil {
				t.Fatalf("accepted %s", tt.text)
			}
			checkJSONError(t, name, tt.text, err)
			if err.Error() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", err, tt.want)
			}
		})
	}
}

func TestMalformedMessagesOfTheOtherTypes(t *testing.T) {
	tests := []struct{ message, text, want string }{
		{"BatchRequest", `{"parameterSets":[[],[{"value":{"longValue":true}}]]}`, "parameterSets[1][0].value.longValue: a boolean where a number has to be at byte 44"},
		{"BatchRequest", `{"parameterSets":[{}]}`, "parameterSets[0]: an object where a list has to be at byte 18"},
		{"BeginRequest", `{"database":["x"]}`, "database: a list where a string has to be at byte 12"},
		{"CommitRequest", `{"transactionId":1}`, "transactionId: a number where a string has to be at byte 17"},
		{"RollbackRequest", `{"secretArn":{}}`, "secretArn: an object where a string has to be at byte 13"},
		{"BeginResponse", `{"transactionId":true}`, "transactionId: a boolean where a string has to be at byte 17"},
		{"CommitResponse", `{"transactionStatus":1}`, "transactionStatus: a number where a string has to be at byte 21"},
		{"RollbackResponse", `{"transactionStatus":1}`, "transactionStatus: a number where a string has to be at byte 21"},
		{"BatchResponse", `{"updateResults":[{"generatedFields":[{"longValue":1},{"longValue":0.5}]}]}`, "updateResults[0].generatedFields[1].longValue: the number 0.5 is not an integer at byte 67"},
		{"ExecuteResponse", `{"numberOfRecordsUpdated":1.5}`, "numberOfRecordsUpdated: the number 1.5 is not an integer at byte 26"},
		{"ExecuteResponse", `{"formattedRecords":[]}`, "formattedRecords: a list where a string has to be at byte 20"},
		{"ExecuteResponse", `{"generatedFields":[1]}`, "generatedFields[0]: a number where an object has to be at byte 20"},
		{"ExecuteResponse", `{"columnMetadata":[{"precision":"1"}]}`, "columnMetadata[0].precision: a string where a number has to be at byte 32"},
		{"ExecuteResponse", `{"columnMetadata":[{},{"isSigned":1}]}`, "columnMetadata[1].isSigned: a number where a boolean has to be at byte 34"},
		{"ExecuteResponse", `{"records":{}}`, "records: an object where a list has to be at byte 11"},
		{"ExecuteResponse", `{"records":[[{"longValue":1}]`, "records: the end of the message where a comma or the end of the list has to be at byte 29"},
	}
	for _, tt := range tests {
		t.Run(tt.message, func(t *testing.T) {
			err := messageTypes()[tt.message]().ParseJSON([]byte(tt.text))
			if err == nil {
				t.Fatalf("accepted %s", tt.text)
			}
			checkJSONError(t, tt.message, tt.text, err)
			if err.Error() != tt.want {
				t.Errorf("%s: got\n%s\nwant\n%s", tt.text, err, tt.want)
			}
		})
	}
}

func TestWhatIsTolerated(t *testing.T) {
	request := func(p wire.Parameter) *wire.ExecuteRequest {
		return &wire.ExecuteRequest{Parameters: []wire.Parameter{p}}
	}
	tests := map[string]struct {
		text string
		want *wire.ExecuteRequest
	}{
		"white space":            {" {\r\n\t\"sql\" :\t\"x\" , \"database\":\"d\"\n}\n", &wire.ExecuteRequest{SQL: "x", Database: "d"}},
		"unknown members":        {`{"a":{"b":[{"c":null}]},"sql":"x","d":-1.5e+3,"e":[[],{}],"f":false}`, &wire.ExecuteRequest{SQL: "x"}},
		"members that are null":  {`{"sql":null,"parameters":null,"resultSetOptions":null,"includeResultMetadata":null,"formatRecordsAs":null,"new":null}`, &wire.ExecuteRequest{}},
		"options that are null":  {`{"resultSetOptions":{"longReturnType":null,"new":1}}`, &wire.ExecuteRequest{}},
		"an empty list":          {`{"parameters":[ ]}`, &wire.ExecuteRequest{Parameters: []wire.Parameter{}}},
		"names in another case":  {`{"SQL":"x"}`, &wire.ExecuteRequest{}},
		"an escaped name":        {`{"\u0073ql":"x"}`, &wire.ExecuteRequest{SQL: "x"}},
		"a member twice":         {`{"sql":"x","sql":"y"}`, &wire.ExecuteRequest{SQL: "y"}},
		"a list twice":           {`{"parameters":[{"name":"a"}],"parameters":[{"name":"b"}]}`, request(wire.Parameter{Name: "b"})},
		"null parameter members": {`{"parameters":[{"name":null,"value":null,"typeHint":null,"new":[]}]}`, request(wire.Parameter{})},
		"an empty Field":         {`{"parameters":[{"value":{}}]}`, request(wire.Parameter{})},
		"a Field member of null": {`{"parameters":[{"value":{"stringValue":null,"longValue":1}}]}`, request(wire.Parameter{Value: wire.Long(1)})},
		"a new Field member":     {`{"parameters":[{"value":{"uuidValue":"x"}}]}`, request(wire.Parameter{})},
		"an array of null":       {`{"parameters":[{"value":{"arrayValue":{"longValues":null,"new":1}}}]}`, request(wire.Parameter{Value: wire.ArrayOf(wire.KindAbsent)})},
		"an escaped blob":        {`{"parameters":[{"value":{"blobValue":"\/+8\u003d"}}]}`, request(wire.Parameter{Value: wire.Blob([]byte{0xff, 0xef})})},
		"a negative zero":        {`{"parameters":[{"value":{"longValue":-0}}]}`, request(wire.Parameter{Value: wire.Long(0)})},
		"a tiny double":          {`{"parameters":[{"value":{"doubleValue":1e-400}}]}`, request(wire.Parameter{Value: wire.Double(0)})},
		"an integer as a double": {`{"parameters":[{"value":{"doubleValue":9007199254740993}}]}`, request(wire.Parameter{Value: wire.Double(9007199254740992)})},
		"a pair of surrogates":   {`{"sql":"\ud83d\uDE00\u0000\u00E9"}`, &wire.ExecuteRequest{SQL: "😀\x00é"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d := diff(tt.want, parse[wire.ExecuteRequest](t, tt.text)); d != "" {
				t.Errorf("%s (-want +got):\n%s", tt.text, d)
			}
		})
	}
}

func TestAbsentAndEmptyAnswersDiffer(t *testing.T) {
	absent := parse[wire.ExecuteResponse](t, `{"records":null,"columnMetadata":null,"generatedFields":null,"formattedRecords":null,"numberOfRecordsUpdated":null}`)
	if d := diff(&wire.ExecuteResponse{}, absent); d != "" {
		t.Errorf("members of null are not absent (-want +got):\n%s", d)
	}
	empty := parse[wire.ExecuteResponse](t, `{"records":[],"columnMetadata":[],"generatedFields":[],"formattedRecords":""}`)
	want := &wire.ExecuteResponse{Records: wire.NewRecords(nil), ColumnMetadata: []wire.ColumnMetadata{}, GeneratedFields: []wire.Field{}, FormattedRecords: ptr("")}
	if d := diff(want, empty); d != "" {
		t.Errorf("empty members are absent (-want +got):\n%s", d)
	}
	news := parse[wire.ExecuteResponse](t, `{"columnMetadata":[{"new":{},"name":"n"}],"new":1}`)
	if d := diff(&wire.ExecuteResponse{ColumnMetadata: []wire.ColumnMetadata{{Name: "n"}}}, news); d != "" {
		t.Errorf("unknown members are not passed over (-want +got):\n%s", d)
	}
	batch := parse[wire.BatchResponse](t, `{"new":1,"updateResults":[{"new":1,"generatedFields":[]}]}`)
	if d := diff(&wire.BatchResponse{UpdateResults: []wire.UpdateResult{{GeneratedFields: []wire.Field{}}}}, batch); d != "" {
		t.Errorf("unknown members of a batch are not passed over (-want +got):\n%s", d)
	}
	fields := parse[wire.ExecuteResponse](t, `{"generatedFields":[null,{}]}`).GeneratedFields
	if d := diff([]wire.Field{{}, {}}, fields); d != "" {
		t.Errorf("fields of null are not without a member (-want +got):\n%s", d)
	}
}

// TestHugeMessages reads a megabyte of what could take the square of that.
func TestHugeMessages(t *testing.T) {
	const size = 1 << 20
	fill := func(prefix, unit, suffix string) string {
		return prefix + strings.Repeat(unit, (size-len(prefix)-len(suffix))/len(unit)) + suffix
	}
	tests := map[string]string{
		"open brackets":         fill("", `[`, ""),
		"nested objects":        fill("", `{"a":`, ""),
		"nested unknown":        fill(`{"a":`, `[`, ""),
		"white space":           fill("", " ", "{}"),
		"one string":            fill(`{"sql":"`, "x", `"}`),
		"escapes":               fill(`{"sql":"`, `\ud83d\ude00`, `"}`),
		"escapes, unread":       fill(`{"a":"`, `\n`, `"}`),
		"no end of a string":    fill(`{"sql":"`, `\\`, ""),
		"one long name":         fill(`{"`, "n", `":?}`),
		"long names, nested":    strings.Repeat(`{"`+strings.Repeat("n", size/64)+`":`, 63) + "?",
		"digits of a long":      fill(`{"parameters":[{"value":{"longValue":`, "9", `}}]}`),
		"digits of a double":    fill(`{"parameters":[{"value":{"doubleValue":0.`, "9", `}}]}`),
		"digits of an exponent": fill(`{"parameters":[{"value":{"doubleValue":1e`, "9", `}}]}`),
		"empty parameters":      fill(`{"parameters":[{}`, `,{}`, `]}`),
		"empty sets":            fill(`{"parameterSets":[[]`, `,[]`, `]}`),
		"a member repeated":     fill(`{"sql":""`, `,"sql":""`, `}`),
		"rows":                  fill(`{"records":[[]`, `,[{"longValue":1}]`, `]}`),
		"a blob":                fill(`{"parameters":[{"value":{"blobValue":"`, "AAAA", `"}}]}`),
		"nulls in an array":     fill(`{"parameters":[{"value":{"arrayValue":{"longValues":[null`, ",null", `]}}}]}`),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			for _, m := range []message{new(wire.ExecuteRequest), new(wire.BatchRequest), new(wire.ExecuteResponse)} {
				if err := m.ParseJSON([]byte(text)); err != nil {
					checkJSONError(t, name, text, err)
				}
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestJSONErrorIsFoundThroughWrapping(t *testing.T) {
	err := new(wire.BeginRequest).ParseJSON([]byte(`{"database":1}`))
	var e *wire.JSONError
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *JSONError", err)
	}
	if want := (wire.JSONError{Offset: 12, Member: "database", Msg: "a number where a string has to be"}); *e != want {
		t.Errorf("got %+v, want %+v", *e, want)
	}
}
