package dialect

import (
	"strings"
	"testing"
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
		twin.Name, twin.DatabaseTypeName = row.Name, row.DatabaseTypeName
		twin.Form, twin.Go, twin.GoNull = row.Form, row.Go, row.GoNull
		if twin != *row {
			t.Errorf("%s differs from %s", row.Name, name)
		}
	}
}
