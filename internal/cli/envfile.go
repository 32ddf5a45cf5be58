package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownMark is the first line of a file that serve writes, by which one is known
// to be ours. Shells, docker and readers of certificates pass over it.
const ownMark = "# Written by auroradataapi serve.\n"

// checkOwnFile finds out whether a file can be written, before anything is
// started: in a folder that takes one, where there is none yet or an earlier
// server's. Any other file stays, and is an error.
func checkOwnFile(path, flag string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return usagef("%v", ownFileError(path, flag, err))
	case !info.Mode().IsRegular():
		return usagef("%s %s: is there and is no file; name another", flag, path)
	default:
		own, err := isOwnFile(path)
		if err != nil {
			return usagef("%v", ownFileError(path, flag, err))
		}
		if !own {
			return usagef("%s %s: the file is there and was not written by serve; name another, or delete it", flag, path)
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ownTemp)
	if err != nil {
		return usagef("%v; its folder has to exist and to be yours to write in", ownFileError(path, flag, err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// isOwnFile reports whether serve wrote a file.
func isOwnFile(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(len(ownMark))))
	return string(text) == ownMark, err
}

// clearOwnFile deletes an earlier server's file, so that while there is a file
// it describes one that is ready.
func clearOwnFile(path, flag string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return ownFileError(path, flag, err)
	}
	return nil
}

// ownTemp is the pattern for what becomes such a file.
const ownTemp = ".serve-*"

// writeOwnFile writes a file, which appears at once and complete.
func writeOwnFile(path, flag string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ownTemp) // for its owner only
	if err != nil {
		return ownFileError(path, flag, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = ownFileError(path, flag, err)
		}
	}()
	_, err = f.Write(append([]byte(ownMark), text...))
	if err = errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// ownFileError names the file that was asked for and not the one that becomes
// it.
func ownFileError(path, flag string, err error) error {
	var op *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &op):
		err = op.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("%s %s: %w", flag, path, err)
}

const flagEnvFile = "env-file"

// writeEnvFile writes the variables in the form that docker's --env-file and a
// shell both read, for its owner only.
func writeEnvFile(path string, env []variable) error {
	var b strings.Builder
	for _, v := range env {
		if strings.ContainsFunc(v.value, needsQuotes) {
			value := fmt.Sprintf("%q", v.value)
			if v.secret {
				value = "which is not shown here"
			}
			return fmt.Errorf("--%s: the value of %s, %s, would need quotes, which docker does not take off; choose another, or leave out --%s", flagEnvFile, v.name, value, flagEnvFile)
		}
		fmt.Fprintf(&b, "%s=%s\n", v.name, v.value)
	}
	return writeOwnFile(path, "--"+flagEnvFile, []byte(b.String()), 0o600)
}

// needsQuotes reports whether a shell would not take a character as it is.
func needsQuotes(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	default:
		return !strings.ContainsRune("-._/:@%+,", r)
	}
}
