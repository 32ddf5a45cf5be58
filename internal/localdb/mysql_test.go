package localdb

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// needMySQL returns a finder for an installed server. Without one the test is
// skipped, but not where a green run has to mean something.
func needMySQL(t *testing.T, opt MySQLOptions) *mysqlFinder {
	t.Helper()
	acct, err := serverAccount(mysqlEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	f := newMySQLFinder(opt)
	f.acct = acct
	for range f.all(t.Context()) {
		f.tried = nil
		return f
	}
	needs(t, "needs MySQL or MariaDB: "+mysqlInstallHint())
	return nil
}

// startMy runs a server for the length of a test.
func startMy(t *testing.T, f *mysqlFinder) *Instance {
	t.Helper()
	i, err := startMySQL(t.Context(), f)
	return running(t, i, err)
}

// queryMy runs statements in a session of their own and returns the values of
// the last row, joined by commas.
func queryMy(t *testing.T, dsn string, statements ...string) string {
	t.Helper()
	out, err := tryQueryMy(dsn, statements...)
	if err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
	return out
}

func tryQueryMy(dsn string, statements ...string) (row string, err error) {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	for _, s := range statements {
		if row, err = lastRow(conn, s); err != nil {
			return "", err
		}
	}
	return row, nil
}

func lastRow(conn *sql.Conn, statement string) (string, error) {
	rows, err := conn.QueryContext(context.Background(), statement)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	values := make([]sql.NullString, len(columns))
	targets := make([]any, len(columns))
	for n := range values {
		targets[n] = &values[n]
	}
	var row string
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return "", err
		}
		texts := make([]string, len(values))
		for n, v := range values {
			if texts[n] = v.String; !v.Valid {
				texts[n] = "NULL"
			}
		}
		row = strings.Join(texts, ",")
	}
	return row, rows.Err()
}

func TestMySQLStartStop(t *testing.T) {
	leavesNothing(t)
	i := startMy(t, needMySQL(t, MySQLOptions{}))
	if got := queryMy(t, i.DSN("", ""), "select current_user(), database()"); got != "root@localhost,NULL" {
		t.Errorf("user and database are %s", got)
	}
	if got := queryMy(t, i.DSN("root", "mysql"), "select version(), database()"); !strings.HasPrefix(got, i.Version()) || !strings.HasSuffix(got, ",mysql") {
		t.Errorf("Version is %s, the server says %s", i.Version(), got)
	}
	b := i.program.about()
	if want := b.product + " " + i.Version() + " from " + b.dir; !strings.HasPrefix(i.Description(), want) {
		t.Errorf("Description is %q, want %q at its start", i.Description(), want)
	}
	stopsClean(t, i)
}

// The server behaves as Aurora does where a setting decides.
func TestMySQLSettings(t *testing.T) {
	leavesNothing(t)
	i := startMy(t, needMySQL(t, MySQLOptions{}))
	collation := i.program.(mysqlServer).collation()
	queryMy(t, i.DSN("", ""), "create database d", "create table d.T (s varchar(20), j json)")
	tests := []struct{ sql, want string }{
		{"select @@character_set_server, @@collation_server", "utf8mb4," + collation},
		{"select default_collation_name from information_schema.schemata where schema_name = 'd'", collation},
		{"select @@global.time_zone, @@session.time_zone", "+00:00,+00:00"},
		{"select timediff(now(), utc_timestamp())", "00:00:00"},
		{"select @@global.sql_mode", "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"},
		{"select @@skip_networking", "1"},
		{"select @@log_bin, @@local_infile, @@performance_schema", "0,0,0"},
		{"select @@lower_case_table_names", caseOfNames()},
		{"select @@max_connections, @@max_allowed_packet, @@group_concat_max_len", "200,67108864,1024"},
		{"select @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite in ('0', 'OFF')", "0,1"},
		{"select @@explicit_defaults_for_timestamp", "1"},
		{"select count(*) from mysql.user where user = ''", "0"},
		{"select table_name from information_schema.tables where table_schema = 'd'", "T"},
	}
	for _, tt := range tests {
		if got := queryMy(t, i.DSN("", ""), tt.sql); got != tt.want {
			t.Errorf("%s is %q, want %q", tt.sql, got, tt.want)
		}
	}
	if _, err := tryQueryMy(i.DSN("", "d"), "insert into T (s) values (repeat('x', 21))"); err == nil {
		t.Error("a string that is too long was cut off")
	}
	queryMy(t, i.DSN("", "d"), "insert into T (s) values ('Ä'), ('a '), ('😀')")
	if got := queryMy(t, i.DSN("", "d"), "select count(*) from T where s = 'a'"); got != "1" {
		t.Errorf("%s values are equal to 'a'; accents and case should not count, blanks should", got)
	}
}

