package localdb

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"
)

// Instance is a running private server. Its methods may be called from several
// goroutines.
type Instance struct {
	bins  binaries
	acct  account
	run   *runDir
	kept  *keptData // nil if the data is thrown away
	child *child

	stop    sync.Once
	stopErr error
}

// URL returns a connection string for a user and a database over the server's
// socket, without a password: only we and the user the server runs as can reach
// the socket. An empty user is the superuser, postgres; an empty database is
// the one of that name, which always exists.
func (i *Instance) URL(user, database string) string {
	if user == "" {
		user = superuser
	}
	if database == "" {
		database = "postgres"
	}
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(user),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {i.run.socketDir()}, "port": {port}, "sslmode": {"disable"}}.Encode(),
	}
	return u.String()
}

// Version returns the server's version, such as 15.18.
func (i *Instance) Version() string { return i.bins.version }

// Description returns which server runs, in words for the user.
func (i *Instance) Description() string {
	if i.acct.drop {
		return fmt.Sprintf("%s, run as %q", i.bins, i.acct.name)
	}
	return i.bins.String()
}

// Stop ends the server, waits until it is gone, and deletes data that is not
// kept. Only the first call does anything; all return its result. The error
// also says if the server had ended on its own before.
func (i *Instance) Stop() error {
	i.stop.Do(func() {
		if i.child.ended() {
			i.stopErr = fmt.Errorf("postgres %s had ended on its own (%w). Its log:\n%s", i.bins.version, i.child.ending(), i.log())
		}
		i.stopErr = errors.Join(i.stopErr, i.release())
	})
	return i.stopErr
}

// release gives back whatever the instance has got hold of.
func (i *Instance) release() error {
	var errs []error
	if i.child != nil && i.kept != nil {
		i.child.stop(time.Minute, sigFast, sigImmediate)
	} else if i.child != nil {
		i.child.stop(10*time.Second, sigImmediate)
	}
	if i.run != nil {
		errs = append(errs, i.run.remove())
	}
	return errors.Join(append(errs, i.kept.close())...)
}
