package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/auroradataapi/auroradataapi/internal/localdb"
	"github.com/auroradataapi/auroradataapi/server"
)

const (
	clusterARN = "arn:aws:rds:us-east-1:123456789012:cluster:test"
	secretARN  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:test"
	readerARN  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:reader"
)

// started starts the database server of all tests, once one needs it.
var started = sync.OnceValues(func() (*localdb.Instance, error) {
	return localdb.StartPostgres(context.Background(), localdb.PostgresOptions{})
})

// running says that started was called.
var running atomic.Bool

// postgres returns the database server of all tests. Where there is none, the
// test is skipped; under CI it fails.
func postgres(t testing.TB) *localdb.Instance {
	t.Helper()
	running.Store(true)
	pg, err := started()
	switch {
	case errors.Is(err, localdb.ErrNotFound) && os.Getenv("CI") == "":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
	return pg
}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := after(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// after checks what the tests leave and stops the databases.
func after() error {
	err := goroutinesGone()
	if running.Load() {
		if pg, failed := started(); failed == nil { // else the tests have said it
			err = errors.Join(err, pg.Stop())
		}
	}
	if mysqlRunning.Load() {
		if my, failed := mysqlStarted(); failed == nil {
			err = errors.Join(err, my.Stop())
		}
	}
	return err
}

// goroutinesGone waits until no goroutine is left in the server or in what it
// uses.
func goroutinesGone() error {
	var left string
	if eventually(func() bool { left = ours(); return left == "" }) {
		return nil
	}
	return errors.New("goroutines were left behind:\n\n" + left)
}

// ours returns the stacks of goroutines in the server or in what it uses.
func ours() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var left []string
	for _, stack := range strings.Split(string(stacks), "\n\n")[1:] { // the first is the caller's
		for _, of := range []string{"auroradataapi/server.", "jackc/pgx", "jackc/puddle", "go-sql-driver/mysql", "database/sql"} {
			if strings.Contains(stack, of) {
				left = append(left, stack)
				break
			}
		}
	}
	return strings.Join(left, "\n\n")
}

// eventually reports whether a condition comes true, for which it waits so long
// that only what never comes true does not.
func eventually(condition func() bool) bool {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return condition()
}

// service is a Data API over a database of its own, and the SDK's client of it.
type service struct {
	*rdsdata.Client
	t        testing.TB
	server   *server.Server
	web      *httptest.Server
	database string
}

// serve starts a service. It is stopped at the end of the test, which fails if
// a connection to the database is left.
func serve(t testing.TB, change ...func(*server.Config)) *service {
	t.Helper()
	pg := postgres(t)
	s := &service{t: t, database: newDatabase(t)}
	cfg := server.Config{Clusters: []server.Cluster{{
		ARN: clusterARN, Engine: "postgresql", URL: pg.URL("", ""),
		Secrets: []server.Secret{{ARN: secretARN, Username: "postgres"}, {ARN: readerARN, Username: "reader"}},
	}}}
	for _, f := range change {
		f(&cfg)
	}
	var err error
	if s.server, err = server.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.web = httptest.NewServer(s.server)
	s.Client = rdsdata.New(rdsdata.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.web.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:  plainBodies{s.web.Client()},
	})
	t.Cleanup(s.stop)
	return s
}

// plainBodies is an HTTP client that hides the io.WriterTo of the SDK's request
// bodies. The SDK closes them as soon as an answer begins, and against a server
// that answers at once that loses a race with net/http: WriteTo fails where Read
// would only end, and the connection is closed with the answer on it.
type plainBodies struct{ client *http.Client }

func (p plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.client.Do(r)
}

// on returns the service for a test within the one it was started for.
func (s *service) on(t testing.TB) *service {
	return &service{Client: s.Client, t: t, server: s.server, web: s.web, database: s.database}
}

func (s *service) stop() {
	s.t.Helper()
	s.web.Close()
	if err := s.server.Close(); err != nil {
		s.t.Error(err)
	}
	if n := s.server.OpenTransactions(); n != 0 {
		s.t.Errorf("%d transactions are open after Close", n)
	}
	if !eventually(func() bool { return s.connections() == 0 }) {
		s.t.Errorf("%d connections are left after Close", s.connections())
	}
}

// connections counts the connections to the service's database.
func (s *service) connections() int {
	s.t.Helper()
	rows := admin(s.t, "postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = '"+s.database+"' AND application_name = 'auroradataapi'")
	n := 0
	fmt.Sscan(rows[0][0], &n)
	return n
}

