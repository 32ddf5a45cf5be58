package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/server"
)

// clusterOptions say what is behind one ARN of a local Data API.
type clusterOptions struct {
	arn string
	// Without an ARN it is made of these.
	name, region, account string

	engine string // of the running server at url
	url    string // empty stands for database
	// secrets are the users. None is one, the user that database comes with.
	secrets  []server.Secret
	database databaseOptions
	disabled bool
}

// complete makes what was left out.
func (o *clusterOptions) complete(region string) {
	if o.engine == "" {
		o.engine = dialect.PostgreSQL.Name
	}
	if o.arn == "" {
		o.arn = fmt.Sprintf("arn:aws:rds:%s:%s:cluster:%s", cmp.Or(o.region, region, localRegion), cmp.Or(o.account, localAccount), o.name)
	}
}

// cluster is a cluster whose database runs.
type cluster struct {
	clusterOptions
	db *database
}

// systemDatabase is one that every MySQL has.
const systemDatabase = "mysql"

// start has the database run and its users be there.
func (o clusterOptions) start(ctx context.Context, getenv func(string) string, notice func(string)) (_ *cluster, err error) {
	c := &cluster{clusterOptions: o}
	if o.url != "" {
		c.db = runningDatabase(o)
		return c, nil
	}
	if c.db, err = o.database.start(ctx, getenv, notice); err != nil {
		return nil, err
	}
	if c.db.setup != "" {
		err := c.administer(ctx, systemDatabase, func(db *sql.DB) error {
			_, err := db.ExecContext(ctx, c.db.setup)
			return err
		})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("cluster %s: %w", o.arn, err), c.db.stop())
		}
	}
	if len(o.secrets) == 0 {
		c.secrets = []server.Secret{{ARN: secretOf(o.arn), Username: c.db.user, Password: c.db.password}}
		return c, nil
	}
	if err := c.createUsers(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("cluster %s: %w", o.arn, err), c.db.stop())
	}
	c.db.user, c.db.name = o.secrets[0].Username, o.secrets[0].Username
	return c, nil
}

// describe says what is behind the cluster, with its ARNs where there are more.
func (c *cluster) describe(arns bool) string {
	if !arns {
		return c.db.description
	}
	text := c.arn + ": " + c.db.description
	if c.disabled {
		text += ", its endpoint disabled"
	}
	for _, s := range c.secrets {
		text += "\n  " + s.ARN + ": user " + s.Username
	}
	return text
}

// secretOf returns the ARN of a cluster's own secret. Like those of Secrets
// Manager it ends in six characters.
func secretOf(clusterARN string) string {
	parts := strings.SplitN(clusterARN, ":", 7)
	for len(parts) < 7 {
		parts = append(parts, "local") // the server refuses such an ARN
	}
	return fmt.Sprintf("arn:%s:secretsmanager:%s:%s:secret:%s-AbCdEf", parts[1], parts[3], parts[4], parts[6])
}

// runningDatabase describes the server at the cluster's URL, as far as the URL
// is one.
func runningDatabase(o clusterOptions) *database {
	d := &database{url: o.url, user: o.secrets[0].Username, stop: func() error { return nil }}
	if o.engine == dialect.PostgreSQL.Name {
		d.name = d.user
	}
	where := "its URL"
	// Other forms of connection strings may hold a password anywhere.
	if u, err := url.Parse(o.url); err == nil && u.Scheme != "" {
		if name := strings.Trim(u.Path, "/"); name != "" {
			d.name = name
		}
		where = cmp.Or(u.Host, u.Query().Get("host"), u.Query().Get("socket"), where)
	}
	d.description = fmt.Sprintf("%s at %s, user %s", o.engine, where, d.user)
	return d
}

// createUsers creates the users of the secrets in a private database, each with
// a database of his own, to which a call goes that names none.
func (c *cluster) createUsers(ctx context.Context) error {
	return c.administer(ctx, c.db.name, func(db *sql.DB) error {
		for _, s := range c.secrets {
			if s.Username == c.db.user {
				continue
			}
			if err := createUser(ctx, db, s); err != nil {
				return fmt.Errorf("user %q: %w", s.Username, err)
			}
		}
		return nil
	})
}

// administer does something in a private database, before it is served.
func (c *cluster) administer(ctx context.Context, database string, do func(*sql.DB) error) error {
	own := server.Secret{ARN: secretOf(c.arn), Username: c.db.user, Password: c.db.password}
	// The port is open to every user of this machine, and the user may do
	// everything in the database: only the key of this call opens it.
	key := server.Credential{AccessKeyID: "setup", SecretAccessKey: rand.Text()}
	api, err := server.New(server.Config{Credentials: []server.Credential{key}, Clusters: []server.Cluster{
		{ARN: c.arn, Engine: c.engine, URL: c.db.url, Secrets: []server.Secret{own}},
	}})
	if err != nil {
		return err
	}
	defer api.Close()
	return onPlainPort(ctx, api, func(endpoint string) error {
		db, err := openDB(&auroradataapi.Config{
			Engine: c.engine, Database: database, ClusterARN: c.arn, SecretARN: own.ARN,
			AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey, Endpoint: endpoint, RetryBudget: -1,
		})
		if err != nil {
			return err
		}
		defer db.Close()
		return do(db)
	})
}

// createUser creates a user with a database, unless kept data has them.
func createUser(ctx context.Context, db *sql.DB, s server.Secret) error {
	var user, database bool
	err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1), EXISTS (SELECT FROM pg_database WHERE datname = $1)",
		s.Username).Scan(&user, &database)
	if err != nil {
		return err
	}
	name := `"` + strings.ReplaceAll(s.Username, `"`, `""`) + `"`
	statements := []string{"CREATE ROLE " + name + " LOGIN"}
	if user {
		statements[0] = "ALTER ROLE " + name + " LOGIN"
	}
	if s.Password != "" {
		statements[0] += " PASSWORD '" + strings.ReplaceAll(s.Password, "'", "''") + "'"
	}
	if !database {
		statements = append(statements, "CREATE DATABASE "+name+" OWNER "+name)
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
