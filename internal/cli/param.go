package cli

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// param is a --param: the text for the placeholder :name.
type param struct{ name, value string }

func parseParams(flags []string) ([]param, error) {
	var params []param
	for _, flag := range flags {
		name, value, ok := strings.Cut(flag, "=")
		switch {
		case !ok:
			return nil, usagef("--param %q has no value: write --param name=value", flag)
		case name == "":
			return nil, usagef("--param %q has no name: write --param name=value", flag)
		case strings.ContainsFunc(name, notInName):
			return nil, usagef("--param: %q is no name of a placeholder: write :name in the SQL and --param name=value, where name has letters, digits and _ only", name)
		case slices.ContainsFunc(params, func(p param) bool { return p.name == name }):
			return nil, usagef("--param %s is given twice", name)
		case !utf8.ValidString(value):
			return nil, usagef("--param %s: the value is not UTF-8: give bytes as hex and decode them in the SQL, as in decode(:%[1]s, 'hex') or, in MySQL, unhex(:%[1]s)", name)
		}
		params = append(params, param{name, value})
	}
	return params, nil
}

// notInName reports whether a character cannot be in a placeholder's name, as
// the dialects read it.
func notInName(r rune) bool {
	return r != '_' && (r < '0' || '9' < r) && (r < 'A' || 'Z' < r) && (r < 'a' || 'z' < r) && r < utf8.RuneSelf || r == utf8.RuneError
}

// arguments returns for each statement the parameters that it uses. One that
// no statement uses is most likely misspelt, so it is an error.
func arguments(d *dialect.Dialect, statements []statement, params []param) ([][]any, error) {
	all := make([][]any, len(statements))
	used := make(map[string]bool)
	for i, st := range statements {
		parsed := d.Parse(st.sql)
		if at, text := noValue(parsed, st.sql, params); text != "" {
			failed := &statementError{statement: st, position: utf8.RuneCountInString(st.sql[:at]) + 1, err: usagef("%s", text)}
			failed.where = failed.place(len(statements))
			return nil, failed
		}
		for _, p := range params {
			if at, missing := unnamed(parsed, params, p.name); missing && strings.HasPrefix(st.sql[at:], ":"+p.name) {
				used[p.name] = true
				all[i] = append(all[i], sql.Named(p.name, p.value))
			}
		}
	}
	for _, p := range params {
		if !used[p.name] {
			return nil, usagef("--param %s: there is no :%s in the SQL", p.name, p.name)
		}
	}
	return all, nil
}

// noValue looks for a placeholder that gets no value. It returns the place and
// what to do, or no text.
func noValue(parsed *dialect.Statement, text string, params []param) (offset int, advice string) {
	at, missing := unnamed(parsed, params, "")
	switch {
	case missing && text[at] == ':':
		return at, "a placeholder has no value: give it one with --param name=value"
	case parsed.NumInput() > 0 && missing:
		return at, "only placeholders with a name can have a value: write :name here, and give it one with --param name=value"
	}
	return 0, ""
}

// unnamed returns the place of the first placeholder that no parameter but the
// one to leave out has the name of. An argument that no statement can use
// makes sure that there is one, without which placeholders are not looked for.
func unnamed(parsed *dialect.Statement, params []param, leaveOut string) (offset int, ok bool) {
	args := []dialect.Arg{{Name: "\x00"}}
	for _, p := range params {
		if p.name != leaveOut {
			args = append(args, dialect.Arg{Name: p.name})
		}
	}
	_, err := parsed.ToService(args)
	var e *dialect.SyntaxError
	if errors.As(err, &e) && e.Line > 0 {
		return e.Offset, true
	}
	return 0, false
}
