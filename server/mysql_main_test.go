package server_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/go-sql-driver/mysql"

	"github.com/auroradataapi/auroradataapi/internal/localdb"
	"github.com/auroradataapi/auroradataapi/server"
)

// mysqlVariable names the variable for a DSN of the MySQL server to test on,
// whose user has to be a superuser, instead of one of our own.
const mysqlVariable = "AURORADATAAPI_TEST_MYSQL_DSN"

// mysqlStarted starts the MySQL server of all tests, once one needs it.
var mysqlStarted = sync.OnceValues(func() (*localdb.Instance, error) {
	return localdb.StartMySQL(context.Background(), localdb.MySQLOptions{})
})

// mysqlRunning says that mysqlStarted was called.
var mysqlRunning atomic.Bool

// mysqlConfig says how the MySQL server of all tests is reached. Where there is
// none, the test is skipped; under CI it fails.
func mysqlConfig(t *testing.T) *mysql.Config {
	t.Helper()
	dsn := os.Getenv(mysqlVariable)
	if dsn == "" {
		mysqlRunning.Store(true)
		my, err := mysqlStarted()
		switch {
		case errors.Is(err, localdb.ErrNotFound) && os.Getenv("CI") == "":
			t.Skip(err)
		case err != nil:
			t.Fatal(err)
		}
		dsn = my.DSN("", "")
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// serveMySQL starts a service over MySQL, as serve does over PostgreSQL.
func serveMySQL(t *testing.T, change ...func(*server.Config)) *service {
	t.Helper()
	s := &service{t: t, database: fmt.Sprintf("t%d", time.Now().UnixNano())}
	mysqlAdmin(t, "CREATE DATABASE "+s.database+" CHARACTER SET utf8mb4")
	t.Cleanup(func() { mysqlAdmin(t, "DROP DATABASE "+s.database) })
	my := mysqlConfig(t)
	cfg := server.Config{Clusters: []server.Cluster{{
		ARN: clusterARN, Engine: "mysql", URL: my.Net + "(" + my.Addr + ")/?",
		Secrets: []server.Secret{{ARN: secretARN, Username: my.User, Password: my.Passwd}, {ARN: readerARN, Username: "reader", Password: "right"}},
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
	t.Cleanup(func() {
		s.web.Close()
		if err := s.server.Close(); err != nil {
			t.Error(err)
		}
		if n := s.server.OpenTransactions(); n != 0 {
			t.Errorf("%d transactions are open after Close", n)
		}
		if !eventually(func() bool { return mysqlConnections(t, s.database) == 0 }) {
			t.Errorf("%d connections are left after Close", mysqlConnections(t, s.database))
		}
	})
	return s
}

// mysqlConnections counts the connections to a database.
func mysqlConnections(t *testing.T, database string) int {
	t.Helper()
	n := 0
	fmt.Sscan(mysqlAdmin(t, "SELECT count(*) FROM information_schema.processlist WHERE db = '"+database+"'")[0][0], &n)
	return n
}

// mysqlAdmin runs SQL behind the service's back.
func mysqlAdmin(t *testing.T, text string) [][]string {
	t.Helper()
	connector, err := mysql.NewConnector(mysqlConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	rows, err := db.QueryContext(context.Background(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var all [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		dest := make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = v.String
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// mysqlIsMariaDB reports whether the tests run on MariaDB, which differs from
// MySQL in some texts and in having no JSON type.
func mysqlIsMariaDB(t *testing.T) bool {
	t.Helper()
	return strings.Contains(strings.ToLower(mysqlAdmin(t, "SELECT version()")[0][0]), "mariadb")
}

// mysqlUser creates the user of readerARN with options.
func mysqlUser(t *testing.T, options string) {
	t.Helper()
	mysqlAdmin(t, "CREATE USER reader@localhost IDENTIFIED BY 'right' "+options)
	t.Cleanup(func() { mysqlAdmin(t, "DROP USER reader@localhost") })
	mysqlAdmin(t, "GRANT SELECT, INSERT ON *.* TO reader@localhost")
}
