package dialect

import (
	"fmt"
	"slices"
	"strings"
)

// sessionUse is what a statement leaves in its session, or looks for there, and
// nothing but that. Outside of a transaction it is lost with the session (F0060).
type sessionUse uint8

const (
	usesNothing  sessionUse = iota
	usesSetting             // SET
	usesTemp                // CREATE TEMPORARY TABLE
	usesPrepared            // PREPARE
	usesLock                // pg_advisory_lock, GET_LOCK
	usesListen              // LISTEN
	usesHold                // DECLARE … CURSOR WITH HOLD
	usesSchema              // USE, of MySQL
	usesLast                // lastval, LAST_INSERT_ID
)

var sessionReasons = [...]string{
	usesSetting:  "what it sets would be gone with the call; run it in a transaction, or have it in every call: by set.NAME in the data source name on PostgreSQL, in the cluster's parameter group on MySQL",
	usesTemp:     "nobody would find the table again, and it would stay in a session that others get; create it in a transaction, or not as a temporary one",
	usesPrepared: "what it prepares would be gone with the call; run the statement with arguments, there is nothing to gain by preparing it",
	usesLock:     "its lock would stay in a session that others get, where nobody can release it; take pg_advisory_xact_lock on PostgreSQL, or the lock of a row, in a transaction, or a lease of package lease",
	usesListen:   "no notification comes through the Data API; look for what has changed in a table",
	usesHold:     "nobody would find the cursor again; run the query itself, a result may be of any size",
	usesLast:     "the answer would be about a call of somebody else's, or none; have the statement return what it generates: by RETURNING on PostgreSQL, as LastInsertId and RowsAffected of the result on MySQL",
	usesSchema:   "the schema would be another one in the next call; give it as the database in the data source name, or in front of the table",
}

// CheckSession returns an error if the statement would do nothing outside of a
// transaction but leave something behind in a session that its caller does not
// meet again, or ask for what was left there. What cannot matter, as the encoding of texts, is let by. What
// functions do is not seen, those of sessionFunctions apart.
func (s *Statement) CheckSession() error {
	use := s.sessionUse()
	if use == usesNothing {
		return nil
	}
	return fmt.Errorf("the statement %.40q is not sent: outside of a transaction each call may meet another session, and %s; session_statements=send in the data source name sends it all the same", s.sql, sessionReasons[use])
}

func (s *Statement) sessionUse() sessionUse {
	if s.session != usesNothing {
		if use := s.functionUse(); use != usesNothing {
			return use
		}
	}
	const head = 12 // tokens in which a statement says what it is
	words := s.words(1)
	if len(words) == 0 {
		return usesNothing
	}
	postgres := s.dialect == PostgreSQL
	switch first := words[0]; {
	case first == "set" && postgres:
		return settingUse(!harmlessSet(s.words(-1)))
	case first == "set":
		return settingUse(!harmlessSetMySQL(s.words(-1)))
	case first == "create":
		words = s.words(head)
		if i := slices.IndexFunc(words, func(w string) bool { return w == "temp" || w == "temporary" }); i > 0 && i <= 4 && temporary(words[1:i]) {
			return usesTemp
		}
	case first == "prepare":
		return usesPrepared
	case first == "listen" && postgres:
		return usesListen
	case first == "declare" && postgres:
		words = s.words(head)
		if i := slices.Index(words, "hold"); i > 0 && words[i-1] == "with" {
			return usesHold
		}
	case first == "use" && !postgres:
		return usesSchema
	}
	return usesNothing
}

// temporary says whether CREATE and these words may stand before TEMPORARY.
func temporary(words []string) bool {
	for _, w := range words {
		if !slices.Contains([]string{"or", "replace", "global", "local"}, w) {
			return false
		}
	}
	return true
}

func settingUse(matters bool) sessionUse {
	if matters {
		return usesSetting
	}
	return usesNothing
}

// words returns the first n tokens of the statement, all of them for -1: words in
// lower case, names and strings without their quotes.
func (s *Statement) words(n int) []string {
	var words []string
	l := s.dialect.newLexer(s.sql)
	for t := l.next(); t.kind != tokEOF && len(words) != n; t = l.next() {
		text := l.text(t)
		switch {
		case !t.significant(), t.kind == tokOpenHint, t.kind == tokCloseHint:
			continue
		case t.kind == tokPunct && text == ";" && len(words) > 0:
			return words
		case t.kind == tokPunct && text == ";":
			continue
		case t.kind == tokIdent, t.kind == tokString:
			text = strings.Trim(text, "`\"'")
		}
		words = append(words, strings.ToLower(text))
	}
	return words
}

// harmless are settings that may be set to some values, or to any if there are
// none, without a difference to whoever has it done: they are so already, or have
// no say in what comes through the Data API. The scripts of pg_dump begin with
// them.
var harmless = map[string][]string{
	"application_name":                    nil,
	"bytea_output":                        nil,
	"check_function_bodies":               nil,
	"client_encoding":                     nil,
	"client_min_messages":                 nil,
	"datestyle":                           {"iso"},
	"default_table_access_method":         {"heap"},
	"default_tablespace":                  {""},
	"default_with_oids":                   {"false"},
	"escape_string_warning":               nil,
	"extra_float_digits":                  nil,
	"idle_in_transaction_session_timeout": {"0"},
	"idle_session_timeout":                {"0"},
	"intervalstyle":                       {"postgres"},
	"lock_timeout":                        {"0"},
	"row_security":                        nil,
	"standard_conforming_strings":         {"on"},
	"statement_timeout":                   {"0"},
	"synchronize_seqscans":                nil,
	"timezone":                            {"utc", "gmt"},
	"transaction_timeout":                 {"0"},
	"xmloption":                           {"content"},
}

