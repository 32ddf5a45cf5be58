// Package cli is the command auroradataapi, one file a subcommand. Each has the
// same three parts: a struct of its options, a constructor that declares its
// flags, and a run method that gets a context. What a command may touch of the
// outside is in IO.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// IO is the world outside, as the commands see it.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
	// Terminal says that Out is a terminal, of Width cells.
	Terminal bool
	Width    int
	// ErrWidth is the width of Err in cells, zero if it is not a terminal.
	ErrWidth int
	// Getenv returns a variable of the environment. The driver and the AWS SDK
	// read the process's own.
	Getenv func(string) string
}

// Main runs the command with the process's own input and output and returns
// its exit code. Ctrl-C and SIGTERM end the context of what is running; the
// second one ends the process.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	// Asked for, SIGPIPE does not end the process: a closed output is then an
	// error of a write, and what was started is stopped on the way out.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)
	return Run(ctx, systemIO(), args)
}

func systemIO() *IO {
	s := &IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
	s.Width, s.Terminal = terminalWidth(os.Stdout)
	s.ErrWidth, _ = terminalWidth(os.Stderr)
	return s
}

func terminalWidth(f *os.File) (width int, terminal bool) {
	if !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, true
	}
	return width, true
}

// Run runs the command and returns its exit code.
func Run(ctx context.Context, io *IO, args []string) int {
	root := newRootCommand(io)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return int(exitOK)
	}
	code := exitCode(err)
	if !code.quiet() {
		printError(io, err)
	}
	if code == exitUsage {
		printHelpHint(io, root, args)
	}
	return int(code)
}

func newRootCommand(io *IO) *cobra.Command {
	var printVersion bool
	root := &cobra.Command{
		Use:   "auroradataapi",
		Short: "SQL on Aurora through the RDS Data API, and a local Data API to develop against",
		Long: `Run SQL on Aurora through the RDS Data API, and run a local Data API over a real
PostgreSQL to develop and test against.

` + exitHelp(),
		Example: `  # A private PostgreSQL, for as long as the statement runs
  auroradataapi exec --local "select version()"

  # The cluster that AURORA_CLUSTER_ARN and AURORA_SECRET_ARN name
  auroradataapi exec "select now()"

  # A local Data API, for programs that use any AWS SDK
  auroradataapi serve`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if printVersion {
				return started((&versionOptions{io}).run(cmd.Context()))
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&printVersion, "version", false, "print the version")
	root.SetIn(io.In)
	root.SetOut(io.Out)
	root.SetErr(io.Err)
	root.AddCommand(newExecCommand(io), newServeCommand(io), newVersionCommand(io))
	return root
}

// started marks what a command's run returned, so that every other error is
// known to be one of usage.
func started(err error) error {
	if err == nil {
		return nil
	}
	return &runError{err}
}

type runError struct{ err error }

func (e *runError) Error() string { return e.err.Error() }
func (e *runError) Unwrap() error { return e.err }

func isUsage(err error) bool {
	var run *runError
	var usage *usageError
	return !errors.As(err, &run) || errors.As(err, &usage)
}
