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

// envFileMark is the first line of an environment file, by which one is known
// to be ours. Both the shell and docker take it for a comment.
const envFileMark = "# Written by auroradataapi serve.\n"

// clearEnvFile deletes an earlier server's file, so that while there is a file
// it describes one that is ready. Any other file stays, and is an error.
func clearEnvFile(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return usagef("--env-file: %v", err)
	}
	if !bytes.HasPrefix(text, []byte(envFileMark)) {
		return usagef("--env-file %s: the file is there and was not written by serve; name another, or delete it", path)
	}
	return os.Remove(path)
}

// writeEnvFile writes the variables in the form that docker's --env-file and a
// shell both read. The file appears at once and complete, for its owner only.
func writeEnvFile(path string, env []variable) (err error) {
	var b strings.Builder
	b.WriteString(envFileMark)
	for _, v := range env {
		if strings.ContainsFunc(v.value, needsQuotes) {
			return fmt.Errorf("--env-file: the value of %s, %q, would need quotes, which docker does not take off; rename it, or leave out --env-file", v.name, v.value)
		}
		fmt.Fprintf(&b, "%s=%s\n", v.name, v.value)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".env-*") // for its owner only
	if err != nil {
		return fmt.Errorf("--env-file: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
			err = fmt.Errorf("--env-file: %w", err)
		}
	}()
	_, err = f.WriteString(b.String())
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
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
