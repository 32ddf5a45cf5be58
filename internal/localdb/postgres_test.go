package localdb

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStartStop(t *testing.T) {
	leavesNothing(t)
	i := start(t, needPostgres(t, PostgresOptions{}))
	if got := query(t, i.URL("", ""), "select current_user, current_database()"); got != "postgres,postgres" {
		t.Errorf("user and database are %s", got)
	}
	if got := query(t, i.URL("", ""), "show server_version"); !strings.HasPrefix(got, i.Version()) {
		t.Errorf("Version is %s, the server says %s", i.Version(), got)
	}
	if want := "PostgreSQL " + i.Version() + " from " + i.program.about().dir; !strings.HasPrefix(i.Description(), want) {
		t.Errorf("Description is %q, want %q at its start", i.Description(), want)
	}
	stopsClean(t, i)
}

// The server behaves as Aurora does where a setting decides.
func TestSettings(t *testing.T) {
	leavesNothing(t)
	i := start(t, needPostgres(t, PostgresOptions{}))
	tests := []struct{ sql, want string }{
		{"show listen_addresses", ""},
		{"show server_encoding", "UTF8"},
		{"show timezone", "UTC"},
		{"show lc_messages", "C"},
		{"show fsync", "off"},
		{"show password_encryption", "scram-sha-256"},
		{"show default_text_search_config", "pg_catalog.english"},
		{"select upper('äöü'), lower('ÄÖÜ')", "ÄÖÜ,äöü"},
		{"select to_tsvector('ÄPFEL') = to_tsvector('äpfel')", "t"},
	}
	if i.program.about().major >= 15 {
		tests = append(tests, struct{ sql, want string }{
			"select string_agg(x, ' ' order by x) from unnest(array['b','B','a','A','_c']) x", "_c a A b B",
		})
	}
	for _, tt := range tests {
		if got := query(t, i.URL("", ""), tt.sql); got != tt.want {
			t.Errorf("%s is %q, want %q", tt.sql, got, tt.want)
		}
	}
}

// The socket needs no password, so its folder must be closed.
func TestPrivate(t *testing.T) {
	leavesNothing(t)
	i := start(t, needPostgres(t, PostgresOptions{}))
	closedFolder(t, i)
	query(t, i.URL("", ""), "create role someone login")
	if got := query(t, i.URL("someone", ""), "select current_user"); got != "someone" {
		t.Errorf("user is %s", got)
	}
}

func TestURL(t *testing.T) {
	i := &Instance{run: &runDir{path: "/dev/shm/x"}}
	tests := []struct{ user, database, wantUser, wantPath string }{
		{"", "", "postgres", "/postgres"},
		{"o'neil@x:y", "a b/c?d", "o'neil@x:y", "/a b/c?d"},
	}
	for _, tt := range tests {
		u, err := url.Parse(i.URL(tt.user, tt.database))
		if err != nil {
			t.Fatal(err)
		}
		got := []string{u.Scheme, u.User.Username(), u.Path, u.Query().Get("host"), u.Query().Get("port")}
		want := []string{"postgres", tt.wantUser, tt.wantPath, "/dev/shm/x/s", "5432"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("URL(%q, %q) (-want +got):\n%s", tt.user, tt.database, diff)
		}
	}
}

func TestTwoAtOnce(t *testing.T) {
	leavesNothing(t)
	a := start(t, needPostgres(t, PostgresOptions{}))
	b := start(t, needPostgres(t, PostgresOptions{}))
	query(t, a.URL("", ""), "create table only_a ()")
	if _, err := tryQuery(b.URL("", ""), "select from only_a"); err == nil {
		t.Error("one server sees the other's table")
	}
	if err := a.Stop(); err != nil {
		t.Fatal(err)
	}
	query(t, b.URL("", ""), "select 1")
}

func TestStopReportsDeath(t *testing.T) {
	leavesNothing(t)
	i, err := startPostgres(t.Context(), needPostgres(t, PostgresOptions{}))
	reportsDeath(t, i, err)
}

