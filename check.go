package auroradataapi

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The ARNs are checked before anything is sent, because the service answers a
// wrong one with texts that mislead: a cluster that does not exist is "not
// enabled", a stray line end is "Database returned SQL Exception" (F0023,
// F0051).

// check refuses what the service would refuse, or would misunderstand, and
// fills the region.
func (cfg *Config) check() error {
	if !utf8.ValidString(cfg.Database) {
		return fmt.Errorf("the database %q is not valid UTF-8", cfg.Database)
	}
	region, err := checkClusterARN(cfg.ClusterARN)
	if err != nil {
		return err
	}
	if err := checkSecretARN(cfg.SecretARN); err != nil {
		return err
	}
	if err := checkEndpoint(cfg.Endpoint); err != nil {
		return err
	}
	for _, c := range contradictions {
		if c.there(cfg) {
			return errors.New(c.text)
		}
	}
	if cfg.Region == "" {
		cfg.Region = region
	}
	return nil
}

// contradictions are fields that do not go together.
var contradictions = []struct {
	there func(*Config) bool
	text  string
}{
	{func(c *Config) bool { return (c.AccessKeyID == "") != (c.SecretAccessKey == "") },
		"an access key id needs a secret access key, and the other way round: give both, or neither to use the AWS default credentials"},
	{func(c *Config) bool { return c.SessionToken != "" && c.AccessKeyID == "" },
		"session_token goes with an access key id and a secret access key, and they are missing"},
}

// checkClusterARN returns the region in the ARN of a cluster.
func checkClusterARN(arn string) (region string, err error) {
	if arn == "" {
		return "", errors.New("no cluster: give aurora_cluster_arn in the data source name, or set AURORA_CLUSTER_ARN")
	}
	parts, err := splitARN("the cluster's ARN", arn, "rds", "arn:aws:rds:REGION:ACCOUNT:cluster:NAME")
	if err != nil {
		return "", err
	}
	if name, ok := strings.CutPrefix(parts[5], "cluster:"); !ok || name == "" {
		return "", fmt.Errorf("the cluster's ARN is %q, which is not a cluster; the Data API takes arn:aws:rds:REGION:ACCOUNT:cluster:NAME and no instance", arn)
	}
	return parts[3], nil
}

func checkSecretARN(arn string) error {
	if arn == "" {
		return errors.New("no secret: give secret_arn in the data source name, or set AURORA_SECRET_ARN")
	}
	_, err := splitARN("the secret's ARN", arn, "secretsmanager", "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME")
	return err
}

func splitARN(what, arn, service, form string) ([]string, error) {
	if !strings.HasPrefix(arn, "arn:") { // not shown: it may be a password
		return nil, fmt.Errorf("%s does not begin with arn:; it has to look like %s", what, form)
	}
	if i := strings.IndexFunc(arn, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return nil, fmt.Errorf("%s has a blank or control character at its byte %d: %q", what, i+1, arn)
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[2] != service || parts[3] == "" || parts[5] == "" {
		return nil, fmt.Errorf("%s is %q; it has to look like %s", what, arn, form)
	}
	if n := len(arn); n > wire.MaxARNChars {
		return nil, fmt.Errorf("%s has %d characters, the Data API takes %d at most", what, n, wire.MaxARNChars)
	}
	return parts, nil
}

func checkEndpoint(endpoint string) error {
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	switch {
	case strings.Contains(endpoint, "@"): // not shown: it may hold a password
		return errors.New("endpoint_url has an @; a user name and password do not belong there")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("endpoint_url is %q; it has to be a URL such as https://rds-data.us-east-1.amazonaws.com, without a query", endpoint)
	}
	return nil
}
