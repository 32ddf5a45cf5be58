package auroradataapi

import "fmt"

// envPairs are the variables that other clients have for a cluster and its
// secret. The names are common, and one of them alone may be somebody else's.
var envPairs = [...]struct{ cluster, secret string }{
	{"RDS_RESOURCE", "RDS_SECRET"},
	{"CLUSTER_ARN", "SECRET_ARN"},
}

// FillFromEnv fills what is empty from the environment; NewConnector does so
// with os.Getenv. AURORA_CLUSTER_ARN, AURORA_SECRET_ARN and AURORA_DATABASE
// fill a field each. If there is neither a cluster nor a secret after that, the
// first pair fills both of which both are set: RDS_RESOURCE and RDS_SECRET, or
// CLUSTER_ARN and SECRET_ARN.
//
// What belongs to AWS itself, such as AWS_PROFILE, is read by the AWS SDK.
func (cfg *Config) FillFromEnv(getenv func(string) string) error {
	for _, p := range params {
		if p.env == "" || p.get(cfg) != "" {
			continue
		}
		if value := getenv(p.env); value != "" {
			if err := p.set(cfg, value); err != nil {
				return fmt.Errorf("%s: %w", p.env, err)
			}
		}
	}
	for _, pair := range envPairs {
		if cfg.ClusterARN != "" || cfg.SecretARN != "" {
			break
		}
		if cluster, secret := getenv(pair.cluster), getenv(pair.secret); cluster != "" && secret != "" {
			cfg.ClusterARN, cfg.SecretARN = cluster, secret
		}
	}
	return nil
}
