package facts

import (
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/awsapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/auroradataapi/auroradataapi/server"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// target is a Data API to ask: the local one, or that of AWS.
type target struct {
	api                             wire.API
	clusterARN, secretARN, database string
	clock                           *clock // nil for AWS
	timeout                         time.Duration
}

// fill completes a request with what is the same in each.
func (t *target) fill(req *wire.ExecuteRequest) *wire.ExecuteRequest {
	full := *req
	if full.ResourceARN == "" {
		full.ResourceARN = t.clusterARN
	}
	if full.SecretARN == "" {
		full.SecretARN = t.secretARN
	}
	if full.Database == "" {
		full.Database = t.database
	}
	return &full
}

// local returns the local Data API over a database, whose statements time out
// early and whose clock can be moved.
func local(t *testing.T, user string, opts ...dataapitest.Option) *target {
	t.Helper()
	behind := dataapitest.New(t, opts...)
	clock := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	const timeout = 2 * time.Second
	srv, err := server.New(server.Config{
		Clusters: []server.Cluster{{
			ARN: dataapitest.ClusterARN, Engine: behind.Engine, URL: behind.DatabaseURL,
			Secrets:    []server.Secret{{ARN: dataapitest.SecretARN, Username: user}},
			PauseAfter: pauseAfter,
		}},
		StatementTimeout: timeout,
		Now:              clock.read,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { srv.Close() })
	web := httptest.NewServer(srv)
	t.Cleanup(web.Close)
	return &target{
		api: newClient(t, aws.Config{
			Region:       dataapitest.Region,
			Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
			BaseEndpoint: aws.String(web.URL),
		}, -1), // the clock does not move while a client waits
		clusterARN: dataapitest.ClusterARN, secretARN: dataapitest.SecretARN, database: behind.Database,
		clock: clock, timeout: timeout,
	}
}

// Where the tests find an Aurora PostgreSQL cluster whose Data API they may
// ask. They make tables in the database and drop them again.
const (
	envCluster  = "AURORADATAAPI_TEST_RESOURCE_ARN"
	envSecret   = "AURORADATAAPI_TEST_SECRET_ARN"
	envDatabase = "AURORADATAAPI_TEST_DATABASE"
)

// awsPostgres returns the Data API of AWS, if its variables are set.
func awsPostgres(t *testing.T) *target {
	t.Helper()
	cluster, secret, database := os.Getenv(envCluster), os.Getenv(envSecret), os.Getenv(envDatabase)
	if cluster == "" || secret == "" || database == "" {
		t.Skipf("needs an AWS account: set %s, %s, %s and AWS credentials", envCluster, envSecret, envDatabase)
	}
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &target{api: newClient(t, cfg, 0), clusterARN: cluster, secretARN: secret, database: database, timeout: wire.StatementTimeout}
}

func newClient(t *testing.T, cfg aws.Config, budget time.Duration) wire.API {
	t.Helper()
	client, err := awsapi.New(awsapi.Config{AWS: cfg, RetryBudget: budget})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// clock is one that only moves when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
