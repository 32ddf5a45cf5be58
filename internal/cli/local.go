package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// The names that a local Data API goes by. The keys are dummies, for a server
// that was given none to verify signatures by.
const (
	localRegion  = "us-east-1"
	localAccount = "123456789012"
	localKeyID   = "local"
	localKey     = "local"
	localName    = "local"
)

// The variables that say where a cluster is.
const (
	envCluster  = "AURORA_CLUSTER_ARN"
	envSecret   = "AURORA_SECRET_ARN"
	envDatabase = "AURORA_DATABASE"
	envEndpoint = "AWS_ENDPOINT_URL_RDS_DATA"
)

// drainTimeout bounds how long a stop waits for the calls that are running.
const drainTimeout = 5 * time.Second

// localOptions say what startLocal starts.
type localOptions struct {
	listen      string // port 0 is any
	clusters    []clusterOptions
	credentials []server.Credential // none: any signature will do, on loopback only
	region      string              // of signatures; empty is that of the clusters, or any
	limits      limits
	tls         tlsOptions
	faults      faultOptions
	getenv      func(string) string
	notice      func(string) // told of what takes its time
	listening   func() error // called once the port is ours; may be nil
}

// limits are those of the server that can be set; zero is the service's.
type limits struct{ statement, idle, age time.Duration }

// localCluster returns the one cluster of a local Data API that has but one.
func localCluster(database databaseOptions) []clusterOptions {
	c := clusterOptions{name: localName, engine: database.engine().Name, database: database}
	c.complete("")
	return []clusterOptions{c}
}

// local is a Data API on a port with databases behind it.
type local struct {
	endpoint string
	keys     server.Credential // for its clients
	given    bool              // the keys are not the dummies
	region   string
	caFile   string // by which clients know the server; empty if there is none
	clusters []*cluster
	api      *server.Server
	web      *http.Server
	served   chan error // what web.Serve returned
}

// startLocal returns a local Data API once a statement has passed through it
// to each cluster. The context is for the start only; stop has to be called.
func startLocal(ctx context.Context, opt localOptions) (_ *local, err error) {
	for _, c := range opt.clusters {
		if err := c.database.check(); err != nil {
			return nil, err
		}
	}
	cfg := server.Config{
		Credentials: opt.credentials, Region: opt.region, StatementTimeout: opt.limits.statement,
		TransactionIdleTimeout: opt.limits.idle, TransactionMaxAge: opt.limits.age,
	}
	// First what fails fast.
	listener, err := listen(ctx, opt.listen, cfg)
	if err != nil {
		return nil, err
	}
	l := &local{region: opt.region, caFile: opt.tls.certOut, served: make(chan error, 1),
		keys: server.Credential{AccessKeyID: localKeyID, SecretAccessKey: localKey}}
	if len(opt.credentials) > 0 {
		l.keys, l.given = opt.credentials[0], true
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, listener.Close(), l.release())
		}
	}()
	if opt.listening != nil {
		if err := opt.listening(); err != nil {
			return nil, err
		}
	}
	secure, err := opt.tls.load(listener.Addr())
	if err != nil {
		return nil, err
	}
	l.endpoint = endpointOf(listener.Addr(), secure)
	for _, o := range opt.clusters {
		c, err := o.start(ctx, opt.getenv, opt.notice)
		if err != nil {
			return nil, err
		}
		l.clusters = append(l.clusters, c)
		cfg.Clusters = append(cfg.Clusters, server.Cluster{
			ARN: c.arn, Engine: c.engine, URL: c.db.url, Secrets: c.secrets, EndpointDisabled: c.disabled})
	}
	opt.faults.configure(&cfg)
	if l.api, err = server.New(cfg); err != nil {
		return nil, err
	}
	if err := l.ping(ctx); err != nil {
		return nil, err
	}
	if err := opt.faults.install(l.api); err != nil {
		return nil, err
	}
	l.web = &http.Server{Handler: guard(l.api, len(opt.credentials) > 0), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, TLSConfig: secure}
	if secure != nil {
		go func() { l.served <- l.web.ServeTLS(listener, "", "") }()
	} else {
		go func() { l.served <- l.web.Serve(listener) }()
	}
	return l, nil
}

// ping runs a statement on each cluster, on a port that needs no certificate.
func (l *local) ping(ctx context.Context) error {
	return onPlainPort(ctx, l.api, func(endpoint string) error {
		for _, c := range l.clusters {
			if c.disabled {
				continue
			}
			cfg := l.config(c)
			cfg.Endpoint = endpoint
			db, err := openDB(cfg)
			if err != nil {
				return err
			}
			err = db.PingContext(ctx)
			db.Close()
			if err != nil && ctx.Err() != nil {
				return interrupted{}
			}
			if err != nil {
				return c.db.noDatabase(err)
			}
		}
		return nil
	})
}

