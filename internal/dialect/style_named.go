package dialect

import (
	"strconv"
	"strings"
)

// rename finds the names to tell the service: the arguments' own where it
// takes them, and numbers in place of others.
func (b *binding) rename() error {
	b.names = make([]string, len(b.args))
	number := 0
	for i, arg := range b.args {
		if at := indexFold(b.args[:i], arg.Name); at >= 0 && b.args[at].Name == arg.Name {
			return argumentError("two arguments are named %q: give each a name of its own", arg.Name)
		}
		if b.legal(i) {
			b.names[i] = arg.Name
			continue
		}
		for number++; indexFold(b.args, strconv.Itoa(number)) >= 0; number++ {
		}
		b.names[i] = strconv.Itoa(number)
	}
	return nil
}

// legal says whether the service takes the argument's name: letters, digits
// and underscores of ASCII. It may not tell upper from lower case, so of two
// names that differ in nothing else only the first will do.
func (b *binding) legal(i int) bool {
	for _, c := range []byte(b.args[i].Name) {
		if !isName(c) || c >= 0x80 {
			return false
		}
	}
	return indexFold(b.args[:i], b.args[i].Name) < 0
}

// indexFold returns the index of the exact name or, failing that, of one that
// differs in case only; -1 if there is none.
func indexFold(args []Arg, name string) int {
	found := -1
	for i, arg := range args {
		if arg.Name == name {
			return i
		}
		if found < 0 && strings.EqualFold(arg.Name, name) {
			found = i
		}
	}
	return found
}

// name writes :name.
func (b *binding) name(m mark) error {
	name := b.sql[m.start+1 : m.end]
	arg := -1
	if b.style == styleNamed {
		if arg = indexFold(b.args, name); arg >= 0 && b.args[arg].Name != name {
			arg = -1
		}
	}
	switch {
	case arg >= 0 && m.flags&flagInHint != 0:
		return b.fail(m, "the service does not see the placeholder :%s in a /*! comment: write it outside", name)
	case arg >= 0 && m.flags&flagOperand != 0:
		return b.fail(m, "%[1]q stands behind an expression: write %[2]q for a range that ends with the placeholder, %[3]q for one that ends with a column", ":"+name, ": :"+name, ": "+name)
	case arg >= 0:
		b.place(m.start, m.end, arg, b.names[arg])
	case m.flags&flagSeparator != 0:
		if b.native == nil {
			b.protect(&b.rewriter, m)
		}
	case b.style == styleNone || m.flags&flagInHint != 0:
		return nil
	case b.style == styleNamed:
		return b.fail(m, "no argument is named %q, as the placeholder :%[1]s needs it: pass sql.Named(%[1]q, value)", name)
	default:
		return b.positional(m)
	}
	return nil
}
