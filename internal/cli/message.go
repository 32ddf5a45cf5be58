package cli

// Rules of what is printed, kept by this file, the only one that prints
// messages:
//
//   - Results go to stdout, and nothing else does. Messages go to stderr.
//   - Every message begins with "auroradataapi: ", so that it can be told from
//     what other programs of a pipeline say. Lines that belong to it follow.
//   - An error says what happened, where, and what to try.
//   - Nothing that came from a database, a file or the network reaches a
//     terminal as it is: what could act on it is shown escaped.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/cli/output"
)

const prefix = "auroradataapi: "

// notice prints a message.
func notice(io *IO, format string, args ...any) {
	fmt.Fprintln(io.Err, prefix+printableLines(fmt.Sprintf(format, args...)))
}

// printError prints an error, for a statement that failed with the place in it.
func printError(io *IO, err error) {
	var where, rest string
	var failed *statementError
	if errors.As(err, &failed) {
		where = failed.where
		rest = snippet(failed, io.ErrWidth)
		err = failed.err
	}
	text := strings.TrimPrefix(err.Error(), prefix)
	var e *auroradataapi.Error
	if errors.As(err, &e) {
		rest += labelled("DETAIL", e.Detail) + labelled("HINT", e.Hint)
	}
	rest += labelled("TRY", advice(err))
	fmt.Fprintln(io.Err, prefix+where+printableLines(text))
	fmt.Fprint(io.Err, rest)
}

// labelled returns a line that belongs to an error, if there is any text.
func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + ": " + printableLines(text) + "\n"
}

// printHelpHint says where to read about the command that was used wrongly.
func printHelpHint(io *IO, root *cobra.Command, args []string) {
	cmd, _, err := root.Find(args)
	if err != nil {
		cmd = root
	}
	fmt.Fprintf(io.Err, "TRY: %s --help\n", cmd.CommandPath())
}

// printableLines makes each line of a text printable.
func printableLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = output.Printable(line)
	}
	return strings.Join(lines, "\n")
}

// advice returns what to try after an error, if there is something to say.
func advice(err error) string {
	var e *auroradataapi.Error
	if !errors.As(err, &e) {
		return ""
	}
	for _, a := range advices {
		if e.Code != "" && e.Code == a.code || e.Code == "" && slices.Contains(a.types, e.Type) &&
			strings.Contains(e.Message, a.text) {
			return a.try
		}
	}
	return ""
}
