package auroradataapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	testCluster = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
	testSecret  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!cluster-0a1b-AbCdEf"
)

func TestSecretsNeverShow(t *testing.T) {
	cfg := &Config{Engine: "postgresql", Database: "db", AccessKeyID: "AKIA", SecretAccessKey: "hush-key", SessionToken: "hush-token"}
	for _, format := range []string{"%v", "%s", "%+v", "%#v", "%q"} {
		for _, v := range []any{cfg, *cfg, struct{ C any }{*cfg}} {
			if text := fmt.Sprintf(format, v); strings.Contains(text, "hush") {
				t.Errorf("%s of a %T shows a secret: %s", format, v, text)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "cfg", cfg, "value", *cfg)
	if strings.Contains(log.String(), "hush") || !strings.Contains(log.String(), "REDACTED") {
		t.Errorf("the log shows %s", log.String())
	}
	if dsn := cfg.FormatDSN(); !strings.Contains(dsn, "hush-key") || !strings.Contains(dsn, "hush-token") {
		t.Errorf("FormatDSN leaves a secret out: %s", dsn)
	}
	cfg.ClusterARN, cfg.SecretARN, cfg.AccessKeyID = testCluster, testSecret, ""
	_, err := NewConnector(cfg)
	if err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("NewConnector: %v", err)
	}
	cfg.AccessKeyID = "AKIA"
	connector, err := NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%v %+v %#v", connector, connector, connector); strings.Contains(text, "hush") {
		t.Errorf("a Connector shows a secret: %s", text)
	}
}

func TestEngineIsNeeded(t *testing.T) {
	if _, err := NewConnector(nil); err == nil {
		t.Error("a connector was made of no Config")
	}
	_, err := NewConnector(&Config{ClusterARN: testCluster, SecretARN: testSecret})
	if err == nil || !strings.Contains(err.Error(), "no engine: begin the data source name with") {
		t.Errorf("got %v", err)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	cfg := &Config{Engine: "postgresql", Database: "a", AWS: &aws.Config{Region: "a"}}
	clone := cfg.Clone()
	clone.Database, clone.AWS.Region = "b", "b"
	if cfg.Database != "a" || cfg.AWS.Region != "a" {
		t.Error("the clone changed the original")
	}
}
