package server_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi/server"
)

// TestKeys lets the SDK in with the keys that are configured, and with no
// others.
func TestKeys(t *testing.T) {
	t.Parallel()
	s := serve(t, func(cfg *server.Config) {
		cfg.Credentials = []server.Credential{
			{AccessKeyID: "AKIDONE", SecretAccessKey: "first"},
			{AccessKeyID: "ASIATWO", SecretAccessKey: "second", SessionToken: "a token"},
		}
	})
	for _, tt := range []struct{ id, secret, token, code, text string }{
		{"AKIDONE", "first", "", "", ""},
		{"ASIATWO", "second", "a token", "", ""},
		{"ASIATWO", "second", "", "UnrecognizedClientException", "security token"},
		{"ASIATWO", "second", "another", "UnrecognizedClientException", "security token"},
		{"AKIDONE", "second", "", "InvalidSignatureException", "does not match"},
		{"test", "test", "", "UnrecognizedClientException", "security token"},
	} {
		_, err := s.ExecuteStatement(context.Background(), s.input("", "select 1"), func(o *rdsdata.Options) {
			o.Credentials = credentials.NewStaticCredentialsProvider(tt.id, tt.secret, tt.token)
		})
		if tt.code == "" && err != nil {
			t.Errorf("%s: %v", tt.id, err)
		} else if tt.code != "" {
			refusedLike(t, err, tt.code, tt.text)
		}
	}
	_, err := s.ExecuteStatement(context.Background(), s.input("", "select 1"), func(o *rdsdata.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider("AKIDONE", "first", "")
		o.Region = "eu-west-1"
	})
	refusedLike(t, err, "InvalidSignatureException", "Credential should be scoped to a valid region.")
}

// TestEndpointDisabled answers for a cluster whose Data API is off as for one
// that is not there (F0023).
func TestEndpointDisabled(t *testing.T) {
	t.Parallel()
	const off = "arn:aws:rds:us-east-1:123456789012:cluster:off"
	s := serve(t, func(cfg *server.Config) {
		second := cfg.Clusters[0]
		second.ARN, second.EndpointDisabled = off, true
		cfg.Clusters = append(cfg.Clusters, second)
	})
	s.must("", "select 1")
	in := s.input("", "select 1")
	in.ResourceArn = aws.String(off)
	_, err := s.ExecuteStatement(context.Background(), in)
	refused(t, err, "HttpEndpointNotEnabledException", "HttpEndpoint is not enabled for resource "+off)
}

// TestPasswords has the database check the passwords that the secrets hold.
func TestPasswords(t *testing.T) {
	t.Parallel()
	const user = "locked"
	admin(t, "postgres", "CREATE ROLE "+user+" LOGIN PASSWORD 'right'")
	requirePassword(t, user)
	const rightARN, wrongARN = secretARN + "-right", secretARN + "-wrong"
	s := serve(t, func(cfg *server.Config) {
		cfg.Clusters[0].Secrets = append(cfg.Clusters[0].Secrets,
			server.Secret{ARN: rightARN, Username: user, Password: "right"},
			server.Secret{ARN: wrongARN, Username: user, Password: "wrong"})
	})
	as := func(secret string) *rdsdata.ExecuteStatementInput {
		in := s.input("", "select current_user")
		in.SecretArn = aws.String(secret)
		return in
	}
	const text = `FATAL: password authentication failed for user "locked"; SQLState: 28P01`
	_, err := s.ExecuteStatement(context.Background(), as(wrongARN))
	refused(t, err, "DatabaseErrorException", text)
	_, err = s.BeginTransaction(context.Background(), &rdsdata.BeginTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(wrongARN), Database: aws.String(s.database)})
	refused(t, err, "DatabaseErrorException", text)
	out, err := s.ExecuteStatement(context.Background(), as(rightARN))
	if err != nil {
		t.Fatal(err)
	}
	same(t, plain(out.Records[0][0]), user)
	_, err = s.ExecuteStatement(context.Background(), as(wrongARN)) // the right one's session is not for it
	refused(t, err, "DatabaseErrorException", text)
}

// requirePassword has PostgreSQL ask a user for the password, where it trusts
// everybody else.
func requirePassword(t *testing.T, user string) {
	t.Helper()
	path := admin(t, "postgres", "SHOW hba_file")[0][0]
	rules, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rules = append([]byte("local all "+user+" scram-sha-256\n"), rules...)
	if err := os.WriteFile(path, rules, 0o600); err != nil {
		t.Fatal(err)
	}
	admin(t, "postgres", "SELECT pg_reload_conf()")
	if !eventually(func() bool {
		return strings.HasPrefix(admin(t, "postgres", "SELECT auth_method FROM pg_hba_file_rules ORDER BY line_number")[0][0], "scram")
	}) {
		t.Fatal("the rules are not in force")
	}
}
