package gormexample

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("GORM")

func TestMain(m *testing.M) { page.Main(m) }

// works proves that GORM does something.
func works(t *testing.T, feature string, test func(t *testing.T, db *gorm.DB), engines ...toolpage.Engine) {
	t.Helper()
	page.Works(t, feature, func(t *testing.T, srv *dataapitest.Server) { test(t, open(t, srv)) }, engines...)
}

func open(t *testing.T, srv *dataapitest.Server) *gorm.DB {
	t.Helper()
	return openWith(t, srv.Engine, srv.Open(t))
}

func openWith(t *testing.T, engine string, pool *sql.DB) *gorm.DB {
	t.Helper()
	open := OpenPostgreSQL
	if engine == "mysql" {
		open = OpenMySQL
	}
	db, err := open(pool, config())
	ok(t, err)
	return db.WithContext(t.Context())
}

func config() *gorm.Config { return &gorm.Config{TranslateError: true, Logger: logger.Discard} }

// native is GORM over the driver that everybody uses for the engine, on the
// database of a server.
func native(t *testing.T, s *dataapitest.Server) *gorm.DB {
	t.Helper()
	dialector := postgres.Open(s.DatabaseURL)
	if s.Engine == "mysql" {
		dialector = mysql.Open(s.DatabaseURL)
	}
	db, err := gorm.Open(dialector, config())
	ok(t, err)
	pool, err := db.DB()
	ok(t, err)
	t.Cleanup(func() { ok(t, pool.Close()) })
	return db
}

func isMySQL(db *gorm.DB) bool { return db.Name() == "mysql" }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func migrate(t *testing.T, db *gorm.DB, models ...any) {
	t.Helper()
	ok(t, db.AutoMigrate(models...))
}

// recorder is a logger of GORM that keeps the statements, and those that failed.
type recorder struct {
	logger.Interface
	mu         sync.Mutex
	statements []string
	failed     []string
}

func (r *recorder) Trace(_ context.Context, _ time.Time, sql func() (string, int64), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, _ := sql()
	r.statements = append(r.statements, text)
	if err != nil {
		r.failed = append(r.failed, text+": "+err.Error())
	}
}

func (r *recorder) LogMode(logger.LogLevel) logger.Interface { return r }

// record returns the statements that change the schema among those that f runs.
// All have to succeed: GORM's migrator looks over errors of what it asks.
func record(t *testing.T, db *gorm.DB, f func(*gorm.DB) error) (ddl []string) {
	t.Helper()
	r := &recorder{Interface: logger.Discard}
	ok(t, f(db.Session(&gorm.Session{Logger: r})))
	for _, failure := range r.failed {
		t.Error(failure)
	}
	for _, s := range r.statements {
		switch first, _, _ := strings.Cut(strings.TrimSpace(s), " "); strings.ToUpper(first) {
		case "CREATE", "ALTER", "DROP", "COMMENT":
			ddl = append(ddl, s)
		}
	}
	return ddl
}
