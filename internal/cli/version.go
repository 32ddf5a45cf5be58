package cli

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

type versionOptions struct{ io *IO }

func newVersionCommand(io *IO) *cobra.Command {
	o := &versionOptions{io: io}
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  auroradataapi version",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return started(o.run(cmd.Context())) },
	}
}

func (o *versionOptions) run(context.Context) error {
	_, err := fmt.Fprintf(o.io.Out, "auroradataapi %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return outputError(err)
}

// version returns the version that the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
