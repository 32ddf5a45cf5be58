package localdb

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// bareMySQL returns a finder on a machine without MySQL.
func bareMySQL(t *testing.T, opt MySQLOptions) *mysqlFinder {
	t.Helper()
	acct, err := serverAccount(mysqlEngine(), "")
	if err != nil {
		t.Fatal(err)
	}
	return &mysqlFinder{opt: opt, acct: acct}
}

func TestMySQLNotFound(t *testing.T) {
	leavesNothing(t)
	old := fakeMySQL(t, "5.7.44 for Linux on x86_64 (MySQL Community Server (GPL))", "", "")
	f := bareMySQL(t, MySQLOptions{CacheDir: everybodysDir(t)})
	f.path, f.globs = old, []string{"/nowhere/*/bin"}
	_, err := startMySQL(t.Context(), f)
	if !errors.Is(err, ErrNotFound) {
		t.Fatalf("error: %v", err)
	}
	for _, want := range []string{
		"no MySQL or MariaDB server found. Looked in:\n",
		"  - PATH: " + old + ": MySQL 5.7.44 is too old, 8.0 is the oldest that works\n",
		"  - /nowhere/*/bin: none\n",
		"install it: ", "--mysql-bin DIR", "--mysql-url URL",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if strings.HasSuffix(err.Error(), "\n") {
		t.Error("the error ends with a line break")
	}
}

// A folder that was named is the only one that is looked at.
func TestMySQLBinDir(t *testing.T) {
	good := fakeMySQL(t, mysqlVersion, "", "")
	maria := fakeMySQL(t, mariaDBVersion, "", "")
	noScript := fakeMySQL(t, mariaDBVersion, "", "")
	if err := os.Remove(filepath.Join(noScript, "mariadb-install-db")); err != nil {
		t.Fatal(err)
	}
	broken := fakeMySQL(t, mysqlVersion, "", "")
	writeScript(t, filepath.Join(broken, "mysqld"), "echo 'libfoo.so: cannot open' >&2; exit 127")
	strange := fakeMySQL(t, mysqlVersion, "", "")
	writeScript(t, filepath.Join(strange, "mysqld"), "echo hello")
	parent := everybodysDir(t)
	if err := os.Symlink(good, filepath.Join(parent, "sbin")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, dir string
		want      string
	}{
		{"MySQL", good, ""},
		{"MariaDB", maria, ""},
		{"missing", "/nowhere/bin", "--mysql-bin: /nowhere/bin: no mysqld or mariadbd"},
		{"without script", noScript, "--mysql-bin: " + noScript + ": mysqld is there, but no mariadb-install-db"},
		{"broken", broken, "--mysql-bin: " + broken + "/mysqld --version: exit status 127: libfoo.so: cannot open"},
		{"strange", strange, "--mysql-bin: " + strange + `/mysqld --version: unexpected answer "hello\n"`},
		{"parent", parent, "--mysql-bin: " + parent + ": no mysqld or mariadbd; did you mean " + parent + "/sbin?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newMySQLFinder(MySQLOptions{BinDir: tt.dir})
			f.acct = bareMySQL(t, MySQLOptions{}).acct
			s, err := f.find(t.Context())
			switch {
			case tt.want == "" && (err != nil || s.dir != tt.dir):
				t.Errorf("found %v, %v", s, err)
			case tt.want != "" && (err == nil || err.Error() != tt.want):
				t.Errorf("error is %q, want %q", err, tt.want)
			case errors.Is(err, ErrNotFound):
				t.Error("the error is ErrNotFound, so a test would be skipped for it")
			}
		})
	}
}

// A MySQL is better than a MariaDB, wherever that is and whatever its name;
// PATH is better than a folder; data decides before all.
func TestMySQLFindOrder(t *testing.T) {
	maria, mysql, other := fakeMySQL(t, mariaDBVersion, "", ""), fakeMySQL(t, mysqlVersion, "", ""),
		fakeMySQL(t, "8.4.1 for Linux on x86_64 (MySQL Community Server - GPL)", "", "")
	named := fakeMySQL(t, mariaDBVersion, "", "") // as newer MariaDBs are
	if err := os.Rename(filepath.Join(named, "mysqld"), filepath.Join(named, "mariadbd")); err != nil {
		t.Fatal(err)
	}
	links := t.TempDir() // as Debian's mysqld
	if err := os.Symlink(filepath.Join(named, "mariadbd"), filepath.Join(links, "mysqld")); err != nil {
		t.Fatal(err)
	}
	path := func(dirs ...string) string { return strings.Join(dirs, string(filepath.ListSeparator)) }
	tests := []struct {
		name, path string
		folders    []string
		data       maker
		want       string // the folder
		notice     string
	}{
		{"PATH", path(".", t.TempDir(), mysql, other), []string{other}, maker{}, mysql, ""},
		{"folders", path(), []string{"/nowhere", other, mysql}, maker{}, other, ""},
		{"MySQL in a folder", path(maria), []string{mysql}, maker{}, mysql, ""},
		{"MariaDB", path(links), []string{named, maria}, maker{}, named, "MariaDB 10.11 stands in for MySQL: JSON is text, "},
		{"data of MariaDB", path(mysql), []string{maria}, maker{productMariaDB, 10, 6}, maria, "MariaDB 10.11 stands in"},
		{"data of a later one", path(mysql), []string{other, maria}, maker{productMySQL, 8, 4}, other, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var notices []string
			f := bareMySQL(t, MySQLOptions{Notice: func(s string) { notices = append(notices, s) }})
			f.path, f.globs, f.data = tt.path, tt.folders, tt.data
			s, err := f.find(t.Context())
			if err != nil || s.dir != tt.want {
				t.Errorf("found %v, %v; want %s", s, err, tt.want)
			}
			switch text := strings.Join(notices, "\n"); {
			case tt.notice == "" && text != "", !strings.HasPrefix(text, tt.notice), strings.Contains(text, "\n"):
				t.Errorf("notices: %q, want %q", notices, tt.notice)
			}
		})
	}
}

