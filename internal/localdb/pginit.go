package localdb

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// postgresServer is a PostgreSQL that was found.
type postgresServer struct{ binaries }

func (s postgresServer) initdb() string { return filepath.Join(s.dir, "initdb") }

// layout stands for what initdb is told.
func (s postgresServer) layout() string { return "1" }

// create runs initdb, with the best locale that this server and machine have.
func (s postgresServer) create(ctx context.Context, acct account, dir string) error {
	var first error
	for _, locale := range locales(s.major) {
		if err := acct.mkdir(dir); err != nil {
			return err
		}
		args := append([]string{
			"-D", dir, "-U", superuser, "-E", "UTF8", "--auth-local=trust", "--auth-host=scram-sha-256",
			"-T", "english", "--wal-segsize=1", "--no-sync",
		}, locale...)
		_, err := runTool(ctx, acct, s.initdb(), args...)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if first == nil {
			first = err
		}
		if err := removeAll(dir); err != nil {
			return err
		}
		if !strings.Contains(err.Error(), "locale") && !strings.Contains(err.Error(), "ICU") {
			break // another locale would not help
		}
	}
	return fmt.Errorf("initdb (%s): %w", s, first)
}

// locales lists what to tell initdb, best first. Aurora sorts as en_US.UTF-8
// does; ICU sorts like it on every machine, while few containers have that
// locale.
func locales(major int) [][]string {
	libc := [][]string{
		{"--locale=C", "--lc-collate=en_US.UTF-8", "--lc-ctype=en_US.UTF-8"},
		{"--locale=C", "--lc-ctype=C.UTF-8"},
		{"--locale=C"},
	}
	if major < 15 {
		return libc
	}
	const icu, lang = "--locale-provider=icu", "--icu-locale=en-US"
	return append([][]string{
		{icu, lang, "--locale=C", "--lc-ctype=C.UTF-8"},
		{icu, lang, "--locale=C"},
	}, libc...)
}
