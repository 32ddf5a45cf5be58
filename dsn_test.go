package auroradataapi

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseDSN(t *testing.T) {
	tests := []struct {
		name, dsn string
		want      Config
	}{
		{"everything", "postgresql+auroradataapi://AKIA:s3cret@/my_db?aurora_cluster_arn=" + testCluster + "&secret_arn=" + testSecret + "&region_name=eu-west-1&session_token=tok&endpoint_url=http://127.0.0.1:8010&retry_budget=90s",
			Config{Engine: "postgresql", Database: "my_db", ClusterARN: testCluster, SecretARN: testSecret, Region: "eu-west-1",
				AccessKeyID: "AKIA", SecretAccessKey: "s3cret", SessionToken: "tok", Endpoint: "http://127.0.0.1:8010", RetryBudget: 90 * time.Second}},
		{"nothing but the engine", "postgresql+auroradataapi://:@/", Config{Engine: "postgresql"}},
		{"no user-info", "mysql+auroradataapi:///shop", Config{Engine: "mysql", Database: "shop"}},
		{"no slash", "mysql+auroradataapi://", Config{Engine: "mysql"}},
		{"short scheme", "postgres+auroradataapi://:@/db", Config{Engine: "postgresql", Database: "db"}},
		{"percent-encoded", "postgresql+auroradataapi://AK%3AIA:a%2Fb%40c%3F@/m%C3%A4il%2Fx?endpoint_url=http%3A%2F%2Flocalhost",
			Config{Engine: "postgresql", AccessKeyID: "AK:IA", SecretAccessKey: "a/b@c?", Database: "mäil/x", Endpoint: "http://localhost"}},
		{"a secret key as AWS writes it", "postgresql+auroradataapi://AKIA:wJalr/XUtn+FEMI=@/db",
			Config{Engine: "postgresql", AccessKeyID: "AKIA", SecretAccessKey: "wJalr/XUtn+FEMI=", Database: "db"}},
		{"a plus in a token", "postgresql+auroradataapi://:@/?session_token=a+b%2Bc", Config{Engine: "postgresql", SessionToken: "a+b+c"}},
		{"an at sign in a value", "postgresql+auroradataapi:///db?session_token=a@b", Config{Engine: "postgresql", Database: "db", SessionToken: "a@b"}},
		{"aliases", "postgresql+auroradataapi://:@/?resource_arn=" + testCluster + "&region=eu-west-1&endpoint=http://h",
			Config{Engine: "postgresql", ClusterARN: testCluster, Region: "eu-west-1", Endpoint: "http://h"}},
		{"an at sign in a database without keys", "postgresql+auroradataapi:///my@db", Config{Engine: "postgresql", Database: "my@db"}},
		{"the engine as a parameter", "auroradataapi:///shop?engine=aurora-mysql", Config{Engine: "mysql", Database: "shop"}},
		{"no engine", "auroradataapi://", Config{}},
		{"everything by its name", "auroradataapi://?access_key_id=AKIA&secret_access_key=s&database=db", Config{AccessKeyID: "AKIA", SecretAccessKey: "s", Database: "db"}},
		{"the end of a URI for GORM", "mysql+auroradataapi:///shop?charset=utf8mb4&parseTime=True&loc=Local",
			Config{Engine: "mysql", Database: "shop", Location: time.Local}},
		{"stray ampersands", "postgresql+auroradataapi://:@/?&region=x&&", Config{Engine: "postgresql", Region: "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseDSN(tt.dsn)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got, byName); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseDSNErrors(t *testing.T) {
	tests := []struct{ dsn, want string }{
		{"", "has to begin with"},
		{"postgres://u:p@host/db", "unknown scheme \"postgres\""},
		{"postgresql+auroradatapi://:@/", "unknown scheme"},
		{"postgresql+auroradataapi://:@db.example.com/x", "a host has no meaning"},
		{"postgresql+auroradataapi://:@/?regoin=x", `unknown parameter "regoin"; did you mean region?`},
		{"postgresql+auroradataapi://:@/?Region_Name=x", `did you mean region_name?`},
		{"postgresql+auroradataapi://:@/?secret=x", `did you mean secret_arn?`},
		{"postgresql+auroradataapi://:@/?zzzzzzzz=x", `unknown parameter "zzzzzzzz"; there are engine, database, aurora_cluster_arn`},
		{"postgresql+auroradataapi://:@/?host=x", "parameter host has no meaning: the Data API is found by its region"},
		{"postgresql+auroradataapi://:@/?password=hush", "parameter password has no meaning: the database user's password is in the secret"},
		{"auroradataapi://:@/?engine=oracle", `parameter engine: the engine is "oracle"; it has to be postgresql or mysql`},
		{"mysql+auroradataapi://:@/?engine=postgresql", "parameter engine is given twice: as the scheme and as parameter engine"},
		{"mysql+auroradataapi://:@/shop?database=shop", "parameter database is given twice: as the database and"},
		{"mysql+auroradataapi://AKIA:hush@/?secret_access_key=hush", "parameter secret_access_key is given twice: as the secret access key and"},
		{"postgresql+auroradataapi://:@/?region=x&region_name=x", "parameter region_name is given twice: as parameter region and as parameter region_name"},
		{"postgresql+auroradataapi://:@/?region", "region has no value"},
		{"postgresql+auroradataapi://:@/?region=", "region has no value"},
		{"postgresql+auroradataapi://:@/?region=%zz", "region is not percent-encoded"},
		{"postgresql+auroradataapi://:@/%zz", "the database is not percent-encoded"},
		{"postgresql+auroradataapi://AKIA:hush%zz@/", "the secret access key is not percent-encoded"},
		{"postgresql+auroradataapi://:@/?retry_budget=90", `"90" is not a duration`},
		{"postgresql+auroradataapi://:@/?retry_budget=0", "write -1s for not waiting"},
		// Keys where they do not belong.
		{"AKIA:hush@/db?endpoint_url=http://127.0.0.1", "has to begin with"},
		{"AKIA:hush://@/db", "has to begin with"},
		{"postgresql+auroradataapi://AKIA:hush/db?region=x", "access keys need an @ behind them"},
		{"postgresql+auroradataapi://AKIA:a@hush@/db", "a host has no meaning"},
		{"postgresql+auroradataapi://AKIA:a@/hush%zz@/db", "the database is not percent-encoded"},
		{"postgresql+auroradataapi://AKIA:hush?@/db", "a host has no meaning"},
		{"postgresql+auroradataapi://?AKIA:hush@/db", "access keys belong before the @"},
		{"postgresql+auroradataapi:///db?region=x&hush+and/more=", "with a name that is none"},
	}
	for _, tt := range tests {
		_, err := ParseDSN(tt.dsn)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseDSN(%q): error %v, want one with %q", tt.dsn, err, tt.want)
			continue
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("ParseDSN(%q): the error shows the secret: %v", tt.dsn, err)
		}
	}
}

// FuzzDSN: what is read is formatted to a URI that reads the same.
func FuzzDSN(f *testing.F) {
	f.Add("postgresql+auroradataapi://AKIA:a/b+c=@/db?aurora_cluster_arn=" + testCluster + "&secret_arn=" + testSecret)
	f.Add("mysql+auroradataapi:///%00?retry_budget=-1s&session_token=+%20")
	f.Add("postgresql+auroradataapi://%2f:@/?endpoint_url=http://[::1]:80/%25")
	for _, p := range params {
		for _, sample := range paramSamples[p.name] {
			f.Add("auroradataapi://?" + p.name + "=" + escape(sample.value))
		}
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		first, err := ParseDSN(dsn)
		if err != nil {
			return
		}
		formatted := first.FormatDSN()
		second, err := ParseDSN(formatted)
		if err != nil {
			t.Fatalf("%q was read, but not what it was formatted to, %q: %v", dsn, formatted, err)
		}
		if diff := cmp.Diff(first, second, byName); diff != "" {
			t.Fatalf("%q reads differently once formatted to %q:\n%s", dsn, formatted, diff)
		}
		if again := second.FormatDSN(); again != formatted {
			t.Fatalf("formatted to %q, then to %q", formatted, again)
		}
		if _, err := url.Parse(formatted); err != nil {
			t.Fatalf("%q is no URI: %v", formatted, err)
		}
		if clone := first.Clone(); clone.FormatDSN() != formatted {
			t.Fatalf("the clone is formatted to %q, and what it was made of to %q", clone.FormatDSN(), formatted)
		}
	})
}

// FuzzDSNSecrets: whatever stands around them, no error and no String shows
// keys, nor anything else before the question mark, nor a secret behind it.
func FuzzDSNSecrets(f *testing.F) {
	const secret = "h-u-s-h"
	f.Add("AKIA:", "@/db?region=x")
	f.Add("AKIA:", "/db")
	f.Add("", "%zz:a@@host")
	f.Add(":@/", "%zz?engine=mysql")
	f.Add("a", "&&regoin=1&session_token=")
	f.Add("a", "%&x")
	f.Fuzz(func(t *testing.T, before, after string) {
		var dsns []string
		if !strings.Contains(before, "?") {
			dsns = append(dsns, "mysql+auroradataapi://"+before+secret+after)
		}
		if !strings.ContainsAny(before, "&=") {
			dsns = append(dsns, "mysql+auroradataapi://?"+before+":"+secret+after)
		}
		if !strings.Contains(before, "&") {
			for _, p := range params {
				if p.secret != nil && p.secret("@") {
					dsns = append(dsns, "auroradataapi://?"+p.name+"="+before+secret+"@"+after)
				}
			}
		}
		for _, dsn := range dsns {
			cfg, err := ParseDSN(dsn)
			if err == nil {
				if cfg.AccessKeyID == "" && cfg.Database == "" && strings.Contains(cfg.String(), secret) {
					t.Fatalf("%q: String shows the secret: %s", dsn, cfg)
				}
				cfg.ClusterARN, cfg.SecretARN, cfg.Database = testCluster, testSecret, ""
				_, err = cfg.complete(func(string) string { return "" })
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Fatalf("%q: the error shows the secret: %v", dsn, err)
			}
		}
	})
}
