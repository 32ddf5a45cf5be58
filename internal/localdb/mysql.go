package localdb

import (
	"context"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// mysqlEngine returns how MySQL and MariaDB show themselves.
func mysqlEngine() *engine {
	return &engine{
		name:     "MySQL",
		mark:     "ibdata1",
		whole:    "ibdata1",
		cache:    "mysql-data-",
		users:    []string{"mysql", "_mysql", "nobody"},
		serverOf: mysqldOf,
		socket:   "mysql.sock",
		knock:    knockMySQL,
		now:      syscall.SIGKILL, // each other one makes it write everything
		inOrder:  syscall.SIGTERM,
	}
}

// StartMySQL runs a private MySQL, or the MariaDB that stands in for it where
// there is none, and returns once it answers. The context is for the start
// only; ending it afterwards changes nothing. Call Stop when done. If the
// program ends without it, the server ends too (at once on Linux, elsewhere
// with the next start).
func StartMySQL(ctx context.Context, opt MySQLOptions) (*Instance, error) {
	return startMySQL(ctx, newMySQLFinder(opt))
}

func startMySQL(ctx context.Context, f *mysqlFinder) (*Instance, error) {
	i, err := launch(ctx, plan{
		engine:   mysqlEngine(),
		dataDir:  f.opt.DataDir,
		cacheDir: f.opt.CacheDir,
		notice:   f.opt.Notice,
		find: func(ctx context.Context, at site) (program, error) {
			if f.acct = at.acct; at.kept != nil {
				f.data = dataMaker(at.kept.dir)
			}
			return f.find(ctx)
		},
		folders: openFolders,
	})
	return i, explainConfined(err)
}

// DSN returns a data source name, as the driver github.com/go-sql-driver/mysql
// reads it, for a user and a database over the socket of a MySQL server. It has
// no password: the superuser root, who is meant by an empty user, needs none,
// as only we and the user the server runs as can reach the socket. An empty
// database is none. The format has no way to write a colon in a user's name.
func (i *Instance) DSN(user, database string) string {
	if user == "" {
		user = "root"
	}
	return user + "@unix(" + i.socket() + ")/" + url.PathEscape(database)
}

// mysqldOf returns the number of the server that runs on the data, or 0. Each
// server leaves its number in the data, in a file of a name of its choice.
func mysqldOf(dir string) int {
	for _, file := range filesNamed(dir, "", ".pid") {
		pid := pidIn(file)
		if pid == 0 {
			continue
		}
		if args := commandLine(pid); strings.Contains(args, "mysqld") || strings.Contains(args, "mariadbd") {
			return pid
		}
	}
	return 0
}

// args are the server's arguments. Settings are given here rather than in a
// file, so that kept data carries none of them to another server. "loose"
// settings are passed over by servers that do not know them.
func (s mysqlServer) args(p place) []string {
	args := append(s.basic(p.data),
		"--socket="+filepath.Join(p.sockets, "mysql.sock"),
		"--pid-file="+filepath.Join(p.data, "mysqld.pid"),
		"--skip-networking", // the socket is the only way in, and its folder is private
		"--max-connections=200",
		"--max-allowed-packet=64M",
		"--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"+
			"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
		"--default-time-zone=+00:00", // as Aurora
		"--local-infile=OFF",
		"--key-buffer-size=1M",
	)
	if s.mariaDB() {
		args = append(args,
			"--log-warnings=1",
			"--aria-pagecache-buffer-size=4M",
			// As MySQL, where MariaDB's default differs.
			"--group-concat-max-len=1024",
			"--explicit-defaults-for-timestamp=ON",
			"--loose-innodb-snapshot-isolation=OFF",
		)
	} else {
		args = append(args, "--log-error-verbosity=2")
	}
	if p.kept {
		return args
	}
	return append(append(args, s.careless()...),
		"--tmpdir="+p.sockets, // deleted with the data
		"--innodb-flush-log-at-trx-commit=0",
		"--loose-innodb-log-file-size=32M",
		"--loose-innodb-redo-log-capacity=32M",
	)
}

// basic are the arguments that the making of data and the server on it share.
func (s mysqlServer) basic(data string) []string {
	args := []string{
		"--no-defaults", // comes first
		"--datadir=" + data,
		"--lower-case-table-names=" + caseOfNames(),
		"--character-set-server=utf8mb4",
		"--collation-server=" + s.collation(),
		"--skip-log-bin",
		"--performance-schema=OFF",
		"--innodb-buffer-pool-size=32M",
	}
	if s.mariaDB() {
		return append(args, "--basedir="+filepath.Dir(s.dir))
	}
	return append(args,
		"--secure-file-priv=NULL", // the packaged default is a folder of another user
		"--loose-mysqlx=OFF",      // it has a socket of its own
		"--loose-auto-generate-certs=OFF",
		"--loose-caching-sha2-password-auto-generate-rsa-keys=OFF",
		"--loose-sha256-password-auto-generate-rsa-keys=OFF",
	)
}

// careless are the arguments for speed at the cost of what a crash of the
// machine would leave.
func (s mysqlServer) careless() []string {
	return []string{
		"--innodb-flush-method=nosync",
		"--innodb-doublewrite=OFF",
		// The kernel grants few of these to all servers together.
		"--loose-innodb-use-native-aio=OFF",
	}
}

// collation returns what compares as Aurora's default does: by the letter,
// whatever its accent and case, and blanks at the end count.
func (s mysqlServer) collation() string {
	switch {
	case !s.mariaDB():
		return "utf8mb4_0900_ai_ci"
	case s.atLeast(10, 10):
		return "utf8mb4_uca1400_nopad_ai_ci"
	}
	return "utf8mb4_unicode_520_nopad_ci"
}

// caseOfNames says whether the names of tables keep their case. They do in
// Aurora; on the file system of macOS a server refuses to.
func caseOfNames() string {
	if runtime.GOOS == "darwin" {
		return "2"
	}
	return "0"
}
