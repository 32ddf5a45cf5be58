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
	if err := checkRoleARN(cfg.RoleARN); err != nil {
		return err
	}
	if err := cfg.Params.check(); err != nil {
		return err
	}
	if err := cfg.Paging.check(); err != nil {
		return err
	}
	if err := cfg.MultiStatements.check(); err != nil {
		return err
	}
	if cfg.PageBytes != 0 {
		if err := checkPageBytes(cfg.PageBytes); err != nil {
			return err
		}
	}
	if err := cfg.contradiction(); err != nil {
		return err
	}
	if cfg.Region == "" {
		cfg.Region = region
	}
	return nil
}

// contradiction returns what does not go together, or nil.
func (cfg *Config) contradiction() error {
	keys := cfg.AccessKeyID != "" || cfg.SecretAccessKey != "" || cfg.SessionToken != ""
	profile, role, token := cfg.Profile != "", cfg.RoleARN != "", cfg.WebIdentityTokenFile != ""
	roleDetail := cfg.RoleSessionName != "" || cfg.ExternalID != ""
	for _, c := range []struct {
		there bool
		text  string
	}{
		{cfg.SDK != nil && (cfg.Region != "" || cfg.Endpoint != "" || cfg.AWS != nil || cfg.HTTPClient != nil),
			"Config.SDK is a client that has its region, endpoint and HTTP client already; leave out Region, Endpoint, AWS and HTTPClient, or leave out SDK"},
		{cfg.SDK != nil && (keys || profile || role || roleDetail || token),
			"Config.SDK is a client that has its credentials already; leave out the keys, profile and role, or leave out SDK"},
		{(cfg.AccessKeyID == "") != (cfg.SecretAccessKey == ""),
			"an access key id needs a secret access key, and the other way round: give both, or neither to use the AWS default credentials"},
		{cfg.SessionToken != "" && cfg.AccessKeyID == "",
			"session_token goes with an access key id and a secret access key, and they are missing"},
		{keys && profile,
			"both access keys and a profile say who calls; leave one of them out"},
		{cfg.AWS != nil && profile,
			"Config.AWS is loaded already, so that a profile cannot count any more; leave one of them out, or load it with config.WithSharedConfigProfile"},
		{!role && (roleDetail || token),
			"role_session_name, external_id and web_identity_token_file are for a role; give role_arn"},
		{token && (keys || profile),
			"the role is assumed with web_identity_token_file, so that access keys and a profile cannot count; leave one of them out"},
		{token && cfg.ExternalID != "",
			"external_id cannot be given together with web_identity_token_file; AWS takes it with credentials only"},
		{cfg.AttemptTimeout != 0 && cfg.AttemptTimeout <= wire.StatementTimeout,
			fmt.Sprintf("attempt_timeout is %v; it has to be more than the %v that a statement may take, which would go on without its caller; to end it sooner, give its context a deadline", cfg.AttemptTimeout, wire.StatementTimeout)},
	} {
		if c.there {
			return errors.New(c.text)
		}
	}
	return nil
}

// checkClusterARN returns the region in the ARN of a cluster.
func checkClusterARN(arn string) (region string, err error) {
	if arn == "" {
		return "", errors.New("no cluster: give aurora_cluster_arn in the data source name, or set AURORA_CLUSTER_ARN")
	}
	parts, err := splitARN("the cluster's ARN", arn, "arn:aws:rds:REGION:ACCOUNT:cluster:NAME", wire.MaxARNChars)
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
	_, err := splitARN("the secret's ARN", arn, "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME", wire.MaxARNChars)
	return err
}

// maxRoleARNChars is what AWS STS takes.
const maxRoleARNChars = 2048

func checkRoleARN(arn string) error {
	if arn == "" {
		return nil
	}
	const form = "arn:aws:iam::ACCOUNT:role/NAME"
	parts, err := splitARN("the role's ARN", arn, form, maxRoleARNChars)
	if err != nil {
		return err
	}
	if name, ok := strings.CutPrefix(parts[5], "role/"); !ok || name == "" {
		return fmt.Errorf("the role's ARN is %q, which is not a role; it has to look like %s", arn, form)
	}
	return nil
}

// splitARN returns the parts of an ARN that is of the form's service, and has a
// region if the form has one.
func splitARN(what, arn, form string, most int) ([]string, error) {
	if !strings.HasPrefix(arn, "arn:") { // not shown: it may be a password
		return nil, fmt.Errorf("%s does not begin with arn:; it has to look like %s", what, form)
	}
	if i := strings.IndexFunc(arn, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return nil, fmt.Errorf("%s has a blank or control character at its byte %d: %q", what, i+1, arn)
	}
	like, parts := strings.Split(form, ":"), strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[2] != like[2] || (parts[3] == "") != (like[3] == "") || parts[5] == "" {
		return nil, fmt.Errorf("%s is %q; it has to look like %s", what, arn, form)
	}
	if n := len(arn); n > most {
		return nil, fmt.Errorf("%s has %d characters, AWS takes %d at most", what, n, most)
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
