package server

import (
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// cluster is a configured database server.
type cluster struct {
	arn     string
	dialect *dialect.Dialect
	engine  engine
	secrets map[string]Secret
	off     bool // the Data API is not enabled
}

// place is where a call goes: a database on a cluster, as a user.
type place struct {
	*cluster
	secretARN string
	login     login
}

func newClusters(configured []Cluster) (map[string]*cluster, error) {
	clusters := make(map[string]*cluster, len(configured))
	for _, c := range configured {
		if err := checkARN(c.ARN); err != nil {
			return nil, fmt.Errorf("server: cluster ARN %q %w", c.ARN, err)
		}
		if clusters[c.ARN] != nil {
			return nil, fmt.Errorf("server: cluster %s is configured twice", c.ARN)
		}
		secrets, err := newSecrets(c)
		if err != nil {
			return nil, err
		}
		d, e, err := newEngine(c)
		if err != nil {
			return nil, fmt.Errorf("server: cluster %s: %w", c.ARN, err)
		}
		clusters[c.ARN] = &cluster{arn: c.ARN, dialect: d, engine: e, secrets: secrets, off: c.EndpointDisabled}
	}
	return clusters, nil
}

func newSecrets(c Cluster) (map[string]Secret, error) {
	if len(c.Secrets) == 0 {
		return nil, fmt.Errorf("server: cluster %s has no secret; give Cluster.Secrets at least one", c.ARN)
	}
	secrets := make(map[string]Secret, len(c.Secrets))
	for _, s := range c.Secrets {
		if err := checkARN(s.ARN); err != nil {
			return nil, fmt.Errorf("server: secret ARN %q of cluster %s %w", s.ARN, c.ARN, err)
		}
		if _, ok := secrets[s.ARN]; ok {
			return nil, fmt.Errorf("server: secret %s of cluster %s is configured twice", s.ARN, c.ARN)
		}
		if s.Username == "" {
			return nil, fmt.Errorf("server: secret %s of cluster %s has no user name", s.ARN, c.ARN)
		}
		secrets[s.ARN] = s
	}
	return secrets, nil
}

// newEngine returns the engine that a cluster names.
func newEngine(c Cluster) (*dialect.Dialect, engine, error) {
	switch c.Engine {
	case dialect.PostgreSQL.Name:
		e, err := newPgEngine(c.URL)
		return dialect.PostgreSQL, e, err
	case dialect.MySQL.Name:
		e, err := newMySQLEngine(c.URL)
		return dialect.MySQL, e, err
	default:
		return nil, nil, fmt.Errorf("engine %q is not known; use %q or %q", c.Engine, dialect.PostgreSQL.Name, dialect.MySQL.Name)
	}
}

// checkARN says what is wrong with the form of an ARN.
func checkARN(arn string) error {
	if n := len(arn); n < wire.MinARNChars || n > wire.MaxARNChars {
		return fmt.Errorf("is not of %d to %d characters", wire.MinARNChars, wire.MaxARNChars)
	}
	if !wellFormedARN(arn) {
		return fmt.Errorf("is not of the form arn:partition:service:region:account:resource")
	}
	return nil
}

func wellFormedARN(arn string) bool {
	return strings.HasPrefix(arn, "arn:") && strings.Count(arn, ":") >= 5
}

// resolve finds the place that a request names. An unknown cluster and one
// whose endpoint is off are the same to the service (F0023); its answer to an
// unknown secret is a choice (F0205).
func (s *service) resolve(resourceARN, secretARN, database, schema string) (place, error) {
	if err := checkMembers(resourceARN, secretARN, database, schema); err != nil {
		return place{}, err
	}
	c := s.clusters[resourceARN]
	if c == nil || c.off {
		return place{}, wire.NewError(wire.CodeHTTPEndpointNotEnabled,
			"HttpEndpoint is not enabled for resource "+resourceARN)
	}
	secret, ok := c.secrets[secretARN]
	if !ok {
		return place{}, wire.NewError(wire.CodeSecretsError,
			"Secrets Manager can't find the specified secret: "+secretARN)
	}
	if database == "" && c.dialect == dialect.PostgreSQL { // (F0066)
		database = secret.Username
	}
	return place{cluster: c, secretARN: secretARN,
		login: login{user: secret.Username, password: secret.Password, database: database}}, nil
}
