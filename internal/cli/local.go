package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/server"
)

// The names that a local Data API goes by. The keys are dummies: no signature
// is verified.
const (
	localRegion = "us-east-1"
	localKeyID  = "local"
	localKey    = "local"
	localARN    = "arn:aws:rds:us-east-1:123456789012:cluster:local"
	localSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:local-AbCdEf"
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
	database databaseOptions
	listen   string // a loopback address; port 0 is any
	getenv   func(string) string
	notice   func(string) // told of what takes its time
}

// local is a Data API on a loopback port with a PostgreSQL behind it.
type local struct {
	endpoint string
	db       *database
	api      *server.Server
	web      *http.Server
	served   chan error // what web.Serve returned
}

// startLocal returns a local Data API once a statement has passed through it.
// The context is for the start only; stop has to be called.
func startLocal(ctx context.Context, opt localOptions) (_ *local, err error) {
	if err := opt.database.check(); err != nil {
		return nil, err
	}
	// First what fails fast.
	listener, err := listen(ctx, opt.listen)
	if err != nil {
		return nil, err
	}
	l := &local{endpoint: "http://" + listener.Addr().String(), served: make(chan error, 1)}
	if l.db, err = opt.database.start(ctx, opt.getenv, opt.notice); err != nil {
		listener.Close()
		return nil, err
	}
	l.api, err = server.New(server.Config{Clusters: []server.Cluster{{
		ARN:     localARN,
		Engine:  "postgresql",
		URL:     l.db.url,
		Secrets: []server.Secret{{ARN: localSecret, Username: l.db.user, Password: l.db.password}},
	}}})
	if err != nil {
		listener.Close()
		return nil, errors.Join(err, l.db.stop())
	}
	l.web = &http.Server{Handler: guard(l.api), ReadHeaderTimeout: 10 * time.Second}
	go func() { l.served <- l.web.Serve(listener) }()
	if err := l.ping(ctx); err != nil {
		return nil, errors.Join(err, l.stop())
	}
	return l, nil
}

// ping runs a statement through the whole way.
func (l *local) ping(ctx context.Context) error {
	db, err := openDB(l.config())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.PingContext(ctx); err != nil {
		if ctx.Err() != nil {
			return interrupted{}
		}
		return l.db.noDatabase(err)
	}
	return nil
}

// config returns the driver's configuration.
func (l *local) config() *auroradataapi.Config {
	return &auroradataapi.Config{
		Engine:          "postgresql",
		Database:        l.db.name,
		ClusterARN:      localARN,
		SecretARN:       localSecret,
		Region:          localRegion,
		AccessKeyID:     localKeyID,
		SecretAccessKey: localKey,
		Endpoint:        l.endpoint,
		// What is local either answers or does not.
		RetryBudget: -1,
	}
}

// variable is a variable of the environment.
type variable struct{ name, value string }

// environment returns the variables by which any AWS SDK and this command find
// the Data API.
func (l *local) environment() []variable {
	return []variable{
		{envEndpoint, l.endpoint},
		{"AWS_REGION", localRegion},
		{"AWS_DEFAULT_REGION", localRegion}, // for the AWS CLI version 1 and boto3
		{"AWS_ACCESS_KEY_ID", localKeyID},
		{"AWS_SECRET_ACCESS_KEY", localKey},
		{envCluster, localARN},
		{envSecret, localSecret},
		{envDatabase, l.db.name},
	}
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
	return errors.Join(err, l.db.stop())
}

// listen listens on a loopback address. Any other is refused: no signature is
// verified, so whoever reached the port could run SQL.
func listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usagef("--listen %q: write HOST:PORT, as in %s", address, defaultListen)
	}
	if !isLoopback(host) {
		return nil, usagef("--listen %q is not a loopback address: signatures are not verified, so everybody who reaches it could run SQL; use 127.0.0.1, [::1] or localhost", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &exitError{exitNoDatabase, fmt.Errorf("--listen %s: %w; choose another port, 0 is any", address, err)}
	}
	return listener, nil
}
