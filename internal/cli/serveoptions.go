package cli

import (
	"net"
	"path/filepath"

	"github.com/auroradataapi/auroradataapi/server"
)

const (
	flagListen = "listen"
	flagConfig = "config"
)

// The variables that hold the keys which clients have to sign with. They are
// variables because every user of a machine can read a command line.
const (
	envKeyID = "AURORADATAAPI_ACCESS_KEY_ID"
	envKey   = "AURORADATAAPI_SECRET_ACCESS_KEY"
)

// local puts together what is to be started: the flags, then the variables,
// then the configuration file.
func (o *serveOptions) local() (localOptions, error) {
	opt := localOptions{
		listen: o.listen,
		tls:    o.tls,
		getenv: o.io.Getenv,
		notice: func(text string) { o.say("%s", text) },
	}
	var err error
	if opt.credentials, err = envCredentials(o.io.Getenv); err != nil {
		return opt, err
	}
	if o.config == "" {
		opt.clusters = localCluster(o.database)
	} else if err := o.addFile(&opt); err != nil {
		return opt, err
	}
	if err := opt.tls.check(); err != nil {
		return opt, usagef("%v", err)
	}
	if opt.tls.certOut != "" { // AWS_CA_BUNDLE is read in other folders too
		if opt.tls.certOut, err = filepath.Abs(opt.tls.certOut); err != nil {
			return opt, err
		}
	}
	if err := o.faults.load(o.flags, len(opt.credentials) > 0); err != nil {
		return opt, err
	}
	opt.faults = o.faults
	o.warn(opt)
	return opt, nil
}

// addFile adds what the configuration file says and nothing else has said.
func (o *serveOptions) addFile(opt *localOptions) error {
	for _, name := range []string{flagURL, flagData} {
		if o.flags.Changed(name) {
			return usagef("--%s is about one cluster, and --%s has its own: write it there", name, flagConfig)
		}
	}
	f, err := readConfigFile(o.config, o.io.Getenv)
	if err != nil {
		return err
	}
	if f.listen != "" && !o.flags.Changed(flagListen) {
		opt.listen = f.listen
	}
	if opt.credentials == nil {
		opt.credentials = f.credentials
	}
	if !o.tls.given(o.flags) {
		opt.tls = f.tls
	}
	opt.region, opt.limits, opt.clusters = f.region, f.limits, f.clusters
	for i := range opt.clusters {
		if c := &opt.clusters[i]; c.url == "" {
			c.database.binDir, c.database.offline = o.database.binDir, o.database.offline
		}
	}
	return nil
}

// envCredentials returns the keys in the environment, nil if there are none.
func envCredentials(getenv func(string) string) ([]server.Credential, error) {
	id, key := getenv(envKeyID), getenv(envKey)
	switch {
	case id == "" && key == "":
		return nil, nil
	case id == "" || key == "":
		return nil, usagef("%s and %s go together: set both, or neither", envKeyID, envKey)
	}
	return []server.Credential{{AccessKeyID: id, SecretAccessKey: key}}, nil
}

// warn says what is allowed and may not have been thought of.
func (o *serveOptions) warn(opt localOptions) {
	host, _, err := net.SplitHostPort(opt.listen)
	if err == nil && !isLoopback(host) && opt.tls.cert == "" && !opt.tls.selfSigned && len(opt.credentials) > 0 {
		o.say("on %s statements and results can be read on their way: consider --%s", opt.listen, flagTLSSelf)
	}
}
