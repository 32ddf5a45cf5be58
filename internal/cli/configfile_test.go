package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/server"
)

func testenv(name string) string {
	return map[string]string{"LOCAL_KEY": "from the environment", "BILLING_PASSWORD": "hush"}[name]
}

// documented returns the page about serve and the file that it shows.
func documented(t testing.TB) (page, file string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "serve.md"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)\n```json\n(.*?)\n```\n").FindSubmatch(text)
	if m == nil {
		t.Fatal("docs/serve.md shows no file")
	}
	return string(text), string(m[1])
}

// TestDocumentedFile reads the file of the documentation.
func TestDocumentedFile(t *testing.T) {
	page, text := documented(t)
	dir := filepath.Join(t.TempDir(), "conf")
	got, err := parseConfigFile(filepath.Join(dir, "c.json"), []byte(text), testenv)
	if err != nil {
		t.Fatal(err)
	}
	const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
	want := &configFile{
		listen: "127.0.0.1:8010",
		region: "eu-central-1",
		credentials: []server.Credential{
			{AccessKeyID: "AKIDLOCAL", SecretAccessKey: "from the environment"},
			{AccessKeyID: "ASIATEMPORARY", SecretAccessKey: "for-tests-only", SessionToken: "a-token"},
		},
		tls:    tlsOptions{selfSigned: true, certOut: filepath.Join(dir, "ca.pem")},
		limits: limits{45 * time.Second, 3 * time.Minute, 24 * time.Hour},
		clusters: []clusterOptions{
			{
				arn: "arn:aws:rds:eu-central-1:123456789012:cluster:orders", name: "orders", region: "eu-central-1", account: "123456789012",
				engine: "postgresql", database: databaseOptions{dataDir: filepath.Join(dir, "orders-data")},
				secrets: []server.Secret{{ARN: secret + "orders-app-AbCdEf", Username: "app"}, {ARN: secret + "orders-report-AbCdEf", Username: "report"}},
			},
			{
				arn: "arn:aws:rds:eu-central-1:123456789012:cluster:billing", name: "billing",
				engine: "mysql", url: "mysql://localhost:3306/billing",
				secrets: []server.Secret{{ARN: secret + "billing-AbCdEf", Username: "billing", Password: "hush"},
					{ARN: secret + "wrong-AbCdEf", Username: "billing", Password: "not-this-one"}},
			},
			{arn: "arn:aws:rds:eu-central-1:123456789012:cluster:archive", name: "archive", engine: "postgresql", disabled: true},
		},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(configFile{}, tlsOptions{}, limits{}, clusterOptions{}, databaseOptions{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	// And the page names every member that is known.
	for _, odd := range []string{`{"?":0}`, `{"credentials":[{"?":0}]}`, `{"tls":{"?":0}}`, `{"limits":{"?":0}}`, `{"clusters":[{"?":0}]}`, `{"clusters":[{"secrets":[{"?":0}]}]}`} {
		_, err := parseConfigFile("c", []byte(odd), testenv)
		if err == nil {
			t.Fatalf("%s was read", odd)
		}
		_, members, found := strings.Cut(err.Error(), "is not known here; there are ")
		if !found {
			t.Fatalf("%s: %v", odd, err)
		}
		for _, member := range strings.Split(members, ", ") {
			if !strings.Contains(page, "`"+member+"`") && !strings.Contains(text, `"`+member+`"`) {
				t.Errorf("docs/serve.md does not have %s of %s", member, odd)
			}
		}
	}
}

func TestConfigFileErrors(t *testing.T) {
	cluster := func(members string) string {
		return "{\"clusters\": [\n{\"name\": \"a\",\n" + members + "}]}"
	}
	for text, want := range map[string]string{
		"":                          "c:1: not JSON: it ends too early",
		"[]":                        "c:1: want an object here",
		"{\n\"listen\": \"a:1\",\n": "c:3: not JSON: it ends too early",
		"{\n\"listen\" \"a:1\"}":    "c:2: not JSON",
		"{}":                        `c:1: there is no cluster`,
		"{\"clusters\": []}\n\n":    `there is no cluster`,
		"{\n\"listne\": \"a:1\"}":   `c:2: "listne" is not known here; there are clusters, credentials, limits, listen, region, tls`,
		"{\"Listen\": \"a:1\"}":     `"Listen" is not known here`,
		"{\"listen\": \"a:1\",\n\"listen\":\"b:1\"}":                                         `c:2: "listen" is there twice`,
		"{\"listen\":\n17}":                                                                  "c:2: want a string here",
		"{\"listen\": \"\"}":                                                                 "want a string here that is not empty",
		"{\"listen\": null}":                                                                 "want a string here",
		"{\"limits\": {\"statementTimeout\": \"45\"}}":                                       `"45" is no duration`,
		"{\"limits\": {\"statementTimeout\": \"-1s\"}}":                                      `"-1s" is no duration`,
		"{\"limits\": {\"statementTimeout\": 45}}":                                           `want a string`,
		"{\"tls\": {\"selfSigned\": \"yes\"}}":                                               "want true or false",
		"{\"tls\": {\"cert\": \"c\"}}":                                                       "c:1: cert and key go together",
		"{\"tls\": {\"cert\": \"c\", \"key\": \"k\", \"selfSigned\": true}}":                 "cert and selfSigned exclude each other",
		"{\"tls\": {\"certOut\": \"c\"}}":                                                    "certOut goes with selfSigned",
		"{\"credentials\": {}}":                                                              "want an array here",
		"{\"credentials\": [{\"accessKeyId\": \"a\"}]}":                                      "a credential needs accessKeyId, and secretAccessKey or secretAccessKeyEnv",
		"{\"credentials\": [{\"accessKeyId\": \"a\", \"secretAccessKeyEnv\": \"NOT_SET\"}]}": "the variable NOT_SET, which secretAccessKeyEnv names, is not set",
		"{\"credentials\": [{\"accessKeyId\": \"a\", \"secretAccessKeyEnv\": \"LOCAL_KEY\", \"secretAccessKey\": \"hush\"}]}": "secretAccessKey and secretAccessKeyEnv exclude each other",
		cluster(`"arn": "arn:x"`):                               "c:3: a cluster needs either arn or name",
		`{"clusters": [{}]}`:                                    "a cluster needs either arn or name",
		`{"clusters": [{"arn": "a", "region": "r"}]}`:           "region and account go with name",
		cluster(`"engine": "postgresql"`):                       `c:3: cluster a needs either url or "private": true`,
		cluster(`"private": true, "url": "u"`):                  `needs either url or "private": true`,
		cluster(`"private": true, "engine": "mysql"`):           "a private database is PostgreSQL",
		cluster(`"url": "u", "secrets": []`):                    "needs engine: postgresql or mysql",
		cluster(`"url": "u", "engine": "mysql"`):                "cluster a needs secrets",
		cluster(`"url": "u", "engine": "mysql", "dataDir":"d"`): "dataDir goes with",
		cluster(`"secrets": [{"arn": "a"}]`):                    "a secret needs arn and username",
		cluster(`"secrets": [{"arn": "a", "username": "u", "password": "hush", "passwordEnv": "LOCAL_KEY"}]`): "password and passwordEnv exclude each other",
		cluster(`"private": true`) + " {}": "there is more after the end",
		cluster(`"private": true`) + "]":   "there is more after the end",
	} {
		_, err := parseConfigFile("c", []byte(text), testenv)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s\n  %v\n  want %s", text, err, want)
		}
	}
}

// TestRegionAfterClusters holds that the order of members means nothing.
func TestRegionAfterClusters(t *testing.T) {
	f, err := parseConfigFile("c", []byte(`{"clusters": [{"name": "a", "private": true}], "region": "eu-west-3"}`), testenv)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.clusters[0].arn; got != "arn:aws:rds:eu-west-3:123456789012:cluster:a" {
		t.Error(got)
	}
}

// FuzzConfigFile reads anything: an error names file and line, and what is read
// has clusters that are complete.
func FuzzConfigFile(f *testing.F) {
	_, text := documented(f)
	f.Add(text)
	f.Add(`{"clusters": [{"name": "a", "private": true}]}`)
	f.Add(`{"clusters": [{"arn": "a", "url": "u", "engine": "mysql", "secrets": [{"arn": "s", "username": "u"}]}], "tls": {"cert": "/c", "key": "k"}}`)
	place := regexp.MustCompile(`^c:[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseConfigFile("c", []byte(text), testenv)
		if err != nil {
			if !place.MatchString(err.Error()) {
				t.Errorf("%v does not begin with its place", err)
			}
			return
		}
		for _, c := range got.clusters {
			if c.arn == "" || c.engine == "" || c.url != "" && len(c.secrets) == 0 {
				t.Errorf("%+v is not complete", c)
			}
		}
	})
}
