package bunexample

import (
	"database/sql"
	"testing"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/feature"
	"github.com/uptrace/bun/dialect/mysqldialect"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
)

var page = toolpage.New("bun")

func TestMain(m *testing.M) { page.Main(m) }

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// works proves that bun does something.
func works(t *testing.T, feature string, test func(t *testing.T, db *bun.DB), engines ...toolpage.Engine) {
	t.Helper()
	page.Works(t, feature, func(t *testing.T, srv *dataapitest.Server) {
		open := OpenPostgreSQL
		if srv.Engine == "mysql" {
			open = openMySQL
		}
		test(t, open(srv.Open(t)))
	}, engines...)
}

// asMySQL has bun take MariaDB, which may stand in for MySQL, for what Aurora is:
// there is no RETURNING.
type asMySQL struct{ *mysqldialect.Dialect }

func (d asMySQL) Features() feature.Feature {
	return d.Dialect.Features().Remove(feature.InsertReturning | feature.DeleteReturning)
}

func openMySQL(db *sql.DB) *bun.DB {
	return bun.NewDB(db, asMySQL{OpenMySQL(db).Dialect().(*mysqldialect.Dialect)})
}
