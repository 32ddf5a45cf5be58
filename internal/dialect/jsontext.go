package dialect

import "strings"

// ErrorBinaryJSON is MySQL's number of the error that no JSON is made of a binary
// string.
const ErrorBinaryJSON = 3144

// InJSON says, for each place of each of the arguments, whether MySQL works on JSON
// there: a function of JSON has it, it is cast to JSON, is on a side of MEMBER OF, or is
// compared with what -> returns. A binary string is to most of these no JSON but a value
// of its own: of CAST(x AS JSON) it makes "base64:type15:…".
func (s *Statement) InJSON(args []Arg) [][]bool {
	r := &targetReader{clauseReader: clauseReader{lexer: s.dialect.newLexer(s.sql)}, args: args}
	r.readAll()
	in := make([][]bool, len(args))
	var calls []string // what has the parentheses that are open, in capitals
	for ; r.at < len(r.tokens); r.at++ {
		switch text := r.text(r.tokens[r.at]); {
		case text == "(":
			calls = append(calls, r.caller(calls))
		case text == ")" && len(calls) > 0:
			calls = calls[:len(calls)-1]
		default:
			if arg := r.argument(); arg >= 0 {
				in[arg] = append(in[arg], r.takesJSON(calls))
			}
		}
	}
	return in
}

// choosers are functions whose value is one of their arguments.
var choosers = wordSet("COALESCE IF IFNULL NULLIF")

// caller returns what has the parenthesis that is read: a function, or what has the one
// around it, where that is what it is for.
func (r *targetReader) caller(calls []string) string {
	name := ""
	if r.at > 0 && r.lexer.name(r.tokens[r.at-1]) != "" {
		name = strings.ToUpper(r.lexer.name(r.tokens[r.at-1]))
	}
	if name == "OF" && r.at > 1 && r.is(r.at-2, "MEMBER") {
		return "JSON_CONTAINS"
	}
	if (name == "" || choosers[name]) && len(calls) > 0 {
		return calls[len(calls)-1]
	}
	return name
}

// takesJSON says whether the placeholder that is read stands where JSON is worked on.
func (r *targetReader) takesJSON(calls []string) bool {
	at := r.at
	if r.is(at+1, "MEMBER") && r.is(at+2, "OF") {
		return true
	}
	for at--; at > 0 && r.tokens[at].kind == tokOperator; at-- {
	}
	if at < r.at-1 && at > 1 && r.tokens[at].kind == tokString && r.is(at-1, ">") && r.is(at-2, "-") {
		return true // j -> '$.a' = ?
	}
	if len(calls) == 0 {
		return false
	}
	switch call := calls[len(calls)-1]; {
	case call == "CAST":
		return r.is(r.at+1, "AS") && r.is(r.at+2, "JSON")
	case call == "CONVERT":
		return r.is(r.at+1, ",") && r.is(r.at+2, "JSON")
	default:
		return strings.HasPrefix(call, "JSON_") || call == "ST_GEOMFROMGEOJSON"
	}
}
