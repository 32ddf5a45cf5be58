package interop_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
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
	clock    *clock
}

// startPostgres starts a Data API over a fresh PostgreSQL database.
func startPostgres(t *testing.T) *target {
	t.Helper()
	behind := dataapitest.New(t)
	return start(t, "postgresql", behind.DatabaseURL, "postgres", behind.Database)
}

// startMySQL starts a Data API over a fresh MySQL database.
func startMySQL(t *testing.T) *target {
	t.Helper()
	behind := dataapitest.New(t, dataapitest.MySQL())
	return start(t, "mysql", behind.DatabaseURL, "root", behind.Database)
}

// start starts a Data API over a database server, whose statements time out
// early and whose transactions expire by a clock that the suite moves.
func start(t *testing.T, engine, url, user, database string) *target {
	t.Helper()
	clock := &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	srv, err := server.New(server.Config{
		Clusters: []server.Cluster{{
			ARN: dataapitest.ClusterARN, Engine: engine, URL: url,
			Secrets: []server.Secret{
				{ARN: dataapitest.SecretARN, Username: user},
				{ARN: dataapitest.SecretARN + "-stranger", Username: "stranger"},
			},
		}},
		StatementTimeout: statementTimeout,
		Now:              clock.read,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &target{engine: engine, url: listen(t, srv), database: database, server: srv, clock: clock}
}

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
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	by, err := time.ParseDuration(r.FormValue("by"))
	if err != nil || r.Method != http.MethodPost {
		http.Error(w, "POST with by=DURATION moves the clock", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
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
