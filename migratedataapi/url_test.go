package migratedataapi

import (
	"reflect"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi"
)

// FuzzParse holds that the parameters which are not the driver's go, and all else
// is read as the driver reads it.
func FuzzParse(f *testing.F) {
	for _, dsn := range []string{
		"postgresql+auroradataapi://AKIA:s%2Fcret@/db?secret_arn=a&aurora_cluster_arn=b",
		"mysql+auroradataapi://:@/db?continue_after_timeout=false",
		"postgresql+auroradataapi://:@/?continueAfterTimeout=true&paging=off",
		"x-lease-table=a?x-lease-table=b",
		"postgresql+auroradataapi://",
		"?&&=",
	} {
		f.Add(dsn)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		if strings.Contains(dsn, "x-") {
			return // it may have some of ours
		}
		want, wantErr := auroradataapi.ParseDSN(dsn)
		got, o, err := parse(dsn + separator(dsn) + "x-migrations-table=a%2Eb")
		switch {
		case (err == nil) != (wantErr == nil):
			t.Fatalf("%q: the driver says %v, this %v", dsn, wantErr, err)
		case err != nil:
			return
		case o.Table != "a.b":
			t.Errorf("%q: the table is %q", dsn, o.Table)
		}
		_, query, _ := strings.Cut(dsn, "?")
		if !strings.Contains(query, "continue") {
			want.ContinueAfterTimeout = true
		}
		if !reflect.DeepEqual(want, got) {
			t.Errorf("%q: the driver reads %v, this %v", dsn, want, got)
		}
	})
}

// separator is what stands in front of a further parameter.
func separator(dsn string) string {
	if strings.Contains(dsn, "?") {
		return "&"
	}
	return "?"
}
