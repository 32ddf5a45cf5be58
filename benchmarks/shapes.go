package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// shape is a kind of result.
type shape struct {
	name    string
	columns string // "label type" of each
	row     func(r *rand.Rand, i int) []wire.Field
	least   float64 // how many times faster than the SDK it is to be decoded
}

const mixedColumns = "id int8, name text, price numeric, ratio float8, ok bool, at timestamptz, note text, hash bytea"

// mixedTime is the index of the time, which is a text on the wire.
const mixedTime = 5

func mixedRow(r *rand.Rand, i int) []wire.Field {
	note := wire.Null()
	if i%10 < 7 {
		note = wire.String(plainText(r, 10+r.IntN(20)))
	} else if i%10 < 8 {
		note = wire.String("said \"" + plainText(r, 10) + "\"\nand went")
	}
	return []wire.Field{
		wire.Long(1_000_000 + int64(i)), wire.String(plainText(r, 8+r.IntN(20))),
		wire.String(fmt.Sprintf("%d.%02d", r.IntN(1_000_000), r.IntN(100))), wire.Double(r.NormFloat64()), wire.Boolean(r.IntN(2) == 0),
		wire.String(fmt.Sprintf("2026-%02d-%02d %02d:%02d:%02d.%06d", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1_000_000))),
		note, wire.Blob(randomBytes(r, 16)),
	}
}

// same makes a row of n values of a kind.
func same(n int, one func(r *rand.Rand) wire.Field) func(*rand.Rand, int) []wire.Field {
	return func(r *rand.Rand, _ int) []wire.Field {
		row := make([]wire.Field, n)
		for i := range row {
			row[i] = one(r)
		}
		return row
	}
}

var shapes = []shape{
	{"mixed rows", mixedColumns, mixedRow, 15},
	{"integers", "", same(8, func(r *rand.Rand) wire.Field { return wire.Long(r.Int64N(1 << r.IntN(62))) }), 7},
	{"NULLs", "", same(8, func(*rand.Rand) wire.Field { return wire.Null() }), 7},
	{"floats", "", same(8, func(r *rand.Rand) wire.Field { return wire.Double(r.NormFloat64() * math.Pow(10, float64(r.IntN(6)))) }), 7},
	{"short strings", "", same(8, func(r *rand.Rand) wire.Field { return wire.String(plainText(r, 4+r.IntN(12))) }), 7},
	{"JSON documents", "", same(2, func(r *rand.Rand) wire.Field { return wire.String(jsonText(r)) }), 7},
	{"texts of 4 KiB", "", same(2, func(r *rand.Rand) wire.Field { return wire.String(plainText(r, 4096)) }), 7},
	{"blobs of 4 KiB", "", same(2, func(r *rand.Rand) wire.Field { return wire.Blob(randomBytes(r, 4096)) }), 7},
}

// rows makes an answer of about the given size of JSON.
func (s shape) rows(size int) (rows [][]wire.Field) {
	r := rand.New(rand.NewPCG(1, 2))
	var json []byte
	for n := 0; n < size; n += len(json) {
		row := s.row(r, len(rows))
		json = json[:0]
		for _, f := range row {
			json = append(f.AppendJSON(json), ',')
		}
		rows = append(rows, row)
	}
	return rows
}

// answer returns rows as the body of an answer.
func (s shape) answer(rows [][]wire.Field) []byte {
	resp := &wire.ExecuteResponse{ColumnMetadata: s.metadata(), Records: wire.NewRecords(rows)}
	return resp.AppendJSON(nil)
}

// metadata describes the columns; nil if they have no names.
func (s shape) metadata() (list []wire.ColumnMetadata) {
	for column := range strings.SplitSeq(s.columns, ", ") {
		if label, typ, ok := strings.Cut(column, " "); ok {
			list = append(list, wire.ColumnMetadata{Label: label, Name: label, TypeName: typ, Nullable: wire.NullableYes})
		}
	}
	return list
}

func plainText(r *rand.Rand, n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz    ABCDEFGHIJKLMNOPQRSTUVWXYZ.,-0123"
	var b strings.Builder
	for range n {
		b.WriteByte(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func jsonText(r *rand.Rand) string {
	var b strings.Builder
	for i := range 12 {
		fmt.Fprintf(&b, `,"%s":{"n":%d,"tags":["%s","%s"]}`, plainText(r, 5), r.IntN(1000)+i, plainText(r, 6), plainText(r, 3))
	}
	return "{" + b.String()[1:] + "}"
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
