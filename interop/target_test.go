package interop_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/auroradataapi/auroradataapi/server"
)

// statementTimeout stands for the service's 45 seconds, which no test waits
// for.
const statementTimeout = 3 * time.Second

// target is a Data API for one suite.
type target struct {
	engine   string
	url      string
	database string
	server   *server.Server
	clock    clock
}

// start starts a Data API over a fresh database, whose statements time out
// early and whose transactions expire by a clock that the suite moves.
func start(t *testing.T, opts ...dataapitest.Option) *target {
	t.Helper()
	srv := dataapitest.New(t, append(opts, dataapitest.Config(func(c *server.Config) {
		c.StatementTimeout = statementTimeout
		c.Clusters[0].Secrets = append(c.Clusters[0].Secrets, server.Secret{ARN: dataapitest.SecretARN + "-stranger", Username: "stranger"})
	}))...)
	return &target{engine: srv.Engine, url: srv.URL, database: srv.Database, server: srv.Server, clock: clock{srv.Clock}}
}

func startPostgres(t *testing.T) *target { return start(t) }

func startMySQL(t *testing.T) *target { return start(t, dataapitest.MySQL()) }

func listen(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return web.URL
}

// environment is what a suite finds its Data API by: the variables that serve
// writes, and where the suite moves the clock and gets errors.
func (g *target) environment(t *testing.T) []string {
	t.Helper()
	return []string{
		"AWS_ENDPOINT_URL_RDS_DATA=" + g.url,
		"AWS_REGION=" + dataapitest.Region,
		"AWS_ACCESS_KEY_ID=" + dataapitest.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + dataapitest.SecretAccessKey,
		"AURORA_CLUSTER_ARN=" + dataapitest.ClusterARN,
		"AURORA_SECRET_ARN=" + dataapitest.SecretARN,
		"AURORA_DATABASE=" + g.database,
		"INTEROP_ENGINE=" + g.engine,
		"INTEROP_CLOCK_URL=" + listen(t, g.clock),
		"INTEROP_ERRORS_URL=" + listen(t, wire.Handler(errorsAPI{})),
	}
}

// clock is the server's clock. A POST with the parameter by moves it.
type clock struct{ *dataapitest.Clock }

func (c clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	by, err := time.ParseDuration(r.FormValue("by"))
	if err != nil || r.Method != http.MethodPost {
		http.Error(w, "POST with by=DURATION moves the clock", http.StatusBadRequest)
		return
	}
	c.Advance(by)
	w.WriteHeader(http.StatusNoContent)
}

// errorsAPI answers with the error that a call names where its SQL or its
// transaction id would be, and for the database where neither is. It shows that
// clients read the errors that no ordinary statement provokes.
type errorsAPI struct{}

func named(code string) error {
	return &wire.Error{Code: wire.Code(code), Message: "the text of " + code, DBConnectionID: 42}
}

func (errorsAPI) ExecuteStatement(_ context.Context, r *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	return nil, named(r.SQL)
}

func (errorsAPI) BatchExecuteStatement(_ context.Context, r *wire.BatchRequest) (*wire.BatchResponse, error) {
	return nil, named(r.SQL)
}

func (errorsAPI) BeginTransaction(_ context.Context, r *wire.BeginRequest) (*wire.BeginResponse, error) {
	return nil, named(r.Database)
}

func (errorsAPI) CommitTransaction(_ context.Context, r *wire.CommitRequest) (*wire.CommitResponse, error) {
	return nil, named(r.TransactionID)
}

func (errorsAPI) RollbackTransaction(_ context.Context, r *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	return nil, named(r.TransactionID)
}
