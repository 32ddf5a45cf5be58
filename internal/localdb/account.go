package localdb

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// account is the user the server runs as.
type account struct {
	name     string
	uid, gid int
	// drop says that this is not the user we are: servers refuse to run as
	// root, so root starts them as somebody else.
	drop bool
}

// serverAccount chooses the user to run the server as. An ordinary user runs it
// as himself. Root takes the owner of existing data, else the user who called
// sudo, else the engine's own, else nobody.
func serverAccount(e *engine, dataDir string) (account, error) {
	if euid := os.Geteuid(); euid != 0 {
		return account{uid: euid, gid: os.Getegid()}, nil
	}
	if dataDir != "" {
		if info, err := os.Stat(filepath.Join(dataDir, e.mark)); err == nil {
			if uid, gid := ownerOf(info); uid != 0 {
				return account{name: userName(uid), uid: uid, gid: gid, drop: true}, nil
			}
		}
	}
	for _, name := range append([]string{os.Getenv("SUDO_USER")}, e.users...) {
		if name == "" {
			continue
		}
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return account{name: name, uid: uid, gid: gid, drop: true}, nil
		}
	}
	return account{}, fmt.Errorf("%s refuses to run as root, and there is no other user to run it as: "+
		"run this program as an ordinary user, or create one (useradd --system %s)", e.name, e.users[0])
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}

// give makes the account the owner of a path that we created.
func (a account) give(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// mkdir makes a folder that only the account may enter.
func (a account) mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	return a.give(path)
}

// canReach reports, before the kernel does it less clearly, that the account
// may not enter one of the folders that lead to path.
func (a account) canReach(path string) error {
	if !a.drop {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if !a.mayEnter(info) {
			return fmt.Errorf("user %q, who runs the server because root may not, cannot enter %s, so not reach %s: "+
				"choose another folder, or chmod a+x %s", a.name, dir, path, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (a account) mayEnter(info os.FileInfo) bool {
	uid, gid := ownerOf(info)
	switch {
	case uid == a.uid:
		return info.Mode()&0o100 != 0
	case gid == a.gid:
		return info.Mode()&0o010 != 0
	}
	return info.Mode()&0o001 != 0
}
