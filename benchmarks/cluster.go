package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/localdb"
	"github.com/auroradataapi/auroradataapi/internal/wire"
	localapi "github.com/auroradataapi/auroradataapi/server"
)

// cluster is a real PostgreSQL with the local Data API in front of it. The API
// runs in this process, so that its share is in the CPU time.
type cluster struct {
	instance *localdb.Instance
	api      *localapi.Server
	web      *httptest.Server
	direct   *sql.DB
	dbs      []*sql.DB

	mu   sync.Mutex
	made map[string]int // calls, by path
}

const database = "postgres"

// startCluster starts a cluster with a table.
func startCluster(table string) (*cluster, error) {
	instance, err := localdb.StartPostgres(context.Background(), localdb.PostgresOptions{})
	if err != nil {
		return nil, err
	}
	c := &cluster{instance: instance, made: make(map[string]int)}
	c.api, err = localapi.New(localapi.Config{Clusters: []localapi.Cluster{{
		ARN: clusterARN, Engine: "postgresql", URL: instance.URL("postgres", database),
		Secrets: []localapi.Secret{{ARN: secretARN, Username: "postgres"}},
	}}})
	if err != nil {
		return nil, errors.Join(err, c.stop())
	}
	c.web = httptest.NewServer(c.api)
	if c.direct, err = sql.Open("pgx", instance.URL("postgres", database)); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	if _, err = c.direct.Exec(table); err != nil {
		return nil, c.failed(err)
	}
	return c, nil
}

// failed stops the cluster because of an error.
func (c *cluster) failed(err error) error { return errors.Join(err, c.stop()) }

// calls returns how many calls of an operation were made.
func (c *cluster) calls(op wire.Operation) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made[op.Path()]
}

// open returns a handle of the driver on the cluster, as far away as latency.
func (c *cluster) open(latency time.Duration, change func(*auroradataapi.Config)) (*sql.DB, error) {
	cfg := &auroradataapi.Config{
		Engine: "postgresql", Database: database, ClusterARN: clusterARN, SecretARN: secretARN,
		AccessKeyID: accessKey, SecretAccessKey: secretKey, Endpoint: c.web.URL,
		HTTPClient: distant{c, &http.Client{Transport: new(http.Transport)}, latency},
	}
	if change != nil {
		change(cfg)
	}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	c.dbs = append(c.dbs, db)
	return db, nil
}

// distant is an HTTP client whose calls take longer than they do.
type distant struct {
	cluster *cluster
	client  *http.Client
	latency time.Duration
}

func (d distant) Do(r *http.Request) (*http.Response, error) {
	d.cluster.mu.Lock()
	d.cluster.made[r.URL.Path]++
	d.cluster.mu.Unlock()
	time.Sleep(d.latency)
	return d.client.Do(r)
}

func (c *cluster) stop() error {
	for _, db := range c.dbs {
		db.Close()
	}
	if c.direct != nil {
		c.direct.Close()
	}
	if c.web != nil {
		c.web.Close()
	}
	var err error
	if c.api != nil {
		err = c.api.Close()
	}
	return errors.Join(err, c.instance.Stop())
}
