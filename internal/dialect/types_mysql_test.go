package dialect

import (
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestMySQLTypes(t *testing.T) {
	for i := range mysqlTypes {
		row := &mysqlTypes[i]
		if MySQL.TypeByName(row.Name) != row {
			t.Errorf("%s is in the table twice", row.Name)
		}
		if row.Name != strings.ToUpper(row.Name) {
			t.Errorf("%s is not in upper case", row.Name)
		}
		if row.Form != Text && row.Kind != wire.KindString {
			t.Errorf("%s has a form and is no string", row.Name)
		}
		name, unsigned := strings.CutSuffix(row.Name, " UNSIGNED")
		if !unsigned {
			continue
		}
		signed := MySQL.TypeByName(name)
		if signed == nil {
			t.Errorf("%s has no signed twin", row.Name)
			continue
		}
		twin := *signed
		twin.Name = row.Name
		if twin != *row {
			t.Errorf("%s differs from %s", row.Name, name)
		}
	}
}