// onPlainPort serves an API on a loopback port of its own for as long as a
// function runs.
func onPlainPort(ctx context.Context, api http.Handler, f func(endpoint string) error) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	web := &http.Server{Handler: api, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	err = f("http://" + listener.Addr().String())
	err = errors.Join(err, web.Close())
	<-served
	return err
}

// main returns the cluster that the environment is about: the first that can
// be called.
func (l *local) main() *cluster {
	for _, c := range l.clusters {
		if !c.disabled {
			return c
		}
	}
	return l.clusters[0]
}

// databases returns what is behind the clusters.
func (l *local) databases() []*database {
	var all []*database
	for _, c := range l.clusters {
		all = append(all, c.db)
	}
	return all
}

// config returns the driver's configuration for a cluster.
func (l *local) config(c *cluster) *auroradataapi.Config {
	return &auroradataapi.Config{
		Engine:          c.engine,
		Database:        c.db.name,
		ClusterARN:      c.arn,
		SecretARN:       c.secrets[0].ARN,
		Region:          l.regionOf(c),
		AccessKeyID:     l.keys.AccessKeyID,
		SecretAccessKey: l.keys.SecretAccessKey,
		SessionToken:    l.keys.SessionToken,
		Endpoint:        l.endpoint,
		// What is local either answers or does not.
		RetryBudget: -1,
	}
}

// regionOf returns the region that calls to a cluster are signed for.
func (l *local) regionOf(c *cluster) string {
	if l.region != "" {
		return l.region
	}
	return strings.Split(c.arn, ":")[3] // well-formed: the server took it
}

// variable is a variable of the environment.
type variable struct {
	name, value string
	secret      bool
}

// environment returns the variables by which any AWS SDK and this command find
// the Data API.
func (l *local) environment() []variable {
	c := l.main()
	region := l.regionOf(c)
	env := []variable{
		{name: envEndpoint, value: l.endpoint},
		{name: "AWS_REGION", value: region},
		{name: "AWS_DEFAULT_REGION", value: region}, // for the AWS CLI version 1 and boto3
		{name: "AWS_ACCESS_KEY_ID", value: l.keys.AccessKeyID},
		{name: "AWS_SECRET_ACCESS_KEY", value: l.keys.SecretAccessKey, secret: l.given},
	}
	if l.keys.SessionToken != "" {
		env = append(env, variable{name: "AWS_SESSION_TOKEN", value: l.keys.SessionToken, secret: true})
	}
	if l.caFile != "" {
		env = append(env, variable{name: "AWS_CA_BUNDLE", value: l.caFile})
	}
	env = append(env, variable{name: envCluster, value: c.arn}, variable{name: envSecret, value: c.secrets[0].ARN})
	if c.db.name != "" { // a MySQL server has none by itself
		env = append(env, variable{name: envDatabase, value: c.db.name})
	}
	return env
}

// stop lets running calls end, for a while, and stops everything in order.
func (l *local) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err := l.web.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil // what still runs is cancelled now
	}
	err = errors.Join(err, l.api.Close(), l.web.Close())
	if served := <-l.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, l.release())
}

// release stops the Data API and the databases, as far as they were started.
func (l *local) release() error {
	var errs []error
	if l.api != nil {
		errs = append(errs, l.api.Close())
	}
	for _, c := range l.clusters {
		errs = append(errs, c.db.stop())
	}
	return errors.Join(errs...)
}

// listen listens on an address. One that is not of this machine's loopback is
// refused without credentials: whoever reached the port could run SQL.
func listen(ctx context.Context, address string, cfg server.Config) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usagef("--listen %q: write HOST:PORT, as in %s", address, defaultListen)
	}
	if server.CheckListen(address, cfg) != nil {
		return nil, usagef("--listen %q is not a loopback address: without keys signatures are not verified, so everybody who reaches it could run SQL; "+
			"use 127.0.0.1, [::1] or localhost, or set %s and %s", address, envKeyID, envKey)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &exitError{exitNoDatabase, fmt.Errorf("--listen %s: %w; choose another port, 0 is any", address, err)}
	}
	return listener, nil
}

// endpointOf returns the URL of what listens on an address. An address that
// stands for all is reached by loopback here; and where a certificate is not
// for the address, by the name that it is for.
func endpointOf(addr net.Addr, secure *tls.Config) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String() // never: it is a TCP address
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	if secure == nil {
		return "http://" + net.JoinHostPort(host, port)
	}
	if leaf := secure.Certificates[0].Leaf; leaf.VerifyHostname(host) != nil {
		for _, name := range leaf.DNSNames {
			if !strings.Contains(name, "*") {
				host = name
				break
			}
		}
	}
	return "https://" + net.JoinHostPort(host, port)
}
