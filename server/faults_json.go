package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// faultJSON is a Fault as JSON has it.
type faultJSON struct {
	Name          string    `json:"name,omitempty"`
	Operation     string    `json:"operation,omitempty"`
	SQL           string    `json:"sql,omitempty"`
	Cluster       string    `json:"cluster,omitempty"`
	Database      string    `json:"database,omitempty"`
	InTransaction *bool     `json:"inTransaction,omitempty"`
	After         int       `json:"after,omitempty"`
	Times         int       `json:"times,omitempty"`
	For           period    `json:"for,omitempty"`
	Probability   float64   `json:"probability,omitempty"`
	Kind          FaultKind `json:"kind"`
	Executed      bool      `json:"executed,omitempty"`
	Delay         period    `json:"delay,omitempty"`
	Code          string    `json:"code,omitempty"`
	Message       string    `json:"message,omitempty"`
	Status        int       `json:"status,omitempty"`
}

// faultMembers lists the members of faultJSON.
func faultMembers() []string {
	return []string{"name", "operation", "sql", "cluster", "database", "inTransaction", "after", "times",
		"for", "probability", "kind", "executed", "delay", "code", "message", "status"}
}

// period is a duration that JSON has as "1.5s".
type period time.Duration

func (p period) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(p).String()) }

func (p *period) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("the duration %s is not a string such as \"1.5s\"", data)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a duration such as \"1.5s\" or \"2m\"", text)
	}
	*p = period(d)
	return nil
}

// MarshalJSON writes the rule without the members that restrict nothing.
func (f Fault) MarshalJSON() ([]byte, error) {
	return json.Marshal(faultJSON{
		Name: f.Name, Operation: f.Operation, SQL: f.SQL, Cluster: f.Cluster, Database: f.Database, InTransaction: f.InTransaction,
		After: f.After, Times: f.Times, For: period(f.For), Probability: f.Probability,
		Kind: f.Kind, Executed: f.Executed, Delay: period(f.Delay), Code: f.Code, Message: f.Message, Status: f.Status,
	})
}

// UnmarshalJSON reads a rule. A member that is not known, or given twice, is an
// error. Whether the rule makes sense is for Faults.Add to say.
func (f *Fault) UnmarshalJSON(data []byte) error {
	var j faultJSON
	if err := readMembers(data, faultMembers(), &j); err != nil {
		return err
	}
	*f = Fault{
		Name: j.Name, Operation: j.Operation, SQL: j.SQL, Cluster: j.Cluster, Database: j.Database, InTransaction: j.InTransaction,
		After: j.After, Times: j.Times, For: time.Duration(j.For), Probability: j.Probability,
		Kind: j.Kind, Executed: j.Executed, Delay: time.Duration(j.Delay), Code: j.Code, Message: j.Message, Status: j.Status,
	}
	return nil
}

// ParseFaults reads rules: a JSON list of them, or a single one.
func ParseFaults(data []byte) ([]Fault, error) {
	text, err := oneJSON(data)
	if err != nil {
		return nil, err
	}
	var raw []json.RawMessage
	switch text[0] {
	case '{':
		raw = []json.RawMessage{text}
	case '[':
		if err := json.Unmarshal(text, &raw); err != nil {
			return nil, err
		}
	default:
		return nil, errors.New("faults are a JSON list of rules, or one rule")
	}
	faults := make([]Fault, len(raw))
	for i, text := range raw {
		err := faults[i].UnmarshalJSON(text)
		if err == nil {
			err = faults[i].check()
		}
		if err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	return faults, nil
}

// oneJSON returns the one JSON value that a text holds.
func oneJSON(data []byte) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	var text json.RawMessage
	switch err := dec.Decode(&text); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("the JSON ends too early")
	case err != nil:
		return nil, fmt.Errorf("this is not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something stands after the JSON")
	}
	return bytes.TrimSpace(text), nil
}

// checkMemberNames checks the members of a JSON object, which encoding/json
// takes in any case, any number of times and with names of its own.
func checkMemberNames(data []byte, known []string) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if first, err := dec.Token(); err != nil || first != json.Delim('{') {
		return errors.New("it is not a JSON object")
	}
	seen := make(map[string]bool)
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := name.(string) // nothing else stands there
		switch {
		case !slices.Contains(known, key):
			return fmt.Errorf("member %.60q is not known; there are %s", key, list(known))
		case seen[key]:
			return fmt.Errorf("member %q is given twice", key)
		}
		seen[key] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
	}
	return nil
}

// readMembers reads a JSON object that has no members but those known.
func readMembers(data []byte, known []string, into any) error {
	if err := checkMemberNames(data, known); err != nil {
		return err
	}
	err := json.Unmarshal(data, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s cannot be a %s", wrong.Field, wrong.Value)
	}
	return err
}
