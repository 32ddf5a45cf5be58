package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// differentialTests has for each type a random value that pgx writes, and what
// the service returns for the value that pgx reads.
var differentialTests = []struct {
	typ    string
	random func(*rand.Rand) any
	want   func(any) any
	norm   func(any) any // brings what both return into one form, if they differ in it
}{
	{"int2", func(r *rand.Rand) any { return int16(r.Uint32() >> r.IntN(16)) }, func(v any) any { return int64(v.(int16)) }, nil},
	{"int4", func(r *rand.Rand) any { return int32(r.Uint32() >> r.IntN(32)) }, func(v any) any { return int64(v.(int32)) }, nil},
	{"int8", func(r *rand.Rand) any { return int64(r.Uint64() >> r.IntN(64)) }, func(v any) any { return v.(int64) }, nil},
	{"float4", func(r *rand.Rand) any { return finite32(math.Float32frombits(r.Uint32())) }, func(v any) any { return v.(float32) },
		func(v any) any { return float32(v.(float64)) }}, // the database has a digit more where Go's is on the edge
	{"float8", func(r *rand.Rand) any { return finite(math.Float64frombits(r.Uint64())) }, func(v any) any { return v.(float64) }, nil},
	{"numeric", randomNumeric, func(v any) any { return number(v.(pgtype.Numeric)).String() },
		func(v any) any { n, _ := new(big.Rat).SetString(v.(string)); return n.String() }}, // pgx drops the zeros at the end
	{"bool", func(r *rand.Rand) any { return r.IntN(2) == 0 }, func(v any) any { return v.(bool) }, nil},
	{"text", func(r *rand.Rand) any { return randomText(r) }, func(v any) any { return v.(string) }, nil},
	{"varchar", func(r *rand.Rand) any { return randomText(r) }, func(v any) any { return v.(string) }, nil},
	{"bytea", func(r *rand.Rand) any { return []byte(randomText(r) + "\x00\xff") }, func(v any) any { return v.([]byte) }, nil},
	{"uuid", func(r *rand.Rand) any { return [16]byte(randomBytes(r, 16)) }, func(v any) any { return uuidText(v.([16]byte)) }, nil},
	{"json", func(r *rand.Rand) any { return randomJSON(r, 3) }, jsonText, jsonNorm},
	{"jsonb", func(r *rand.Rand) any { return randomJSON(r, 3) }, jsonText, jsonNorm},
	{"date", func(r *rand.Rand) any { return randomInstant(r).Truncate(24 * time.Hour) }, func(v any) any { return v.(time.Time).Format("2006-01-02") }, nil},
	{"time", func(r *rand.Rand) any { return pgtype.Time{Microseconds: randomFraction(r, 86400e6), Valid: true} },
		func(v any) any {
			return timeText(time.UnixMicro(v.(pgtype.Time).Microseconds).UTC())[len("1970-01-01 "):]
		}, nil},
	{"timestamp", func(r *rand.Rand) any { return randomInstant(r) }, func(v any) any { return timeText(v.(time.Time)) }, nil},
	{"timestamptz", func(r *rand.Rand) any { return randomInstant(r) }, func(v any) any { return timeText(v.(time.Time).UTC()) }, nil},
	{"inet", func(r *rand.Rand) any { return randomPrefix(r) }, func(v any) any { return hostText(v.(netip.Prefix)) }, nil},
	{"cidr", func(r *rand.Rand) any { return randomPrefix(r).Masked() }, func(v any) any { return v.(netip.Prefix).String() }, nil},
}

