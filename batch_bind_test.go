package auroradataapi

import (
	"database/sql/driver"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// TestAlikeSets puts sets whose columns are cast differently together where one
// statement fits them.
func TestAlikeSets(t *testing.T) {
	null, text, uuid, date := argument{value: wire.Null()}, argument{value: wire.String("x")},
		argument{value: wire.String("x"), cast: "uuid"}, argument{value: wire.String("x"), cast: "date"}
	castNull := argument{value: wire.Null(), cast: "uuid"}
	exact, castText := argument{value: wire.Long(1), exact: "int8"}, argument{value: wire.String("1"), cast: "int8"}
	exactNull, other := argument{value: wire.Null(), cast: "int8"}, argument{value: wire.Long(1)}
	tests := []struct {
		name string
		sets []argument // each of one argument
		want []string   // the casts of the statements
	}{
		{"alike", []argument{uuid, uuid, uuid}, []string{"uuid"}},
		{"NULL first", []argument{null, uuid, null, uuid}, []string{"uuid"}},
		{"NULL and no cast", []argument{null, text, null}, []string{""}},
		{"NULL with a cast", []argument{castNull, null, uuid}, []string{"uuid"}},
		{"two casts", []argument{uuid, null, date, date, uuid}, []string{"uuid", "date", "uuid"}},
		{"a cast and none", []argument{null, uuid, text}, []string{"uuid", ""}},
		{"NULL and a value of the type", []argument{exactNull, exact, exactNull, exact, castText}, []string{"int8"}},
		{"a value of the type and NULL", []argument{null, exact, exact, exactNull, exact, castText, exact}, []string{"int8"}},
		{"a value of another type between", []argument{exact, other, exactNull, other, exact}, []string{"", "int8", ""}},
		{"only values of the type", []argument{exact, exact}, []string{""}},
		{"only NULL", []argument{null, null}, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := call{args: positional([]driver.Value{nil})}
			var got []string
			var alike *alikeSets
			n := 0
			for i, arg := range tt.sets {
				if !alike.add(q.args, []argument{arg}) {
					if alike != nil {
						got = append(got, alike.casts()[0])
						n += len(alike.sets)
					}
					alike = newAlikeSets(q, i, []argument{arg})
				}
			}
			got = append(got, alike.casts()[0])
			n += len(alike.sets)
			if diff := cmp.Diff(tt.want, got); diff != "" || n != len(tt.sets) {
				t.Errorf("%d sets of %d, casts (-want +got)\n%s", n, len(tt.sets), diff)
			}
		})
	}
}
