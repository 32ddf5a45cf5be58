package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

const defaultListen = "127.0.0.1:8010"

// serveOptions are the options of serve.
type serveOptions struct {
	io       *IO
	database databaseOptions
	listen   string
	envFile  string
	quiet    bool
}

func newServeCommand(io *IO) *cobra.Command {
	o := &serveOptions{io: io}
	cmd := &cobra.Command{
		Use:   "serve [flags]",
		Short: "Run a local Data API over a real PostgreSQL",
		Long: `Run a local Data API over a real PostgreSQL, for any AWS SDK in any language,
until Ctrl-C or SIGTERM. The PostgreSQL is a private one, found on this machine
or fetched once; its data is gone at the end unless --data names a folder.

The address has to be one of this machine's loopback: signatures are not
verified yet, so everybody who reaches it can run SQL.

--env-file writes the variables once the server is ready, as NAME=value, which
"docker run --env-file FILE" reads and so does a shell with "set -a; . FILE".
An earlier server's file is deleted at the start; at the end the file stays.

` + exitHelp(),
		Example: `  auroradataapi serve
  auroradataapi serve --listen 127.0.0.1:0 --env-file local.env
  auroradataapi serve --data ./pgdata
  auroradataapi serve --postgres-url postgres://app:secret@localhost:5432/app

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
	flags.SortFlags = false
	flags.StringVar(&o.listen, "listen", defaultListen, "listen on this loopback `ADDRESS`; port 0 is any")
	flags.StringVar(&o.envFile, "env-file", "", "write the variables to this `FILE`")
	flags.StringVar(&o.database.dataDir, flagData, "", "keep the data in `DIR`")
	o.database.addFlags(flags)
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing but errors")
	return cmd
}

func (o *serveOptions) run(ctx context.Context) (err error) {
	if o.envFile != "" {
		if err := clearEnvFile(o.envFile); err != nil {
			return err
		}
	}
	local, err := startLocal(ctx, localOptions{
		database: o.database,
		listen:   o.listen,
		getenv:   o.io.Getenv,
		notice:   func(text string) { o.say("%s", text) },
	})
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
	case database := <-anyGone(local.db):
		return database.lost()
	}
}

// announce prints what a program needs to use the server.
func (o *serveOptions) announce(l *local) error {
	o.say("%s", l.db.description)
	o.say("the Data API is ready at %s; Ctrl-C stops it", l.endpoint)
	if o.quiet {
		return nil
	}
	var b strings.Builder
	for _, v := range l.environment() {
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