func newDatabase(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("t%d", time.Now().UnixNano())
	admin(t, "postgres", "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, "postgres", "DROP DATABASE "+name+" WITH (FORCE)") })
	return name
}

// admin runs SQL behind the service's back.
func admin(t testing.TB, database, sql string) [][]string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, postgres(t).URL("", database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var rows [][]string
	for _, r := range results {
		for _, values := range r.Rows {
			row := make([]string, len(values))
			for i, v := range values {
				row[i] = string(v)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// execute runs a statement, in the transaction of the given id if it is not
// empty.
func (s *service) execute(tx, sql string, params ...types.SqlParameter) (*rdsdata.ExecuteStatementOutput, error) {
	return s.ExecuteStatement(context.Background(), s.input(tx, sql, params...))
}

func (s *service) input(tx, sql string, params ...types.SqlParameter) *rdsdata.ExecuteStatementInput {
	in := &rdsdata.ExecuteStatementInput{ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN),
		Database: aws.String(s.database), Sql: aws.String(sql), Parameters: params}
	if tx != "" {
		in.TransactionId = aws.String(tx)
	}
	return in
}

// must runs a statement that has to succeed.
func (s *service) must(tx, sql string, params ...types.SqlParameter) *rdsdata.ExecuteStatementOutput {
	s.t.Helper()
	out, err := s.execute(tx, sql, params...)
	if err != nil {
		s.t.Fatalf("%.200s: %v", sql, err)
	}
	return out
}

// value runs a query that has to return one value.
func (s *service) value(tx, sql string, params ...types.SqlParameter) any {
	s.t.Helper()
	rows := s.must(tx, sql, params...).Records
	if len(rows) != 1 || len(rows[0]) != 1 {
		s.t.Fatalf("%s: got %d rows", sql, len(rows))
	}
	return plain(rows[0][0])
}

func (s *service) begin() string {
	s.t.Helper()
	out, err := s.BeginTransaction(context.Background(), &rdsdata.BeginTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Database: aws.String(s.database)})
	if err != nil {
		s.t.Fatal(err)
	}
	return *out.TransactionId
}

func (s *service) commit(tx string) (string, error) {
	out, err := s.CommitTransaction(context.Background(), &rdsdata.CommitTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), TransactionId: aws.String(tx)})
	if err != nil {
		return "", err
	}
	return *out.TransactionStatus, nil
}

func (s *service) rollback(tx string) (string, error) {
	out, err := s.RollbackTransaction(context.Background(), &rdsdata.RollbackTransactionInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), TransactionId: aws.String(tx)})
	if err != nil {
		return "", err
	}
	return *out.TransactionStatus, nil
}

// array is an arrayValue and the member that holds its elements.
type array struct {
	Of    string
	Elems []any
}

// plain turns a field into a Go value.
func plain(f types.Field) any {
	switch f := f.(type) {
	case *types.FieldMemberIsNull:
		return nil
	case *types.FieldMemberBooleanValue:
		return f.Value
	case *types.FieldMemberLongValue:
		return f.Value
	case *types.FieldMemberDoubleValue:
		return f.Value
	case *types.FieldMemberStringValue:
		return f.Value
	case *types.FieldMemberBlobValue:
		return f.Value
	case *types.FieldMemberArrayValue:
		switch a := f.Value.(type) {
		case *types.ArrayValueMemberBooleanValues:
			return array{"boolean", elements(a.Value)}
		case *types.ArrayValueMemberLongValues:
			return array{"long", elements(a.Value)}
		case *types.ArrayValueMemberDoubleValues:
			return array{"double", elements(a.Value)}
		case *types.ArrayValueMemberStringValues:
			return array{"string", elements(a.Value)}
		}
	}
	return fmt.Sprintf("unexpected %T", f)
}

func elements[T any](values []*T) []any {
	elems := []any{}
	for _, v := range values {
		if v == nil {
			elems = append(elems, nil)
			continue
		}
		elems = append(elems, *v)
	}
	return elems
}

// p returns a parameter. The value says which member it is.
func p(name string, value any, hint ...types.TypeHint) types.SqlParameter {
	param := types.SqlParameter{Name: aws.String(name)}
	switch v := value.(type) {
	case nil:
		param.Value = &types.FieldMemberIsNull{Value: true}
	case bool:
		param.Value = &types.FieldMemberBooleanValue{Value: v}
	case int:
		param.Value = &types.FieldMemberLongValue{Value: int64(v)}
	case int64:
		param.Value = &types.FieldMemberLongValue{Value: v}
	case float64:
		param.Value = &types.FieldMemberDoubleValue{Value: v}
	case string:
		param.Value = &types.FieldMemberStringValue{Value: v}
	case []byte:
		param.Value = &types.FieldMemberBlobValue{Value: v}
	case types.Field:
		param.Value = v
	}
	if len(hint) > 0 {
		param.TypeHint = hint[0]
	}
	return param
}

// refused checks the code and the text of an error.
func refused(t testing.TB, err error, code, text string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("got %v, want %s: %s", err, code, text)
	}
	if api.ErrorCode() != code || api.ErrorMessage() != text {
		t.Fatalf("got  %s: %s\nwant %s: %s", api.ErrorCode(), api.ErrorMessage(), code, text)
	}
}

// refusedLike checks the code of an error and a part of its text.
func refusedLike(t testing.TB, err error, code, part string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), part) {
		t.Fatalf("got %v, want %s: …%s…", err, code, part)
	}
}

func same(t testing.TB, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-want +got)\n%s", diff)
	}
}
