package localdb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maker is what made kept data. Neither MySQL nor MariaDB can open the other's,
// nor that of a later version of itself. The zero value is no data.
type maker struct {
	product      string
	major, minor int // 0 is unknown
}

// dataMaker looks at the data.
func dataMaker(dir string) maker {
	has := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	}
	var m maker
	switch {
	case !has("ibdata1"):
		return m
	case has("aria_log_control"):
		m.product = productMariaDB
	default:
		m.product = productMySQL
	}
	for _, name := range []string{"mariadb_upgrade_info", "mysql_upgrade_info"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			continue
		}
		if _, major, minor, ok := leadingVersion(strings.TrimSpace(string(data))); ok {
			m.major, m.minor = major, minor
			break
		}
	}
	return m
}

// opensWith reports whether the server may be put to the data.
func (m maker) opensWith(s mysqlServer) bool {
	return m.product == "" || m.product == s.product && s.atLeast(m.major, m.minor)
}

func (m maker) String() string {
	if m.major == 0 {
		return m.product
	}
	return fmt.Sprintf("%s %d.%d", m.product, m.major, m.minor)
}

func (f *mysqlFinder) wrongMaker(found []mysqlServer) error {
	names := make([]string, len(found))
	for i, s := range found {
		names[i] = s.String()
	}
	later := ""
	if f.data.major != 0 {
		later = " or a later one"
	}
	return fmt.Errorf("data directory %s was made by %s, which only %[2]s%s can open; found %s: "+
		"install that, name its folder with --mysql-bin, or use another data directory",
		f.opt.DataDir, f.data, later, strings.Join(names, ", "))
}
