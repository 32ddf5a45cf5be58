package auroradataapi

import (
	"database/sql"
	"strings"
	"testing"
)

// TestDriverNames opens what each of the driver's names is for.
func TestDriverNames(t *testing.T) {
	const arns = "?aurora_cluster_arn=" + testCluster + "&secret_arn=" + testSecret
	tests := []struct {
		name, scheme string
		engine       string // that comes of it, or empty
		err          string
	}{
		{DriverName, "postgresql+auroradataapi", "postgresql", ""},
		{DriverName, "mysql+auroradataapi", "mysql", ""},
		{DriverName, "auroradataapi", "", "no engine: begin the data source name with"},
		{DriverNamePostgreSQL, "postgresql+auroradataapi", "postgresql", ""},
		{DriverNamePostgreSQL, "postgres+auroradataapi", "postgresql", ""},
		{DriverNamePostgreSQL, "auroradataapi", "postgresql", ""},
		{DriverNamePostgreSQL, "mysql+auroradataapi", "", "is for mysql and the driver auroradataapi-postgresql is not; open it with auroradataapi or auroradataapi-mysql"},
		{DriverNameMySQL, "mysql+auroradataapi", "mysql", ""},
		{DriverNameMySQL, "auroradataapi", "mysql", ""},
		{DriverNameMySQL, "postgresql+auroradataapi", "", "is for postgresql and the driver auroradataapi-mysql is not"},
	}
	for _, tt := range tests {
		db, err := sql.Open(tt.name, tt.scheme+"://"+arns)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s with %s://: error %v, want one with %q", tt.name, tt.scheme, err, tt.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s with %s://: %v", tt.name, tt.scheme, err)
			continue
		}
		c, err := db.Driver().(Driver).OpenConnector(tt.scheme + "://" + arns)
		if err != nil {
			t.Errorf("%s with %s://: its Driver does not open it again: %v", tt.name, tt.scheme, err)
		} else if got := c.(*Connector).cfg.Engine; got != tt.engine {
			t.Errorf("%s with %s:// is for %q, want %q", tt.name, tt.scheme, got, tt.engine)
		}
		db.Close()
	}
}
