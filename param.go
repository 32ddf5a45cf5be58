package auroradataapi

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A param is one parameter of a data source name. The table params is all there
// is: parsing, formatting, the environment, the documentation and the tests go
// by it.
type param struct {
	group   string
	name    string
	aliases []string
	place   place                   // where FormatDSN writes it
	env     string                  // the variable that stands in for an empty value
	doc     string                  // for the README's table
	secret  func(value string) bool // whether String hides it; nil is never
	get     func(*Config) string    // "" is the default, which is not written
	set     func(*Config, string) error
}

// A place is a part of a data source name. Every parameter may also be given
// by its name behind the question mark.
type place uint8

const (
	inQuery    place = iota
	inScheme         // HERE+auroradataapi://
	inUser           // ://HERE:
	inPassword       // :HERE@
	inPath           // @/HERE
	places
)

// placeNames say what stands in a place, for errors.
var placeNames = [places]string{
	inScheme:   "the scheme",
	inUser:     "the access key id",
	inPassword: "the secret access key",
	inPath:     "the database",
}

func text(name string, field func(*Config) *string, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get:  func(c *Config) string { return *field(c) },
		set:  func(c *Config, value string) error { *field(c) = value; return nil },
	}
}

// duration is a parameter whose zero is the default, so that a zero that is
// written out would not be what it says.
func duration(name string, field func(*Config) *time.Duration, doc, zero string) param {
	return param{
		name: name,
		doc:  doc,
		get: func(c *Config) string {
			if *field(c) == 0 {
				return ""
			}
			return field(c).String()
		},
		set: func(c *Config, value string) error {
			d, err := time.ParseDuration(value)
			switch {
			case err != nil:
				return fmt.Errorf("%q is not a duration such as 90s", value)
			case d == 0:
				return errors.New(zero)
			}
			*field(c) = d
			return nil
		},
	}
}

// boolean is a parameter that is false unless it is given.
func boolean(name string, field func(*Config) *bool, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get: func(c *Config) string {
			if *field(c) {
				return "true"
			}
			return ""
		},
		set: func(c *Config, value string) error {
			b, ok := parseSwitch(value)
			if !ok {
				return fmt.Errorf("%q is neither true nor false", value)
			}
			*field(c) = b
			return nil
		},
	}
}

// parseSwitch reads on and off, and the truth values of Go.
func parseSwitch(value string) (on, ok bool) {
	switch value {
	case "on":
		return true, true
	case "off":
		return false, true
	}
	on, err := strconv.ParseBool(value)
	return on, err == nil
}

// switchOff is a parameter that is on, and whose field says that it is not.
func switchOff(name string, field func(*Config) *bool, doc string) param {
	return param{
		name: name,
		doc:  doc,
		get: func(c *Config) string {
			if *field(c) {
				return "off"
			}
			return ""
		},
		set: func(c *Config, value string) error {
			on, ok := parseSwitch(value)
			if !ok {
				return fmt.Errorf("%q is neither on nor off", value)
			}
			*field(c) = !on
			return nil
		},
	}
}

// fixed is a parameter of other drivers that can only say what is so anyway.
func fixed(name, doc, advice string, values ...string) param {
	return param{
		name: name,
		doc:  doc,
		get:  func(*Config) string { return "" },
		set: func(_ *Config, value string) error {
			for _, v := range values {
				if strings.EqualFold(v, value) {
					return nil
				}
			}
			return fmt.Errorf("%q is not to be had: %s", value, advice)
		},
	}
}

func (p param) in(where place) param                { p.place = where; return p }
func (p param) alias(names ...string) param         { p.aliases = names; return p }
func (p param) from(env string) param               { p.env = env; return p }
func (p param) hidden(when func(string) bool) param { p.secret = when; return p }

func always(string) bool { return true }

// withUser is for a URL: it may have a password before its at sign, though it
// must not.
func withUser(value string) bool { return strings.Contains(value, "@") }
