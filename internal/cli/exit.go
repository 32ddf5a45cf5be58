package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// code is an exit code.
type code int

const (
	exitOK          code = 0
	exitFailed      code = 1
	exitUsage       code = 2
	exitUnreachable code = 3
	exitNoDatabase  code = 4
	exitInterrupted code = 130
	exitClosed      code = 141
)

// exitCodes is the table of exit codes, as --help shows it.
var exitCodes = []struct {
	code    code
	meaning string
}{
	{exitOK, "done"},
	{exitFailed, "a statement failed, in the database or in the Data API"},
	{exitUsage, "wrong usage"},
	{exitUnreachable, "no way to the database: configuration, credentials, permissions or connection"},
	{exitNoDatabase, "the local database is not available"},
	{exitInterrupted, "interrupted by Ctrl-C or SIGTERM; serve ends by them with 0"},
	{exitClosed, "the reader of the output went away"},
}

func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "  %3d  %s\n", e.code, e.meaning)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// quiet reports whether nothing is said about the code.
func (c code) quiet() bool { return c == exitClosed }

// exitError gives an error an exit code.
type exitError struct {
	code code
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// interrupted is a context that was ended from outside.
type interrupted struct{}

func (interrupted) Error() string { return "interrupted" }
func (interrupted) Unwrap() error { return context.Canceled }

// usageError is what is wrong with the arguments.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// exitCode returns the code for an error.
func exitCode(err error) code {
	var exit *exitError
	var answer *auroradataapi.Error
	switch {
	case isUsage(err):
		return exitUsage
	case errors.Is(err, errOutput) && errors.Is(err, syscall.EPIPE):
		return exitClosed
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &answer) && unreachable(answer):
		return exitUnreachable
	default:
		return exitFailed
	}
}

// noWay lists the service's errors that are about the way to the database and
// not about the statement.
var noWay = []wire.Code{
	wire.CodeAccessDenied, wire.CodeForbidden, wire.CodeHTTPEndpointNotEnabled,
	wire.CodeInvalidSecret, wire.CodeSecretsError, wire.CodeNotFound, wire.CodeDatabaseNotFound,
	wire.CodeDatabaseResuming, wire.CodeDatabaseUnavailable, wire.CodeServiceUnavailable,
	wire.CodeThrottling, wire.CodeInvalidResourceState, wire.CodeUnrecognizedClient,
	wire.CodeInvalidSignature, wire.CodeExpiredToken, wire.CodeMissingAuthentication,
}

// unreachable reports whether the statement never got to the database: no
// answer came, the service stood in the way, or the database refused to let
// the user in.
func unreachable(e *auroradataapi.Error) bool {
	if e.Code != "" {
		class := e.Code[:min(2, len(e.Code))]
		return class == "08" || class == "28" || e.Code == sqlstateNoDatabase
	}
	return e.Type == "" || slices.Contains(noWay, wire.Code(e.Type))
}

// sqlstateNoDatabase is invalid_catalog_name.
const sqlstateNoDatabase = "3D000"