// harmlessSet says whether a SET of PostgreSQL may be lost.
func harmlessSet(words []string) bool {
	words = words[1:]
	if len(words) > 0 && words[0] == "session" {
		words = words[1:]
	}
	switch {
	case len(words) > 2 && words[0] == "time" && words[1] == "zone":
		words = append([]string{"timezone", "="}, words[2:]...)
	case len(words) > 0 && words[0] == "names":
		return true
	}
	if len(words) < 3 || words[1] != "=" && words[1] != "to" {
		return false
	}
	return mayBe(harmless, words[0], words[2])
}

func mayBe(table map[string][]string, name, value string) bool {
	if value == "default" {
		return true
	}
	values, ok := table[name]
	return ok && (values == nil || slices.Contains(values, value))
}

// harmlessMySQL is what harmless is for PostgreSQL.
var harmlessMySQL = map[string][]string{
	"character_set_client":     nil,
	"character_set_connection": nil,
	"character_set_results":    nil,
	"collation_connection":     nil,
	"foreign_key_checks":       {"1", "on"},
	"interactive_timeout":      nil,
	"net_read_timeout":         nil,
	"net_write_timeout":        nil,
	"sql_notes":                nil,
	"sql_quote_show_create":    {"1", "on"},
	"time_zone":                {"+00:00"},
	"unique_checks":            nil,
	"wait_timeout":             nil,
}

// harmlessSetMySQL says whether a SET of MySQL may be lost, or stays: that of
// global variables, passwords and default roles does.
func harmlessSetMySQL(words []string) bool {
	words = words[1:]
	if len(words) > 0 && slices.Contains([]string{"names", "character", "charset", "password", "default", "statement"}, words[0]) {
		return true
	}
	global := false // holds on for the assignments behind
	for len(words) > 0 {
		end := assignmentEnd(words)
		at := slices.IndexFunc(words[:end], func(w string) bool { return w == "=" || w == ":=" })
		target, value := words[:end], ""
		if at >= 0 && at+1 < end {
			target, value = words[:at], words[at+1]
		}
		scope, name, ats := "", "", 0
		for _, w := range target {
			switch {
			case w == "@":
				ats++
			case w == "@@":
				ats += 2
			case w == ".":
			case scope == "":
				scope, name = w, w
			default:
				name = w
			}
		}
		switch scope {
		case "global", "persist", "persist_only":
			global = global || ats == 0
		case "session", "local":
			global, scope = false, ""
		default:
			scope = ""
		}
		stays := scope != "" || global && ats == 0
		if ats == 1 || !stays && !mayBe(harmlessMySQL, name, value) { // @name is a variable of the user's
			return false
		}
		words = words[min(end+1, len(words)):]
	}
	return true
}

// assignmentEnd returns where the first assignment of a SET ends.
func assignmentEnd(words []string) int {
	depth := 0
	for i, w := range words {
		switch w {
		case "(":
			depth++
		case ")":
			depth--
		case ",":
			if depth == 0 {
				return i
			}
		}
	}
	return len(words)
}

// sessionFunction returns what the function of that name does to its session, or
// wants of it.
func sessionFunction(postgres bool, word string) sessionUse {
	if len(word) < 7 || len(word) > 27 {
		return usesNothing
	}
	switch word[0] | 0x20 {
	case 'p', 'l', 'c', 'g', 'f', 'r':
	default:
		return usesNothing
	}
	for _, f := range sessionFunctions {
		if f.postgres == postgres && strings.EqualFold(word, f.name) {
			return f.use
		}
	}
	return usesNothing
}

var sessionFunctions = [...]struct {
	postgres bool
	name     string
	use      sessionUse
}{
	{true, "pg_advisory_lock", usesLock},
	{true, "pg_advisory_lock_shared", usesLock},
	{true, "pg_try_advisory_lock", usesLock},
	{true, "pg_try_advisory_lock_shared", usesLock},
	{true, "lastval", usesLast},
	{true, "currval", usesLast},
	{false, "get_lock", usesLock},
	{false, "last_insert_id", usesLast},
	{false, "found_rows", usesLast},
	{false, "row_count", usesLast},
}

// functionUse confirms what a function seemed to do. What a definition holds is not
// called, and what has been generated may be asked for by the very statement that
// generates it, in a function that it calls perhaps.
func (s *Statement) functionUse() sessionUse {
	if !s.kind.Query() && !s.kind.Counts() && !slices.Contains(s.words(1), "do") {
		return usesNothing
	}
	postgres, last := s.dialect == PostgreSQL, s.kind.Query() && !s.kind.Writes()
	use := usesNothing
	for _, name := range s.Calls() {
		switch found := sessionFunction(postgres, name); {
		case found == usesLock:
			return usesLock
		case found == usesLast:
			use = usesLast
		case !slices.Contains([]string{"pg_get_serial_sequence", "cast", "coalesce", "ifnull"}, name):
			last = false
		}
	}
	if use == usesLast && !last {
		return usesNothing
	}
	return use
}