// Data is not given to a server that would break it or refuse it.
func TestMySQLDataDirRefuses(t *testing.T) {
	tests := []struct {
		name    string
		files   map[string]string
		version string
		want    []string
	}{
		{"MariaDB's for MySQL", map[string]string{"ibdata1": "", "aria_log_control": "", "mysql_upgrade_info": "10.11.2-MariaDB"}, mysqlVersion,
			[]string{"was made by MariaDB 10.11, which only MariaDB 10.11 or a later one can open", "found MySQL 8.0.36 from "}},
		{"MySQL's for MariaDB", map[string]string{"ibdata1": "", "mysql.ibd": ""}, mariaDBVersion,
			[]string{"was made by MySQL, which only MySQL can open", "found MariaDB 10.11.19 from "}},
		{"a later MariaDB's", map[string]string{"ibdata1": "", "aria_log_control": "", "mariadb_upgrade_info": "11.4.2-MariaDB"}, mariaDBVersion,
			[]string{"was made by MariaDB 11.4, which only MariaDB 11.4 or a later one"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leavesNothing(t)
			dir, bin := fastDir(t), fakeMySQL(t, tt.version, "", "")
			for name, body := range tt.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			named := newMySQLFinder(MySQLOptions{DataDir: dir, BinDir: bin})
			searched := newMySQLFinder(MySQLOptions{DataDir: dir})
			searched.path, searched.globs = bin, nil
			for _, f := range []*mysqlFinder{named, searched} {
				_, err := startMySQL(t.Context(), f)
				if err == nil {
					t.Fatal("it started")
				}
				for _, want := range append(tt.want, dir, "--mysql-bin") {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("the error lacks %q: %v", want, err)
					}
				}
			}
			for name, body := range tt.files {
				if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != body || err != nil {
					t.Errorf("%s is now %q, %v", name, got, err)
				}
			}
		})
	}
}

// What a server makes is known for what it is.
func TestDataMaker(t *testing.T) {
	leavesNothing(t)
	dir := filepath.Join(kindNamed("MySQL").dir(t), "data")
	if got := dataMaker(dir); got != (maker{}) {
		t.Errorf("no data was made by %v", got)
	}
	i := startMy(t, needMySQL(t, MySQLOptions{DataDir: dir}))
	s := i.program.(mysqlServer)
	if got := dataMaker(dir); got.product != s.product || !got.opensWith(s) {
		t.Errorf("%v made data by %v", s, got)
	}
}

func TestConfined(t *testing.T) {
	const server = "/usr/sbin/mysqld"
	profile := filepath.Join(t.TempDir(), "usr.sbin.mysqld")
	check := func(when string, want bool) {
		t.Helper()
		if got := confined(server, profile); got != want {
			t.Errorf("%s: %v", when, got)
		}
		if confined("/opt/mysql/bin/mysqld", profile) {
			t.Errorf("%s: another server is confined", when)
		}
	}
	check("without a profile", false)
	for _, text := range []string{"", server + " {}"} {
		if err := os.WriteFile(profile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		check(strconv.Quote(text), text != "")
	}
	disable := filepath.Join(filepath.Dir(profile), "disable")
	if err := errors.Join(os.Mkdir(disable, 0o755), os.Symlink(profile, filepath.Join(disable, filepath.Base(profile)))); err != nil {
		t.Fatal(err)
	}
	check("disabled", false)
}

func FuzzParseMySQLVersion(f *testing.F) {
	f.Add("/usr/sbin/mysqld  Ver " + mysqlVersion + "\n")
	f.Add("mariadbd  Ver " + mariaDBVersion + "\n")
	f.Add("mysqld  Ver 8.0.35-27 for Linux on x86_64 (Percona Server (GPL), Release 27, Revision 2f8eeab2)")
	f.Add(" Ver 99999999999999999999.1")
	f.Add(" Ver ..1..")
	f.Fuzz(func(t *testing.T, out string) {
		s, err := parseMySQLVersion(out)
		if err != nil {
			return
		}
		if !strings.Contains(out, s.version) || strings.Trim(s.version, "0123456789.") != "" || s.major < 0 || s.minor < 0 {
			t.Errorf("%q is read as version %q, %d.%d", out, s.version, s.major, s.minor)
		}
		if s.mariaDB() != strings.Contains(out, "MariaDB") {
			t.Errorf("%q is read as %s", out, s.product)
		}
	})
}
