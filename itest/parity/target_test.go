package parity

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

func TestMain(m *testing.M) { dataapitest.Main(m) }

// engine is a database that is asked twice: by the driver that everybody uses
// for it, which is the peer, and by this driver over the Data API.
type engine struct {
	name    string // as the pages call it
	peer    string // the peer's package
	told    string // how the peer is opened, a paragraph
	dialect *dialect.Dialect
	options []dataapitest.Option
	open    func(url string) (*sql.DB, error)
	// probes are what is put behind a query, with arguments, to have the peer
	// answer it in each of its ways.
	probes []probe
	// setUp makes what the samples and the failing statements need.
	setUp []string
	// nullable is what a column has to be declared as to take NULL.
	nullable string
	samples  []sample
	failures []failure
	effects  []effect
	// reset brings keys that are generated back to where they began.
	reset string
	// differences are those of values and column types, errorDifferences those
	// of errors, effectDifferences those of results.
	differences, errorDifferences, effectDifferences []difference
	readError                                        func(error) (parts, bool) // the peer's
	// unavailable says why a type of the table has no sample.
	unavailable map[string]string
}

// probe is a condition that is always true.
type probe struct {
	condition string
	args      []any
}

var postgres = engine{
	name: "PostgreSQL", peer: "pgx/stdlib",
	told:        "pgx gives an instant in the time zone of the machine. For this comparison it is\ntold to use UTC, as this driver does.",
	dialect:     dialect.PostgreSQL,
	open:        openPostgres,
	probes:      []probe{{condition: "true"}},
	setUp:       postgresSetUp,
	samples:     postgresSamples,
	failures:    postgresFailures,
	differences: postgresDifferences, errorDifferences: postgresErrorDifferences, effectDifferences: postgresEffectDifferences,
	effects:   postgresEffects,
	readError: readPostgres,
	unavailable: map[string]string{
		"VECTOR":  "an extension that is not installed everywhere",
		"UNKNOWN": "which PostgreSQL makes a text since version 10",
	},
}

var mariadb = engine{
	name: "MySQL", peer: "go-sql-driver/mysql",
	told:    "go-sql-driver has parseTime=true and loc=UTC. It answers a statement without\narguments and one with arguments in different ways; that of the first is shown, and\neither counts.",
	dialect: dialect.MySQL,
	options: []dataapitest.Option{dataapitest.MySQL()},
	open:    openMySQL,
	// Without arguments that driver reads texts, with arguments binary values.
	probes:      []probe{{condition: "1 = 1"}, {"1 = ?", []any{1}}},
	setUp:       mysqlSetUp,
	samples:     mysqlSamples,
	failures:    mysqlFailures,
	nullable:    "NULL",
	differences: mysqlDifferences, errorDifferences: mysqlErrorDifferences, effectDifferences: mysqlEffectDifferences,
	effects: mysqlEffects, reset: "ALTER TABLE counted AUTO_INCREMENT = 10",
	readError: readMySQL,
	unavailable: map[string]string{
		"JSON":   "which MariaDB does not have",
		"VECTOR": "which MariaDB has since version 11.7",
		"NULL":   "which MariaDB calls BINARY",
	},
}

var engines = []engine{postgres, mariadb}

// openPostgres opens the peer with sessions like those of the service.
func openPostgres(url string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	// pgx gives an instant the zone of the machine, unless it is told another.
	inUTC := &pgtype.Type{Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC}}
	return stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(func(_ context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterType(inUTC)
		return nil
	})), nil
}

// openMySQL opens the peer with the settings that its own documentation
// recommends, and with sessions like those of the service.
func openMySQL(url string) (*sql.DB, error) {
	cfg, err := mysql.ParseDSN(url)
	if err != nil {
		return nil, err
	}
	cfg.ParseTime, cfg.Loc = true, time.UTC
	cfg.Params = map[string]string{"time_zone": "'+00:00'", "sql_mode": "'" + mysqlModes + "'"}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// mysqlModes is the default of MySQL 8, which the service's sessions have.
const mysqlModes = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

// pair is one database and the two ways to it.
type pair struct {
	engine
	peer, ours *sql.DB
	paged      *sql.DB // ours, with every result in pages
	pages      *pageCounter
}

// pageCounter is a tracer that counts the calls that read pages.
type pageCounter struct{ n atomic.Int64 }

func (p *pageCounter) CallStart(ctx context.Context, call auroradataapi.CallInfo) context.Context {
	if call.Kind == auroradataapi.CallPage {
		p.n.Add(1)
	}
	return ctx
}

func (*pageCounter) CallEnd(context.Context, auroradataapi.CallInfo, auroradataapi.CallResult) {}

// start makes a database with what the samples need.
func (e engine) start(t *testing.T) pair {
	t.Helper()
	srv := dataapitest.New(t, e.options...)
	peer, err := e.open(srv.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { peer.Close() })
	p := pair{engine: e, peer: peer, ours: srv.Open(t), pages: new(pageCounter)}
	cfg := srv.Config()
	cfg.Paging, cfg.Tracer = auroradataapi.PagingAlways, p.pages
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	p.paged = sql.OpenDB(connector)
	t.Cleanup(func() { p.paged.Close() })
	for _, statement := range e.setUp {
		p.must(t, statement)
	}
	return p
}

// must runs a statement by the peer.
func (p pair) must(t *testing.T, statement string) {
	t.Helper()
	if _, err := p.peer.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
