package auroradataapi

import (
	"errors"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestAnswersOfAnotherForm has one question about a result's table after the other
// be answered by something else.
func TestAnswersOfAnotherForm(t *testing.T) {
	text := func(texts ...string) []wire.Field {
		row := make([]wire.Field, len(texts))
		for i, t := range texts {
			row[i] = wire.String(t)
		}
		return row
	}
	answers := map[string][][]wire.Field{
		dialect.AskSession:       {text("transaction_isolation", "REPEATABLE-READ"), text("time_zone", "UTC"), text("sql_select_limit", "18446744073709551615")},
		dialect.Functions:        {text("f", "0", "1")},
		dialect.Views:            {text("v", "select 1")},
		"SHOW FULL COLUMNS FROM": {text("id", "int", "")},
		"SHOW INDEX FROM":        {text("t", "0", "PRIMARY", "1", "id", "A", "1", "", "", "", "BTREE")},
	}
	others := map[string][]wire.Field{
		"nothing":  {},
		"one":      {wire.Double(1.5)},
		"a list":   {wire.Boolean(true), {}, wire.Double(0), wire.Blob(nil)},
		"a number": {wire.Double(1), wire.Double(2), wire.Double(3), wire.Double(4), wire.Double(5), wire.Double(6), wire.Double(7), wire.Double(8), wire.Double(9), wire.Double(10)},
	}
	asked := make(map[string]bool)
	for question := range answers {
		for name, other := range others {
			db := openScriptedTables(t, func(r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
				for q, answer := range answers {
					if !strings.Contains(r.SQL, q) {
						continue
					}
					if q == question {
						asked[q] = true
						answer = [][]wire.Field{other}
					}
					return &wire.ExecuteResponse{Records: wire.NewRecords(answer)}, nil
				}
				return nil, wire.NewError(wire.CodeBadRequest, "Database returned more than the allowed response size limit")
			})
			for _, query := range []string{"SELECT id, f(id) FROM t", "SELECT f(id) FROM v GROUP BY id"} {
				if rows, err := db.Query(query); err == nil {
					rows.Close()
					t.Errorf("%s: %s where the answer to %s was to be: no error", query, name, question)
				}
			}
		}
	}
	for question := range answers {
		if !asked[question] {
			t.Errorf("nobody asked %s", question)
		}
	}
}

// TestKeysThatDoNotMove has pages end with keys behind which the next would not begin.
func TestKeysThatDoNotMove(t *testing.T) {
	keyed, err := dialect.MySQL.Parse("SELECT p FROM t").Keyed()
	if err != nil {
		t.Fatal(err)
	}
	scan, err := keyed.Choose([]dialect.TableColumn{{Name: "d", Type: "datetime"}}, []dialect.IndexPart{{Index: "PRIMARY", Unique: true, Column: "d"}})
	if err != nil {
		t.Fatal(err)
	}
	const before = "2024-10-20 00:00:00"
	for _, tt := range []struct {
		key   wire.Field
		moves bool
	}{
		{wire.String("2024-10-20 00:00:01"), true},
		{wire.String("2024-10-20 10:00:00.000-00"), true}, // of the time nothing is judged
		{wire.String(before), false},
		{wire.Null(), false},
		{wire.String("0000-00-00 00:00:00"), false},
		{wire.String("2024-00-20 00:00:00"), false},
		{wire.String("2024-10-00 00:00:00"), false},
	} {
		p := &keyPages{scan: scan, key: []wire.Field{wire.String(before)}}
		err := p.moveTo([]wire.Field{tt.key}, true)
		switch {
		case tt.moves && (err != nil || !p.key[0].Equal(tt.key)):
			t.Errorf("to %s: %v", tt.key.AppendJSON(nil), err)
		case !tt.moves && (!errors.Is(err, ErrCannotPage) || p.key[0].Str() != before):
			t.Errorf("to %s: %v and not an ErrCannotPage", tt.key.AppendJSON(nil), err)
		}
	}
}