// A context that ends during the start, at whatever moment, leaves nothing.
func TestCancel(t *testing.T) {
	needPostgres(t, PostgresOptions{})
	startsOrLeavesNothing(t, func(ctx context.Context, cache string) (*Instance, error) {
		return startPostgres(ctx, needPostgres(t, PostgresOptions{CacheDir: cache}))
	})
}

// fakeServer makes a folder with scripts for postgres and initdb.
func fakeServer(t *testing.T, postgres, initdb string) string {
	t.Helper()
	dir := everybodysDir(t)
	for name, body := range map[string]string{
		"postgres": "case $1 in --version) echo 'postgres (PostgreSQL) 16.3'; exit;; esac\n" + postgres,
		"initdb":   initdb,
	} {
		writeScript(t, filepath.Join(dir, name), body)
	}
	return dir
}

// fakeCluster is an initdb that makes what is taken for a cluster.
const fakeCluster = `mkdir "$2/global"; echo x > "$2/global/pg_control"; echo 16 > "$2/PG_VERSION"`

func TestServerThatFails(t *testing.T) {
	tests := []struct {
		name, postgres, initdb string
		want                   []string
	}{
		{"dies", "echo 'FATAL:  no luck today' >&2; exit 3", fakeCluster,
			[]string{"postgres 16.3 ended while starting (exit status 3). Its log:\n", "no luck today"}},
		{"ends well", "echo bye; exit 0", fakeCluster,
			[]string{"ended while starting (exit status 0)", "bye"}},
		{"initdb fails", "", "echo 'no space on device'; exit 1",
			[]string{"initdb (PostgreSQL 16.3 from ", "exit status 1: no space on device"}},
		{"initdb does nothing", "", "exit 0", []string{"no cluster in the archive"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t)
			opt := PostgresOptions{BinDir: fakeServer(t, tt.postgres, tt.initdb), CacheDir: fastDir(t)}
			_, err := startPostgres(t.Context(), newFinder(opt))
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

// A server gets no variable that changes how it works, and no secret.
func TestServerEnv(t *testing.T) {
	for _, name := range []string{"PGDATA", "PGOPTIONS", "LC_TIME", "LANG", "TZ", "AWS_SECRET_ACCESS_KEY"} {
		t.Setenv(name, "poison")
	}
	t.Setenv("PATH", "/bin")
	env := serverEnv()
	if text := strings.Join(env, " "); strings.Contains(text, "poison") || !strings.Contains(text, "PATH=/bin") {
		t.Errorf("the server gets %q", env)
	}
}

func TestStartIsQuick(t *testing.T) {
	cache := fastDir(t)
	took := map[string]time.Duration{}
	for _, state := range []string{"cold", "warm"} {
		f := needPostgres(t, PostgresOptions{CacheDir: cache})
		begin := time.Now()
		start(t, f)
		took[state] = time.Since(begin)
	}
	t.Logf("cold %v, warm %v", took["cold"], took["warm"])
	// Far from what is expected (0.7 s and 0.1 s), for a machine may be busy.
	if took["warm"] > 15*time.Second || took["warm"] > took["cold"] {
		t.Errorf("took %v: is the template used?", took)
	}
	files, err := filepath.Glob(filepath.Join(cache, "postgres-cluster-*.tar"))
	if err != nil || len(files) != 1 {
		t.Errorf("templates: %v, %v; want one", files, err)
	}
}

// A template that a crash cut short is replaced.
func TestBrokenTemplate(t *testing.T) {
	leavesNothing(t)
	cache := fastDir(t)
	first := start(t, needPostgres(t, PostgresOptions{CacheDir: cache}))
	file := (&templates{engine: first.engine, program: first.program, cache: cache}).path()
	for _, size := range []int64{0, 512, 1 << 20} {
		t.Run(strconv.FormatInt(size, 10), func(t *testing.T) {
			if err := os.Truncate(file, size); err != nil {
				t.Fatal(err)
			}
			i := start(t, needPostgres(t, PostgresOptions{CacheDir: cache}))
			query(t, i.URL("", ""), "select 1")
			if info, err := os.Stat(file); err != nil || info.Size() < 10<<20 {
				t.Errorf("the template was not made again: %v", err)
			}
		})
	}
}
