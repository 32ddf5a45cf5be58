package server_test

import (
	"database/sql"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mysqlDifferentialTests make random values of each type, and say what the
// service should make of one that is read as text directly.
var mysqlDifferentialTests = []struct {
	typ    string
	random func(*rand.Rand) any
	want   func(text string) any
}{
	{"TINYINT", func(r *rand.Rand) any { return int8(r.Int()) }, wantLong},
	{"SMALLINT UNSIGNED", func(r *rand.Rand) any { return uint16(r.Int()) }, wantLong},
	{"INT", func(r *rand.Rand) any { return int32(r.Int()) }, wantLong},
	{"BIGINT", func(r *rand.Rand) any { return int64(r.Uint64()) }, wantLong},
	{"BIGINT UNSIGNED", func(r *rand.Rand) any { return strconv.FormatUint(r.Uint64(), 10) }, func(text string) any {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		return text // above 2^63 - 1, see F0246
	}},
	{"DOUBLE", func(r *rand.Rand) any { return r.NormFloat64() * math.Pow(10, float64(r.IntN(600)-300)) }, func(text string) any {
		f, _ := strconv.ParseFloat(text, 64)
		return f
	}},
	{"DECIMAL(30,10)", func(r *rand.Rand) any { return fmt.Sprintf("%d.%010d", int64(r.Uint64()), r.IntN(1e10)) }, wantText},
	{"VARCHAR(60)", func(r *rand.Rand) any { return randomMySQLText(r) }, wantText},
	{"TEXT", func(r *rand.Rand) any { return randomMySQLText(r) }, wantText},
	{"VARBINARY(60)", func(r *rand.Rand) any { return []byte(randomMySQLText(r)) }, func(text string) any { return []byte(text) }},
	{"DATE", func(r *rand.Rand) any { return randomMySQLInstant(r).Format(time.DateOnly) }, wantText},
	{"DATETIME", func(r *rand.Rand) any { return randomMySQLInstant(r).Format(time.DateTime) }, wantText},
	{"DATETIME(6)", func(r *rand.Rand) any { return randomMySQLInstant(r).Format("2006-01-02 15:04:05.000000") }, func(text string) any {
		// None, three or six digits, by what is needed (F0103).
		switch {
		case strings.HasSuffix(text, ".000000"):
			return strings.TrimSuffix(text, ".000000")
		case strings.HasSuffix(text, "000"):
			return strings.TrimSuffix(text, "000")
		}
		return text
	}},
	{"TIME", func(r *rand.Rand) any { return randomMySQLInstant(r).Format(time.TimeOnly) }, wantText},
}

func wantText(text string) any { return text }

func wantLong(text string) any {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

func randomMySQLText(r *rand.Rand) string {
	runes := make([]rune, r.IntN(15))
	for i := range runes {
		runes[i] = []rune("aZ09 '\"\\\n\t%_äß☕😀\x01")[r.IntN(17)]
	}
	return string(runes)
}

func randomMySQLInstant(r *rand.Rand) time.Time {
	t := time.Unix(r.Int64N(7e9)-3e9, 0).UTC() // 1874 to 2096
	switch r.IntN(3) {
	case 0:
		return t
	case 1:
		return t.Add(time.Duration(r.IntN(1000)) * time.Millisecond)
	default:
		return t.Add(time.Duration(r.IntN(1e6)) * time.Microsecond)
	}
}

// TestMySQLDifferential reads random values through the service and, as text,
// through go-sql-driver: both have to be the same.
func TestMySQLDifferential(t *testing.T) {
	s := serveMySQL(t)
	cfg := mysqlConfig(t).Clone()
	cfg.DBName, cfg.InterpolateParams = s.database, true // the text protocol
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	direct := sql.OpenDB(connector)
	defer direct.Close()
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	for i, test := range mysqlDifferentialTests {
		t.Run(test.typ, func(t *testing.T) {
			s := s.on(t)
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			table := fmt.Sprintf("d%d", i)
			s.must("", fmt.Sprintf("CREATE TABLE %s (i INT AUTO_INCREMENT PRIMARY KEY, v %s)", table, test.typ))
			for range 200 {
				value := test.random(r)
				if r.IntN(8) == 0 {
					value = nil
				}
				if _, err := direct.Exec("INSERT INTO "+table+" (v) VALUES (?)", value); err != nil {
					t.Fatalf("%v: %v", value, err)
				}
			}
			query := "SELECT v FROM " + table + " ORDER BY i"
			rows, err := direct.Query(query)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			served := s.must("", query).Records
			n := 0
			for ; rows.Next(); n++ {
				var text sql.NullString
				if err := rows.Scan(&text); err != nil {
					t.Fatal(err)
				}
				var want any
				if text.Valid {
					want = test.want(text.String)
				}
				same(t, plain(served[n][0]), want)
			}
			same(t, len(served), n)
		})
	}
}
