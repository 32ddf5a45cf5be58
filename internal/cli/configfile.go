package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/server"
)

// configFile is what a configuration file of serve says. docs/serve.md shows
// one with all that there is.
type configFile struct {
	listen      string
	region      string
	credentials []server.Credential
	limits      limits
	tls         tlsOptions
	clusters    []clusterOptions
}

// readConfigFile reads a file. Variables that it names are taken from getenv,
// and relative paths in it begin at its folder.
func readConfigFile(path string, getenv func(string) string) (*configFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usagef("--%s: %v", flagConfig, err)
	}
	f, err := parseConfigFile(path, text, getenv)
	if err != nil {
		return nil, usagef("--%s: %v", flagConfig, err)
	}
	return f, nil
}

func parseConfigFile(path string, text []byte, getenv func(string) string) (*configFile, error) {
	r := &configReader{strictJSON: newStrictJSON(path, text), getenv: getenv, dir: filepath.Dir(path)}
	f := &configFile{}
	err := r.object(map[string]func() error{
		"listen":      r.string(&f.listen),
		"region":      r.string(&f.region),
		"credentials": func() error { return r.array(func() error { return r.credential(f) }) },
		"limits":      func() error { return r.limits(&f.limits) },
		"tls":         func() error { return r.tls(&f.tls) },
		"clusters":    func() error { return r.array(func() error { return r.cluster(f) }) },
	})
	if err == nil {
		err = r.end()
	}
	if err == nil && len(f.clusters) == 0 {
		err = r.errorf(`there is no cluster; give "clusters" at least one`)
	}
	if err != nil {
		return nil, err
	}
	for i := range f.clusters {
		f.clusters[i].complete(f.region)
	}
	return f, nil
}

// configReader reads the parts of a configuration file.
type configReader struct {
	*strictJSON
	getenv func(string) string
	dir    string // of the file
}

func (r *configReader) credential(f *configFile) error {
	var c server.Credential
	var secretEnv string
	err := r.object(map[string]func() error{
		"accessKeyId":        r.string(&c.AccessKeyID),
		"secretAccessKey":    r.string(&c.SecretAccessKey),
		"secretAccessKeyEnv": r.string(&secretEnv),
		"sessionToken":       r.string(&c.SessionToken),
	})
	if err != nil {
		return err
	}
	if err := r.fromEnv(&c.SecretAccessKey, "secretAccessKey", secretEnv); err != nil {
		return err
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return r.errorf("a credential needs accessKeyId, and secretAccessKey or secretAccessKeyEnv")
	}
	f.credentials = append(f.credentials, c)
	return nil
}

// fromEnv takes a value from the variable that is named for it, if one is.
func (r *configReader) fromEnv(value *string, name, variable string) error {
	switch {
	case variable == "":
		return nil
	case *value != "":
		return r.errorf("%s and %sEnv exclude each other", name, name)
	}
	if *value = r.getenv(variable); *value == "" {
		return r.errorf("the variable %s, which %sEnv names, is not set", variable, name)
	}
	return nil
}

func (r *configReader) limits(l *limits) error {
	return r.object(map[string]func() error{
		"statementTimeout":       r.duration(&l.statement),
		"transactionIdleTimeout": r.duration(&l.idle),
		"transactionMaxAge":      r.duration(&l.age),
	})
}

func (r *configReader) tls(t *tlsOptions) error {
	err := r.object(map[string]func() error{
		"cert":       r.path(&t.cert),
		"key":        r.path(&t.key),
		"selfSigned": r.bool(&t.selfSigned),
		"certOut":    r.path(&t.certOut),
	})
	if err != nil {
		return err
	}
	if err := t.check(); err != nil {
		return r.errorf("%s", tlsInFile.Replace(err.Error()))
	}
	return nil
}

// tlsInFile names TLS options as the file does.
var tlsInFile = strings.NewReplacer("--"+flagTLSCertOut, "certOut", "--"+flagTLSCert, "cert", "--"+flagTLSKey, "key", "--"+flagTLSSelf, "selfSigned")

// path reads a path, which begins at the file's folder.
func (r *configReader) path(to *string) func() error {
	return func() error {
		err := r.string(to)()
		if err == nil && !filepath.IsAbs(*to) {
			*to = filepath.Join(r.dir, *to)
		}
		return err
	}
}

func (r *configReader) cluster(f *configFile) error {
	var c clusterOptions
	var private bool
	err := r.object(map[string]func() error{
		"arn":              r.string(&c.arn),
		"name":             r.string(&c.name),
		"region":           r.string(&c.region),
		"account":          r.string(&c.account),
		"engine":           r.string(&c.engine),
		"url":              r.string(&c.url),
		"private":          r.bool(&private),
		"dataDir":          r.path(&c.database.dataDir),
		"secrets":          func() error { return r.array(func() error { return r.secret(&c) }) },
		"endpointDisabled": r.bool(&c.disabled),
	})
	if err != nil {
		return err
	}
	switch {
	case (c.arn == "") == (c.name == ""):
		return r.errorf("a cluster needs either arn or name")
	case c.arn != "" && (c.region != "" || c.account != ""):
		return r.errorf("region and account go with name; an arn has them")
	case (c.url != "") == private:
		return r.errorf(`cluster %s%s needs either url or "private": true`, c.arn, c.name)
	case c.database.dataDir != "" && !private:
		return r.errorf(`dataDir goes with "private": true`)
	case private && c.engine != "" && c.engine != dialect.PostgreSQL.Name:
		return r.errorf(`a private database is PostgreSQL; for %s give the url of a server that runs`, c.engine)
	case c.url != "" && c.engine == "":
		return r.errorf("a cluster with url needs engine: %s or %s", dialect.PostgreSQL.Name, dialect.MySQL.Name)
	case c.url != "" && len(c.secrets) == 0:
		return r.errorf("cluster %s%s needs secrets: the users of the database", c.arn, c.name)
	}
	f.clusters = append(f.clusters, c)
	return nil
}

func (r *configReader) secret(c *clusterOptions) error {
	var s server.Secret
	var passwordEnv string
	err := r.object(map[string]func() error{
		"arn":         r.string(&s.ARN),
		"username":    r.string(&s.Username),
		"password":    r.string(&s.Password),
		"passwordEnv": r.string(&passwordEnv),
	})
	if err != nil {
		return err
	}
	if s.ARN == "" || s.Username == "" {
		return r.errorf("a secret needs arn and username")
	}
	if err := r.fromEnv(&s.Password, "password", passwordEnv); err != nil {
		return err
	}
	c.secrets = append(c.secrets, s)
	return nil
}
