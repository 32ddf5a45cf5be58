package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownMark is the first line of a file that serve writes, by which one is known
// to be ours. Shells, docker and readers of certificates pass over it.
const ownMark = "# Written by auroradataapi serve.\n"

// clearOwnFile deletes an earlier server's file, so that while there is a file
// it describes one that is ready. Any other file stays, and is an error.
func clearOwnFile(path, flag string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return usagef("%s: %v", flag, err)
	}
	if !bytes.HasPrefix(text, []byte(ownMark)) {
		return usagef("%s %s: the file is there and was not written by serve; name another, or delete it", flag, path)
	}
	return os.Remove(path)
}

// writeOwnFile writes a file, which appears at once and complete.
func writeOwnFile(path, flag string, text []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".serve-*") // for its owner only
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("%s: %w", flag, err)
		}
	}()
	_, err = f.Write(append([]byte(ownMark), text...))
	if err = errors.Join(err, f.Chmod(mode), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
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
