package facts

import (
	"os"
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
	clock                           *dataapitest.Clock // nil for AWS
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
func local(t *testing.T, opts ...dataapitest.Option) *target {
	t.Helper()
	const timeout = 2 * time.Second
	srv := dataapitest.New(t, append(opts, dataapitest.Config(func(c *server.Config) {
		c.StatementTimeout = timeout
		c.Clusters[0].PauseAfter = pauseAfter
	}))...)
	return &target{
		api: newClient(t, aws.Config{
			Region:       dataapitest.Region,
			Credentials:  credentials.NewStaticCredentialsProvider(dataapitest.AccessKeyID, dataapitest.SecretAccessKey, ""),
			BaseEndpoint: aws.String(srv.URL),
		}, -1), // the clock does not move while a client waits
		clusterARN: dataapitest.ClusterARN, secretARN: dataapitest.SecretARN, database: srv.Database,
		clock: srv.Clock, timeout: timeout,
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
