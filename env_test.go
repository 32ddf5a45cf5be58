package auroradataapi

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFillFromEnv(t *testing.T) {
	const (
		cluster1, cluster2, cluster3 = testCluster + "1", testCluster + "2", testCluster + "3"
		secret1, secret2, secret3    = testSecret + "1", testSecret + "2", testSecret + "3"
	)
	ours := map[string]string{"AURORA_CLUSTER_ARN": cluster1, "AURORA_SECRET_ARN": secret1, "AURORA_DATABASE": "env"}
	all := map[string]string{
		"AURORA_CLUSTER_ARN": cluster1, "AURORA_SECRET_ARN": secret1, "AURORA_DATABASE": "env",
		"RDS_RESOURCE": cluster2, "RDS_SECRET": secret2, "CLUSTER_ARN": cluster3, "SECRET_ARN": secret3,
	}
	tests := []struct {
		name      string
		cfg, want Config
		env       map[string]string
	}{
		{"nothing", Config{}, Config{}, nil},
		{"all that is empty", Config{}, Config{ClusterARN: cluster1, SecretARN: secret1, Database: "env"}, ours},
		{"no more than that", Config{Database: "mine", SecretARN: secret2},
			Config{Database: "mine", SecretARN: secret2, ClusterARN: cluster1}, ours},
		{"ours before the others", Config{}, Config{ClusterARN: cluster1, SecretARN: secret1, Database: "env"}, all},
		{"the first pair", Config{}, Config{ClusterARN: cluster2, SecretARN: secret2},
			map[string]string{"RDS_RESOURCE": cluster2, "RDS_SECRET": secret2, "CLUSTER_ARN": cluster3, "SECRET_ARN": secret3}},
		{"the second pair", Config{}, Config{ClusterARN: cluster3, SecretARN: secret3},
			map[string]string{"RDS_SECRET": secret2, "CLUSTER_ARN": cluster3, "SECRET_ARN": secret3}},
		{"no half of a pair", Config{}, Config{},
			map[string]string{"RDS_RESOURCE": cluster2, "SECRET_ARN": secret3}},
		{"no pair beside a cluster", Config{ClusterARN: cluster1}, Config{ClusterARN: cluster1},
			map[string]string{"CLUSTER_ARN": cluster3, "SECRET_ARN": secret3}},
		{"no pair beside our secret", Config{}, Config{SecretARN: secret1},
			map[string]string{"AURORA_SECRET_ARN": secret1, "CLUSTER_ARN": cluster3, "SECRET_ARN": secret3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.cfg.FillFromEnv(func(name string) string { return tt.env[name] }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, tt.cfg); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestNewConnectorReadsTheEnvironment also holds the region to the cluster's.
func TestNewConnectorReadsTheEnvironment(t *testing.T) {
	t.Setenv("AURORA_CLUSTER_ARN", testCluster)
	t.Setenv("AURORA_SECRET_ARN", testSecret)
	t.Setenv("AURORA_DATABASE", "env")
	given := &Config{Engine: "pg"}
	c, err := NewConnector(given)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{Engine: "postgresql", ClusterARN: testCluster, SecretARN: testSecret, Database: "env", Region: "eu-west-1"}
	if diff := cmp.Diff(want, c.cfg); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(&Config{Engine: "pg"}, given); diff != "" {
		t.Errorf("the caller's own has changed (-want +got)\n%s", diff)
	}
}
