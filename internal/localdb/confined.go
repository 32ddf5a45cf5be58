package localdb

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// profile is what Ubuntu's package of MySQL confines /usr/sbin/mysqld by: of
// all the folders we run servers in, that leaves those for temporary files.
const profile = "/etc/apparmor.d/usr.sbin.mysqld"

// confined reports whether AppArmor may keep this server out of folders.
func confined(server, profile string) bool {
	if server != "/usr/sbin/mysqld" {
		return false
	}
	if info, err := os.Stat(profile); err != nil || info.Size() == 0 {
		return false
	}
	_, err := os.Lstat(filepath.Join(filepath.Dir(profile), "disable", filepath.Base(profile)))
	return err != nil
}

// openFolders leaves out the folders that the server is kept out of.
func openFolders(p program, bases []string) []string {
	if !confined(p.about().server, profile) {
		return bases
	}
	return slices.DeleteFunc(slices.Clone(bases), func(dir string) bool {
		return !strings.HasPrefix(dir+"/", "/tmp/") && !strings.HasPrefix(dir+"/", "/var/tmp/")
	})
}

// explainConfined adds what is hard to guess: that not permissions forbid it.
func explainConfined(err error) error {
	if err == nil || !confined("/usr/sbin/mysqld", profile) {
		return err
	}
	text := err.Error()
	if !strings.Contains(text, "/usr/sbin") && !strings.Contains(text, "mysqld ") || !strings.Contains(text, "ermission denied") {
		return err
	}
	return fmt.Errorf("%w\nAppArmor confines this server (%s): use a data directory below /tmp, "+
		"or take a MySQL from elsewhere with --mysql-bin", err, profile)
}