// The socket needs no password, so its folder must be closed. Users with a
// password can be made and used nevertheless.
func TestMySQLPrivate(t *testing.T) {
	leavesNothing(t)
	i := startMy(t, needMySQL(t, MySQLOptions{}))
	closedFolder(t, i)
	queryMy(t, i.DSN("", ""), "create database app", "create user someone@'%' identified by 'secret'", "grant all on app.* to someone@'%'")
	for password, want := range map[string]string{"secret": "", "wrong": "Access denied", "": "Access denied"} {
		cfg, err := mysql.ParseDSN(i.DSN("someone", "app"))
		if err != nil {
			t.Fatal(err)
		}
		cfg.Passwd = password
		got, err := tryQueryMy(cfg.FormatDSN(), "select current_user()")
		switch {
		case want == "" && (err != nil || got != "someone@%"):
			t.Errorf("password %q: user %q, %v", password, got, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("password %q: user %q, %v", password, got, err)
		}
	}
	if _, err := tryQueryMy(i.DSN("nobody", ""), "select 1"); err == nil {
		t.Error("a user that does not exist was let in")
	}
}

func TestDSN(t *testing.T) {
	i := &Instance{engine: mysqlEngine(), run: &runDir{path: "/dev/shm/x"}}
	tests := []struct{ user, database, wantUser, wantDatabase string }{
		{"", "", "root", ""},
		{"o'neil@x/y", "a b/c?d@e%", "o'neil@x/y", "a b/c?d@e%"},
	}
	for _, tt := range tests {
		cfg, err := mysql.ParseDSN(i.DSN(tt.user, tt.database))
		if err != nil {
			t.Fatal(err)
		}
		if cfg.Net != "unix" || cfg.Addr != "/dev/shm/x/s/mysql.sock" || cfg.User != tt.wantUser || cfg.DBName != tt.wantDatabase || cfg.Passwd != "" {
			t.Errorf("DSN(%q, %q) is read as %s %s, user %q, database %q", tt.user, tt.database, cfg.Net, cfg.Addr, cfg.User, cfg.DBName)
		}
	}
}

func TestMySQLTwoAtOnce(t *testing.T) {
	leavesNothing(t)
	a := startMy(t, needMySQL(t, MySQLOptions{}))
	b := startMy(t, needMySQL(t, MySQLOptions{}))
	queryMy(t, a.DSN("", ""), "create database only_a")
	if _, err := tryQueryMy(b.DSN("", "only_a"), "select 1"); err == nil {
		t.Error("one server sees the other's database")
	}
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
	queryMy(t, b.DSN("", ""), "select 1")
}

func TestMySQLStopReportsDeath(t *testing.T) {
	leavesNothing(t)
	i, err := startMySQL(t.Context(), needMySQL(t, MySQLOptions{}))
	reportsDeath(t, i, err)
}

// A context that ends during the start, at whatever moment, leaves nothing.
func TestMySQLCancel(t *testing.T) {
	needMySQL(t, MySQLOptions{})
	startsOrLeavesNothing(t, func(ctx context.Context, cache string) (*Instance, error) {
		return startMySQL(ctx, needMySQL(t, MySQLOptions{CacheDir: cache}))
	})
}

func TestMySQLStartIsQuick(t *testing.T) {
	cache := fastDir(t)
	took := map[string]time.Duration{}
	for _, state := range []string{"cold", "warm"} {
		f := needMySQL(t, MySQLOptions{CacheDir: cache})
		begin := time.Now()
		startMy(t, f)
		took[state] = time.Since(begin)
	}
	t.Logf("cold %v, warm %v", took["cold"], took["warm"])
	// Far from what is expected (0.6 s and 0.2 s), for a machine may be busy.
	if took["warm"] > 15*time.Second || took["warm"] > took["cold"] {
		t.Errorf("took %v: is the template used?", took)
	}
	files, err := filepath.Glob(filepath.Join(cache, "mysql-data-*.tar"))
	if err != nil || len(files) != 1 {
		t.Errorf("templates: %v, %v; want one", files, err)
	}
}

// fakeMySQL makes a folder with scripts for a server and what makes its data,
// which root's choice of a user may run.
func fakeMySQL(t *testing.T, version, server, install string) string {
	t.Helper()
	dir := everybodysDir(t)
	writeScript(t, filepath.Join(dir, "mysqld"), "case \"$*\" in *--version) echo '"+dir+"/mysqld  Ver "+version+"'; exit;; esac\n"+
		"case \"$*\" in *--initialize-insecure*) "+install+"; exit;; esac\n"+server)
	if strings.Contains(version, "MariaDB") {
		writeScript(t, filepath.Join(dir, "mariadb-install-db"), install)
	}
	return dir
}

const (
	mysqlVersion   = "8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)"
	mariaDBVersion = "10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)"
	// fakeData makes what is taken for data.
	fakeData = `for a in "$@"; do case $a in --datadir=*) echo x > "${a#--datadir=}/ibdata1"; esac; done`
)

func TestMySQLServerThatFails(t *testing.T) {
	tests := []struct {
		name, version, server, install string
		want                           []string
	}{
		{"MySQL dies", mysqlVersion, "echo '[ERROR] no luck today' >&2; exit 3", fakeData,
			[]string{"mysqld 8.0.36 ended while starting (exit status 3). Its log:\n", "no luck today"}},
		{"MariaDB dies", mariaDBVersion, "echo '[ERROR] no luck today' >&2; exit 3", fakeData,
			[]string{"mysqld 10.11.19 ended while starting (exit status 3). Its log:\n", "no luck today"}},
		{"ends well", mysqlVersion, "echo bye; exit 0", fakeData,
			[]string{"ended while starting (exit status 0)", "bye"}},
		{"initialize fails", mysqlVersion, "", "echo 'no space on device'; exit 1",
			[]string{"mysqld (MySQL 8.0.36 from ", "exit status 1: no space on device"}},
		{"install-db fails", mariaDBVersion, "", "echo 'no space on device'; exit 1",
			[]string{"mariadb-install-db (MariaDB 10.11.19 from ", "exit status 1: no space on device"}},
		{"initialize does nothing", mysqlVersion, "", "exit 0", []string{"no cluster in the archive"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t)
			opt := MySQLOptions{BinDir: fakeMySQL(t, tt.version, tt.server, tt.install), CacheDir: fastDir(t)}
			_, err := startMySQL(t.Context(), newMySQLFinder(opt))
			if err == nil {
				t.Fatal("it started")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q: %v", want, err)
				}
			}
		})
	}
}

// A template that a crash cut short is replaced.
func TestMySQLBrokenTemplate(t *testing.T) {
	leavesNothing(t)
	cache := fastDir(t)
	first := startMy(t, needMySQL(t, MySQLOptions{CacheDir: cache}))
	file := (&templates{engine: first.engine, program: first.program, cache: cache}).path()
	for _, size := range []int64{0, 512, 1 << 20} {
		if err := os.Truncate(file, size); err != nil {
			t.Fatal(err)
		}
		i := startMy(t, needMySQL(t, MySQLOptions{CacheDir: cache}))
		queryMy(t, i.DSN("", ""), "select 1")
		if info, err := os.Stat(file); err != nil || info.Size() < 10<<20 {
			t.Errorf("cut to %d: the template was not made again: %v", size, err)
		}
	}
}
