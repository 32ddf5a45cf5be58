package dialect

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// Description is the SQL by which PostgreSQL is asked for the types that it
// infers for the parameters of a statement, without running it. PREPARE reads a
// statement and says; an anonymous block holds PREPARE and the question together,
// because two calls may meet two sessions.
type Description struct {
	// Name is the name of the prepared statement for as long as there is one: of
	// lower-case letters, digits and underscores.
	Name string
}

const (
	// DescribedState is the SQLSTATE of the answer to Ask, which is an error.
	DescribedState = "DA001"
	// describedSetting holds the answer to Note until Read.
	describedSetting = "auroradataapi.described"
)

// Ask returns a statement that fails with the answer. It leaves nothing behind.
func (d Description) Ask(native string) (string, error) {
	return d.block(native, "RAISE EXCEPTION USING ERRCODE = '"+DescribedState+"', MESSAGE = m;")
}

// Note returns a statement that keeps the answer for Read. It does not fail, so
// that the transaction which it is in goes on.
func (d Description) Note(native string) (string, error) {
	return d.block(native, "PERFORM pg_catalog.set_config('"+describedSetting+"', m, true);")
}

// Read returns the query for what Note has kept.
func (d Description) Read() string {
	return "SELECT pg_catalog.current_setting('" + describedSetting + "', true)"
}

// block writes the block as one quoted string, which the service's scanner reads
// as one, and in which it finds no placeholders (F0080); dollar quotes it does not
// know (F0081). There is no := in it, for which it might have a use (F0217).
//
// m is t and the types, or e, an SQLSTATE and a message. For each parameter there
// is the number of its type, of what a domain stands on; that of an array's
// elements, or 0; and the names of the schema and the type to cast to. Names are
// hexadecimal, so that nothing in them can be taken for something else on the way.
func (d Description) block(native, answer string) (string, error) {
	prepare, err := PostgreSQL.QuoteString(`PREPARE "` + d.Name + `" AS ` + native)
	if err != nil {
		return "", err
	}
	return d.quoted(`DECLARE m text; BEGIN BEGIN EXECUTE ` + prepare + `; ` +
		`SELECT 't' || coalesce(string_agg(y.oid::int8 || '/' || coalesce(e.oid::int8, 0) || '/' || ` +
		`encode(convert_to(n.nspname::text, 'UTF8'), 'hex') || '.' || encode(convert_to(w.typname::text, 'UTF8'), 'hex'), ' ' ORDER BY u.o), '') INTO m ` +
		`FROM pg_catalog.pg_prepared_statements s, unnest(s.parameter_types) WITH ORDINALITY u(t, o)` + typeOf("u.t::oid") + ` ` +
		`WHERE s.name = '` + d.Name + `'; EXECUTE 'DEALLOCATE "` + d.Name + `"'; ` +
		`EXCEPTION WHEN OTHERS THEN m = 'e' || SQLSTATE || encode(convert_to(SQLERRM, 'UTF8'), 'hex'); END; ` + answer + ` END`)
}

// typeOf joins what is to know of a type of PostgreSQL, by its number: y is the
// type, or what a domain stands on, e the type of an array's elements, w the type
// to cast a value to and n its schema. A domain is cast to itself, but one with a
// length, as on varchar(3), to the type that it stands on: a cast to it would cut
// off what is too long, which an assignment refuses, as does pgx's way of sending
// the text.
func typeOf(oid string) string {
	return ` JOIN LATERAL (WITH RECURSIVE d(oid, base, sized) AS (SELECT p.oid, p.typbasetype, p.typtypmod <> -1 ` +
		`FROM pg_catalog.pg_type p WHERE p.oid = ` + oid + ` UNION ALL ` +
		`SELECT p.oid, p.typbasetype, d.sized OR p.typtypmod <> -1 FROM pg_catalog.pg_type p JOIN d ON p.oid = d.base) ` +
		`SELECT d.oid, CASE WHEN d.sized THEN d.oid ELSE ` + oid + ` END AS named FROM d WHERE d.base = 0) b ON true ` +
		`JOIN pg_catalog.pg_type y ON y.oid = b.oid JOIN pg_catalog.pg_type w ON w.oid = b.named ` +
		`JOIN pg_catalog.pg_namespace n ON n.oid = w.typnamespace ` +
		`LEFT JOIN pg_catalog.pg_type e ON e.oid = y.typelem AND e.typarray = y.oid`
}

func (d Description) quoted(body string) (string, error) {
	text, err := PostgreSQL.QuoteString(body)
	return "DO " + text, err
}

// ParamType is the type of a parameter.
type ParamType struct {
	// OID is the number of the type; of a domain, that of what it stands on.
	OID uint32
	// Element is the number of the type of an array's elements, or 0.
	Element uint32
	// Name is the type as SQL writes it, with its schema. It has no modifiers: a
	// cast to character would be one to character(1), to pg_catalog.bpchar is not.
	// Of a domain with a length it is the type that the domain stands on.
	Name string
}

// DescribeError is why PostgreSQL did not prepare a statement.
type DescribeError struct{ SQLState, Message string }

// Error returns the message.
func (e *DescribeError) Error() string { return e.Message }

var errDescription = errors.New("the answer about the types of parameters is not one")

// ParseDescription reads the answer to Ask or Note. It fails with a
// *DescribeError if the statement cannot be prepared.
func ParseDescription(text string) ([]ParamType, error) {
	if rest, ok := strings.CutPrefix(text, "e"); ok && len(rest) >= 5 {
		message, err := hex.DecodeString(rest[5:])
		if err != nil {
			return nil, errDescription
		}
		return nil, &DescribeError{SQLState: rest[:5], Message: string(message)}
	}
	rest, ok := strings.CutPrefix(text, "t")
	if !ok {
		return nil, errDescription
	}
	types := []ParamType{}
	for _, field := range strings.Fields(rest) {
		parts := strings.Split(field, "/")
		if len(parts) != 3 {
			return nil, errDescription
		}
		oid, err1 := strconv.ParseUint(parts[0], 10, 32)
		element, err2 := strconv.ParseUint(parts[1], 10, 32)
		schema, name, ok := strings.Cut(parts[2], ".")
		schemaName, err3 := hex.DecodeString(schema)
		typeName, err4 := hex.DecodeString(name)
		if !ok || errors.Join(err1, err2, err3, err4) != nil {
			return nil, errDescription
		}
		types = append(types, ParamType{
			OID:     uint32(oid),
			Element: uint32(element),
			Name:    quoteIfNeeded(string(schemaName)) + "." + quoteIfNeeded(string(typeName)),
		})
	}
	return types, nil
}

// quoteIfNeeded quotes a name unless it is one of the usual names of types, which
// read better without.
func quoteIfNeeded(name string) string {
	if t := PostgreSQL.byName[name]; t != nil && name != "char" || name == "pg_catalog" || name == "public" {
		return name
	}
	return PostgreSQL.QuoteIdent(name)
}
