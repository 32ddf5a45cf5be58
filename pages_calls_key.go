package auroradataapi

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// What a query of MySQL calls is looked into before it is run again, or page by page.

// checkCalls refuses functions that may write: the query has run once already. Those by
// which it chooses rows have to do so on each page alike.
func (p *keyPages) checkCalls(ctx context.Context) error {
	chooses := func(name string) bool { return p.keyed != nil && p.keyed.Chooses(name) }
	_, err := p.checkFunctions(ctx, p.call.parsed.Calls(), chooses)
	return err
}

// checkSubqueries refuses those that may have other rows on each page, or write, by what
// the views in them do.
func (p *keyPages) checkSubqueries(ctx context.Context) error {
	if !p.keyed.Nested {
		return nil
	}
	return p.checkViews(ctx)
}

// checkFunctions refuses those of the functions that may write, or that choose rows and
// may choose others on each page, and returns the names of the others, in lower case, as
// far as the user may see them.
func (p *keyPages) checkFunctions(ctx context.Context, calls []string, chooses func(name string) bool) ([]string, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	functions, err := p.ask(ctx, dialect.Functions, namesOf(calls), 3)
	if err != nil {
		return nil, err
	}
	var safe []string
	for _, f := range functions {
		switch name, writes, varies := f[0], f[1] != "0", f[2] != "0"; {
		case writes:
			return nil, obstacle{fmt.Errorf("its function %s may write; declare it READS SQL DATA or NO SQL if it does not", name)}
		case varies && chooses(name):
			return nil, obstacle{fmt.Errorf("its function %s, by which it chooses or sorts rows, may return another value on each page; declare it DETERMINISTIC if it does not", name)}
		}
		safe = append(safe, strings.ToLower(f[0]))
	}
	return safe, nil
}

// checkViews refuses views that call functions which may write, as those of the
// statement itself are; and where each page asks them again, such as may answer
// otherwise.
func (p *keyPages) checkViews(ctx context.Context) error {
	calls, hidden, unsteady, err := p.viewCalls(ctx, p.call.parsed.Names())
	switch {
	case err != nil:
		return err
	case unsteady != nil && p.keyed != nil:
		return obstacle{fmt.Errorf("of a view of its, %w", unsteady)}
	case hidden != "":
		return obstacle{fmt.Errorf("its view %s might call a function that writes, and this user may not look into it, for want of SHOW VIEW", hidden)}
	}
	safe, err := p.checkFunctions(ctx, calls, func(string) bool { return p.keyed != nil })
	if err != nil {
		return err
	}
	for _, call := range calls {
		if !slices.Contains(safe, strings.ToLower(call)) {
			return obstacle{fmt.Errorf("%s of a view might write, and this user may not look into it, for want of EXECUTE", call)}
		}
	}
	return nil
}

// viewCalls returns the functions, not those of MySQL itself, that the views among
// some names call, and the views behind those; or a view that this user may not
// look into. unsteady says why one of them may have other rows the next time.
func (p *keyPages) viewCalls(ctx context.Context, names []string) (calls []string, hidden string, unsteady, err error) {
	for views := 0; ; {
		found, err := p.ask(ctx, dialect.Views, namesOf(names), 2)
		if err != nil || len(found) == views {
			return calls, "", unsteady, err
		}
		views = len(found)
		for _, view := range found {
			if view[1] == "" {
				return nil, view[0], nil, nil
			}
			definition := p.conn.dialect.Parse(view[1])
			unsteady = cmp.Or(unsteady, definition.Steady(), definition.Unsnapped())
			calls = append(calls, definition.QuotedCalls()...)
			names = append(names, definition.Names()...)
		}
		slices.Sort(names)
		names = slices.Compact(names)
	}
}

// namesOf returns the parameter of a question about names.
func namesOf(names []string) []wire.Parameter {
	return []wire.Parameter{{Name: "names", Value: wire.String(strings.ToLower(strings.Join(names, ",")))}}
}
