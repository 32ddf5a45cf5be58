package cli

import (
	"slices"

	"github.com/spf13/pflag"
)

// refuseEmpty refuses a flag that was given an empty text, but for those that
// may be empty. As a rule it is a variable of the shell that is not set, and
// to go on as if the flag had not been given would go on somewhere else: an
// empty --uri on the cluster of the environment.
func refuseEmpty(flags *pflag.FlagSet, but ...string) error {
	var empty string
	flags.Visit(func(f *pflag.Flag) {
		if empty == "" && isEmpty(f.Value) && !slices.Contains(but, f.Name) {
			empty = f.Name
		}
	})
	if empty == "" {
		return nil
	}
	return usagef("--%s is empty: give it a value, or leave it out (is a variable not set?)", empty)
}

func isEmpty(v pflag.Value) bool {
	if list, ok := v.(pflag.SliceValue); ok {
		return slices.Contains(list.GetSlice(), "")
	}
	return v.Type() == "string" && v.String() == ""
}
