package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const defaultListen = "127.0.0.1:8010"

// serveOptions are the options of serve.
type serveOptions struct {
	io       *IO
	flags    *pflag.FlagSet
	config   string
	database databaseOptions
	listen   string
	tls      tlsOptions
	faults   faultOptions
	envFile  string
	quiet    bool
}

func newServeCommand(io *IO) *cobra.Command { return (&serveOptions{io: io}).command() }

func (o *serveOptions) command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve [flags]",
		Short: "Run a local Data API over a real PostgreSQL",
		Long: `Run a local Data API over a real PostgreSQL, for any AWS SDK in any language,
until Ctrl-C or SIGTERM. The PostgreSQL is a private one, found on this machine
or fetched once; its data is gone at the end unless --data names a folder.

Requests have to be signed with the keys in AURORADATAAPI_ACCESS_KEY_ID and
AURORADATAAPI_SECRET_ACCESS_KEY, if these are set. Without keys signatures are
not verified, so that everybody who reaches the address could run SQL: it then
has to be one of this machine's loopback.

--config reads a JSON file with any number of clusters, each with its secrets,
and with keys, limits and TLS; docs/serve.md shows all of it. Where a flag or
one of these variables is given too, it goes before the file.

--tls-self-signed makes a certificate for the names of this machine, good for
this run. Clients trust it by the file that --tls-cert-out writes, which is
AWS_CA_BUNDLE among the variables.

--faults lets calls go wrong: a connection that breaks after the statement was
executed, a cluster that resumes, a transaction that is gone. Programs in any
language set such rules while the server runs, below /_local/ on the same
address; docs/faults.md shows how.

--env-file writes the variables once the server is ready, as NAME=value, which
a shell reads with "set -a; . FILE", and "docker run --env-file FILE" does if the
container has --network host, because the address is one of this machine's.
An earlier server's file is deleted at the start; at the end the file stays.

` + exitHelp(),
		Example: `  auroradataapi serve
  auroradataapi serve --listen 127.0.0.1:0 --env-file local.env
  auroradataapi serve --data ./pgdata
  auroradataapi serve --postgres-url postgres://app:secret@localhost:5432/app
  auroradataapi serve --config clusters.json
  auroradataapi serve --tls-self-signed --tls-cert-out ca.pem --env-file local.env
  auroradataapi serve --faults lost-answers.json --pause-after 5m

  # in another terminal
  set -a; . ./local.env; set +a
  auroradataapi exec "select now()"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := refuseEmpty(cmd.Flags()); err != nil {
				return err
			}
			return started(o.run(cmd.Context()))
		},
	}
	flags := cmd.Flags()
	o.flags = flags
	flags.SortFlags = false
	flags.StringVar(&o.listen, flagListen, defaultListen, "listen on this `ADDRESS`; port 0 is any")
	flags.StringVar(&o.config, flagConfig, "", "read clusters, secrets, keys and limits from this JSON `FILE`")
	flags.StringVar(&o.envFile, flagEnvFile, "", "write the variables to this `FILE`")
	flags.StringVar(&o.database.dataDir, flagData, "", "keep the data in `DIR`")
	o.database.addFlags(flags)
	o.tls.addFlags(flags)
	o.faults.addFlags(flags)
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing but errors")
	return cmd
}

func (o *serveOptions) run(ctx context.Context) (err error) {
	opt, err := o.local()
	if err != nil {
		return err
	}
	files := o.files(opt)
	for _, f := range files {
		if err := checkOwnFile(f.path, f.flag); err != nil {
			return err
		}
	}
	opt.listening = func() error {
		for _, f := range files {
			if err := clearOwnFile(f.path, f.flag); err != nil {
				return err
			}
		}
		return nil
	}
	local, err := startLocal(ctx, opt)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, local.stop())
		o.say("stopped")
	}()
	if o.envFile != "" {
		if err := writeEnvFile(o.envFile, local.environment()); err != nil {
			return err
		}
	}
	if err := o.announce(local); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		o.say("stopping")
		return nil
	case err := <-local.served:
		local.served <- err // for stop
		return err
	case database := <-anyGone(local.databases()...):
		return database.lost()
	}
}

// ownFile is a file that serve is to write, and the flag that says so.
type ownFile struct{ path, flag string }

func (o *serveOptions) files(opt localOptions) []ownFile {
	var files []ownFile
	for _, f := range []ownFile{{o.envFile, "--" + flagEnvFile}, {opt.tls.certOut, "--" + flagTLSCertOut}} {
		if f.path != "" {
			files = append(files, f)
		}
	}
	return files
}

// announce prints what a program needs to use the server.
func (o *serveOptions) announce(l *local) error {
	for _, c := range l.clusters {
		o.say("%s", c.describe(len(l.clusters) > 1))
	}
	if text := o.faults.describe(); text != "" {
		o.say("%s", text)
	}
	o.say("the Data API is ready at %s; Ctrl-C stops it", l.endpoint)
	o.say("with the variables set, its URI for the driver and exec is %s+auroradataapi://:@/", l.main().engine)
	if o.quiet {
		return nil
	}
	var b strings.Builder
	for _, v := range l.environment() {
		if v.secret {
			fmt.Fprintf(&b, "# %s is the one that serve was given\n", v.name)
			continue
		}
		fmt.Fprintf(&b, "export %s=%s\n", v.name, shellQuote(v.value))
	}
	_, err := fmt.Fprint(o.io.Out, b.String())
	return outputError(err)
}

// shellQuote quotes a value for a shell if it has to be.
func shellQuote(s string) string {
	if s != "" && !strings.ContainsFunc(s, needsQuotes) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// say prints a message, unless there shall be none.
func (o *serveOptions) say(format string, args ...any) {
	if !o.quiet {
		notice(o.io, format, args...)
	}
}
