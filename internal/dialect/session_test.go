package dialect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheckSession(t *testing.T) {
	const (
		setting  = "what it sets would be gone"
		temp     = "nobody would find the table again"
		prepared = "what it prepares would be gone"
		lock     = "its lock would stay"
		listen   = "no notification comes"
		hold     = "nobody would find the cursor"
		schema   = "the schema would be another one"
		last     = "about a call of somebody else's"
	)
	tests := []struct {
		dialect   *Dialect
		want, sql string // want is empty for what is let by
	}{
		{PostgreSQL, setting, "SET search_path TO x"},
		{PostgreSQL, setting, "/* so */ set Search_Path = 'a', public;"},
		{PostgreSQL, setting, "SET SESSION statement_timeout = 1000"},
		{PostgreSQL, setting, "SET LOCAL search_path TO x"},
		{PostgreSQL, setting, "SET app.tenant = '1'"},
		{PostgreSQL, setting, "SET TIME ZONE 'Europe/Berlin'"},
		{PostgreSQL, setting, "SET timezone = 'Europe/Berlin'"},
		{PostgreSQL, setting, "SET ROLE x"},
		{PostgreSQL, setting, "SET SESSION AUTHORIZATION x"},
		{PostgreSQL, setting, "SET TRANSACTION READ ONLY"},
		{PostgreSQL, setting, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"},
		{PostgreSQL, setting, "SET CONSTRAINTS ALL DEFERRED"},
		{PostgreSQL, setting, "SET DateStyle = German"},
		{PostgreSQL, setting, "SET"},
		{PostgreSQL, "", "SET statement_timeout = 0"},
		{PostgreSQL, "", "SET lock_timeout TO '0'"},
		{PostgreSQL, "", "SET client_encoding = 'UTF8'"},
		{PostgreSQL, "", "SET NAMES 'utf8'"},
		{PostgreSQL, "", "SET standard_conforming_strings = on"},
		{PostgreSQL, "", "SET default_tablespace = ''"},
		{PostgreSQL, "", "SET TIME ZONE 'UTC'"},
		{PostgreSQL, "", "SET TIME ZONE DEFAULT"},
		{PostgreSQL, "", "SET search_path TO DEFAULT"},
		{PostgreSQL, "", "SET DateStyle TO ISO, DMY"},
		{PostgreSQL, "", "RESET search_path"},
		{PostgreSQL, "", "UPDATE t SET search_path = 'x'"},
		{PostgreSQL, "", "SELECT set_config('app.user', $1, true)"},
		{PostgreSQL, temp, "CREATE TEMP TABLE t (n int)"},
		{PostgreSQL, temp, "CREATE OR REPLACE TEMPORARY VIEW t AS SELECT 1"},
		{PostgreSQL, temp, "create local temporary sequence t"},
		{PostgreSQL, "", "CREATE TABLE temp (n int)"},
		{PostgreSQL, "", "CREATE TABLE t (temp int)"},
		{PostgreSQL, prepared, "PREPARE p AS SELECT 1"},
		{PostgreSQL, listen, "LISTEN c"},
		{PostgreSQL, "", "NOTIFY c"},
		{PostgreSQL, "", "UNLISTEN *"},
		{PostgreSQL, hold, "DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT 1"},
		{PostgreSQL, "", "DECLARE c CURSOR FOR SELECT hold FROM t"},
		{PostgreSQL, lock, "SELECT pg_advisory_lock(1)"},
		{PostgreSQL, lock, "SELECT pg_catalog.pg_try_advisory_lock_shared($1)"},
		{PostgreSQL, "", "SELECT pg_try_advisory_xact_lock(1)"},
		{PostgreSQL, "", "SELECT pg_advisory_unlock(1)"},
		{PostgreSQL, "", "SELECT 'pg_advisory_lock(1)'"},
		{PostgreSQL, "", "SELECT get_lock()"},
		{PostgreSQL, "", "SELECT 1 AS pg_advisory_lock"},
		{PostgreSQL, "", "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC SELECT pg_advisory_lock(1); END"},
		{PostgreSQL, lock, "INSERT INTO t SELECT 1 FROM pg_advisory_lock(1)"},
		{PostgreSQL, last, "SELECT lastval()"},
		{PostgreSQL, last, "SELECT currval(pg_get_serial_sequence('t', 'id'))::text"},
		{PostgreSQL, last, "SELECT CAST(lastval() AS int)"},
		{PostgreSQL, "", "SELECT nextval('s'), currval('s')"},
		{PostgreSQL, "", "SELECT make_order(), currval('s')"},
		{PostgreSQL, "", "INSERT INTO t (parent) VALUES (currval('s'))"},
		{PostgreSQL, "", "SELECT lastval FROM t"},
		{PostgreSQL, "", "USE x"}, // which is no statement
		{PostgreSQL, "", ""},

		{MySQL, setting, "SET sql_mode = ''"},
		{MySQL, setting, "SET @a = 1"},
		{MySQL, setting, "SET @`a` := 1"},
		{MySQL, setting, "SET @@session.sql_mode = ''"},
		{MySQL, setting, "SET @@sql_mode = ''"},
		{MySQL, setting, "SET SESSION time_zone = '+02:00'"},
		{MySQL, setting, "SET GLOBAL max_connections = 10, SESSION sql_mode = ''"},
		{MySQL, setting, "SET @@global.max_connections = 10, sql_mode = ''"},
		{MySQL, setting, "SET TRANSACTION READ ONLY"},
		{MySQL, setting, "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE"},
		{MySQL, setting, "SET ROLE x"},
		{MySQL, setting, "SET foreign_key_checks = 0"},
		{MySQL, setting, "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='' */"},
		{MySQL, "", "SET foreign_key_checks = 1"},
		{MySQL, "", "SET NAMES utf8mb4"},
		{MySQL, "", "/*!40101 SET NAMES utf8mb4 */"},
		{MySQL, "", "SET GLOBAL max_connections = 10, sort_buffer_size = (1 + (2))"},
		{MySQL, "", "SET GLOBAL TRANSACTION READ ONLY"},
		{MySQL, "", "SET @@global.max_connections = 10, @@persist.x = 1"},
		{MySQL, "", "SET PASSWORD = 'x'"},
		{MySQL, "", "SET time_zone = '+00:00', unique_checks = 0"},
		{MySQL, temp, "CREATE TEMPORARY TABLE t (n int)"},
		{MySQL, prepared, "PREPARE p FROM 'SELECT 1'"},
		{MySQL, lock, "SELECT GET_LOCK('x', 10)"},
		{MySQL, "", "SELECT RELEASE_LOCK('x')"},
		{MySQL, lock, "DO GET_LOCK('x', 10)"},
		{MySQL, "", "CREATE PROCEDURE p() BEGIN SELECT GET_LOCK('x', 10); END"},
		{MySQL, "", "SELECT 1 AS get_lock"},
		{MySQL, last, "SELECT LAST_INSERT_ID()"},
		{MySQL, last, "select found_rows()"},
		{MySQL, "", "UPDATE t SET n = LAST_INSERT_ID(n + 1)"},
		{MySQL, schema, "USE shop"},
		{MySQL, "", "INSERT INTO t SET n = 1"},
	}
	for _, tt := range tests {
		switch err := tt.dialect.Parse(tt.sql).CheckSession(); {
		case err == nil && tt.want != "":
			t.Errorf("%s: %q is let by", tt.dialect, tt.sql)
		case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: %q: %v, want %q", tt.dialect, tt.sql, err, tt.want)
		}
	}
}

func TestSetLocal(t *testing.T) {
	sql, params, err := PostgreSQL.SetLocal([]Setting{{"role", "r"}, {"search_path", `a, "B"`}, {"app.tenant", "it's"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "SELECT pg_catalog.set_config('app.tenant', :v1, true), pg_catalog.set_config('search_path', :v2, true), pg_catalog.set_config('role', :v3, true)"
	if sql != want {
		t.Errorf("got  %s\nwant %s", sql, want)
	}
	var got []string
	for _, p := range params {
		got = append(got, p.Name+"="+p.Value.Str())
	}
	if diff := cmp.Diff([]string{"v1=it's", `v2=a, "B"`, "v3=r"}, got); diff != "" {
		t.Error(diff)
	}
	if sql, params, err := MySQL.SetLocal(nil); sql != "" || params != nil || err != nil {
		t.Errorf("without settings: %q, %v, %v", sql, params, err)
	}
}

func TestSettingsRefused(t *testing.T) {
	tests := []struct {
		dialect           *Dialect
		name, value, want string
	}{
		{MySQL, "sql_mode", "ANSI", "cannot be had on mysql"},
		{MySQL, "time_zone", "+02:00", "instants are sent and read in UTC"},
		{PostgreSQL, "a b", "x", "is not the name of a setting"},
		{PostgreSQL, "a'); DROP TABLE t; --", "x", "is not the name of a setting"},
		{PostgreSQL, "1a", "x", "is not the name of a setting"},
		{PostgreSQL, "app.", "x", "an empty part"},
		{PostgreSQL, "", "x", "an empty part"},
		{PostgreSQL, "größe", "x", "is not the name of a setting"},
		{PostgreSQL, "TimeZone", "UTC", "not in lower case"},
		{PostgreSQL, "search_path", "", `an empty search_path is written ""`},
		{PostgreSQL, "search_path", "a\x00", "not a text"},
		{PostgreSQL, "search_path", "a\xff", "not a text"},
		{PostgreSQL, "transaction_isolation", "serializable", "give them to BeginTx"},
		{PostgreSQL, "default_transaction_read_only", "on", "ALTER ROLE"},
		{PostgreSQL, "role", "arn:aws:iam::123456789012:role/x", "role_arn"},
		{PostgreSQL, "timezone", "Europe/Berlin", "it has to be UTC"},
		{PostgreSQL, "client_encoding", "LATIN1", "it has to be UTF8"},
		{PostgreSQL, "datestyle", "German", "it has to be ISO"},
	}
	for _, tt := range tests {
		_, _, err := tt.dialect.SetLocal([]Setting{{tt.name, tt.value}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %q = %q: %v, want an error with %q", tt.dialect, tt.name, tt.value, err, tt.want)
		}
	}
	if _, _, err := PostgreSQL.SetLocal([]Setting{{"timezone", "utc"}, {"transaction_timeout", "1s"}, {"datestyle", "iso, dmy"}}); err != nil {
		t.Error(err)
	}
}

// FuzzCheckSession: what stands around a statement and says nothing does not change
// what is found in it.
func FuzzCheckSession(f *testing.F) {
	for _, sql := range []string{"SET search_path TO x", "SET @@global.a = 1, b := (2, 3)", "CREATE TEMP TABLE t ()",
		"SELECT pg_advisory_lock(1)", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "SET TIME ZONE", "SET `", "SET ,=,", "USE x"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		for _, d := range []*Dialect{PostgreSQL, MySQL} {
			alone := d.Parse(sql).sessionUse()
			if around := d.Parse("/* c */\n" + sql).sessionUse(); around != alone {
				t.Fatalf("%s: %q: %d, and behind a comment %d", d, sql, alone, around)
			}
			if err := d.Parse(sql).CheckSession(); (err != nil) != (alone != usesNothing) {
				t.Fatalf("%s: %q: %d and %v", d, sql, alone, err)
			}
		}
	})
}

// FuzzSetLocal: a setting that is taken is one call of set_config with its value in
// a parameter, whatever its name and value are.
func FuzzSetLocal(f *testing.F) {
	f.Add("search_path", "a, b")
	f.Add("app.tenant", "it's :v2 $1")
	f.Add("a'--", "x")
	f.Add("A$b", "x")
	f.Fuzz(func(t *testing.T, name, value string) {
		key, err := SettingName(name)
		if err != nil {
			return
		}
		if again, err := SettingName(key); err != nil || again != key {
			t.Fatalf("%q is %q, which is %q, %v", name, key, again, err)
		}
		sql, params, err := PostgreSQL.SetLocal([]Setting{{key, value}})
		if err != nil {
			return
		}
		e, err := PostgreSQL.FromService(sql)
		if err != nil || len(e.Names) != 1 || len(params) != 1 || e.Names[0] != params[0].Name || params[0].Value.Str() != value {
			t.Fatalf("%q = %q: %s with %v, %v", key, value, sql, params, err)
		}
		if calls := PostgreSQL.Parse(sql).Calls(); len(calls) != 1 || calls[0] != "set_config" {
			t.Fatalf("%q: %s calls %q", key, sql, calls)
		}
	})
}
