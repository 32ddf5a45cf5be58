package localdb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// mysqlServer is a MySQL or MariaDB that was found.
type mysqlServer struct {
	binaries
	minor     int
	installDB string // MariaDB's script that makes data
}

const (
	productMySQL   = "MySQL"
	productMariaDB = "MariaDB"
)

func (s mysqlServer) mariaDB() bool { return s.product == productMariaDB }

func (s mysqlServer) atLeast(major, minor int) bool {
	return s.major > major || s.major == major && s.minor >= minor
}

// layout stands for what create tells the server.
func (s mysqlServer) layout() string { return "1" }

// create makes data with one user, root, who may come from this machine only
// and has no password.
func (s mysqlServer) create(ctx context.Context, acct account, dir string) error {
	if err := acct.mkdir(dir); err != nil {
		return err
	}
	tool, args := s.server, append(s.basic(dir), "--initialize-insecure")
	if s.mariaDB() {
		tool, args = s.installDB, append(s.basic(dir),
			"--auth-root-authentication-method=normal",
			"--skip-test-db",      // and no users without a name, who would hide others
			"--skip-name-resolve", // needs another program
		)
	}
	args = append(append(args, s.careless()...), "--loose-innodb-log-file-size=4M", "--loose-innodb-redo-log-capacity=8M")
	if _, err := runTool(ctx, acct, tool, args...); err != nil {
		return fmt.Errorf("%s (%s): %w", filepath.Base(tool), s.binaries, err)
	}
	// A name for replication, which copies must not share. The server makes a
	// new one.
	if err := os.Remove(filepath.Join(dir, "auto.cnf")); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