// TestDifferential reads random values of each type, and arrays of them, by pgx
// in the binary format and through the server: they are the same.
func TestDifferential(t *testing.T) {
	s := serve(t)
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, postgres(t).URL("", s.database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	for _, test := range differentialTests {
		t.Run(test.typ, func(t *testing.T) {
			s := s.on(t)
			r := rand.New(rand.NewPCG(seed, 0))
			s.must("", "CREATE TABLE "+test.typ+"_values (i serial, v "+test.typ+", a "+test.typ+"[])")
			batch := &pgx.Batch{}
			for range 500 {
				elems := make([]any, r.IntN(4))
				for i := range elems {
					if r.IntN(4) > 0 {
						elems[i] = test.random(r)
					}
				}
				batch.Queue("INSERT INTO "+test.typ+"_values (v, a) VALUES ($1, $2)", test.random(r), elems)
			}
			if err := conn.SendBatch(ctx, batch).Close(); err != nil {
				t.Fatal(err)
			}
			query := "SELECT v, a FROM " + test.typ + "_values ORDER BY i"
			rows, err := conn.Query(ctx, query)
			if err != nil {
				t.Fatal(err)
			}
			direct, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
			if err != nil {
				t.Fatal(err)
			}
			served := s.must("", query).Records
			same(t, len(served), len(direct))
			norm := test.norm
			if norm == nil {
				norm = func(v any) any { return v }
			}
			for i, row := range direct {
				same(t, norm(plain(served[i][0])), test.want(row[0]))
				got := plain(served[i][1]).(array).Elems
				want := row[1].([]any)
				same(t, len(got), len(want))
				for i, e := range want {
					switch b := e.(type) {
					case nil:
						same(t, got[i], nil)
					case []byte: // no member carries bytes
						same(t, got[i], any(fmt.Sprintf(`\x%x`, b)))
					default:
						same(t, norm(got[i]), test.want(e))
					}
				}
			}
		})
	}
}

func finite(f float64) float64 {
	if math.IsNaN(f) {
		return 0.1 + 0.2 // NaN differs from itself
	}
	return f
}

func finite32(f float32) float32 { return float32(finite(float64(f))) }

func randomNumeric(r *rand.Rand) any {
	n := new(big.Int).SetBytes(randomBytes(r, 1+r.IntN(30)))
	if r.IntN(2) == 0 {
		n.Neg(n)
	}
	return pgtype.Numeric{Int: n, Exp: int32(r.IntN(60) - 40), Valid: true}
}

func number(n pgtype.Numeric) *big.Rat {
	ten := new(big.Rat).SetInt64(10)
	if n.Exp < 0 {
		ten.Inv(ten)
	}
	v := new(big.Rat).SetInt(n.Int)
	for range max(n.Exp, -n.Exp) {
		v.Mul(v, ten)
	}
	return v
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func randomText(r *rand.Rand) string {
	const runes = "abcNUL ,{}[]\"'\\\n\t\r\v\x01\x7f<>&=éß€漢😀\u2028\ufeff:;$"
	letters := []rune(runes)
	var b strings.Builder
	for range r.IntN(12) {
		b.WriteRune(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// randomJSON returns something that pgx writes as JSON.
func randomJSON(r *rand.Rand, depth int) any {
	switch k := r.IntN(4); {
	case depth > 0 && k == 0:
		object := map[string]any{}
		for range r.IntN(4) {
			object[randomText(r)] = randomJSON(r, depth-1)
		}
		return object
	case depth > 0 && k == 1:
		list := []any{}
		for range r.IntN(4) {
			list = append(list, randomJSON(r, depth-1))
		}
		return map[string]any{"list": list, "none": nil, "yes": true}
	default:
		return map[string]any{"n": finite(r.NormFloat64()), "s": randomText(r)}
	}
}

func jsonText(v any) any {
	text, _ := json.Marshal(v) // of what was read as JSON
	return string(text)
}

// jsonNorm writes a JSON text as jsonText does. The order of members differs.
func jsonNorm(v any) any {
	var value any
	if err := json.Unmarshal([]byte(v.(string)), &value); err != nil {
		return err.Error()
	}
	return jsonText(value)
}

func randomInstant(r *rand.Rand) time.Time {
	const first, last = -62135596800, 253402300799 // years 1 to 9999
	seconds := first + r.Int64N(last-first)
	return time.Unix(seconds, randomFraction(r, 1e6)*1000).UTC()
}

// randomFraction returns a number of microseconds, often a round one.
func randomFraction(r *rand.Rand, below int64) int64 {
	unit := []int64{1, 10, 1000, 100_000, 1_000_000}[r.IntN(5)]
	return r.Int64N(below) / unit * unit
}

// timeText writes a time with a fraction of no, three or six digits.
func timeText(t time.Time) string {
	switch us := t.Nanosecond() / 1000; {
	case us == 0:
		return t.Format("2006-01-02 15:04:05")
	case us%1000 == 0:
		return t.Format("2006-01-02 15:04:05.000")
	default:
		return t.Format("2006-01-02 15:04:05.000000")
	}
}

func uuidText(u [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

func randomPrefix(r *rand.Rand) netip.Prefix {
	if r.IntN(2) == 0 {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte(randomBytes(r, 4))), r.IntN(33))
	}
	return netip.PrefixFrom(netip.AddrFrom16([16]byte(randomBytes(r, 16))), r.IntN(129))
}

// hostText writes an address without the length of a prefix that is all of it.
func hostText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}
