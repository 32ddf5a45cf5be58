package infer

import (
	"fmt"
	"sort"
	"strings"
)

const preface = `# Parameters on PostgreSQL

This page is written by ` + "`go test ./itest/infer -update`" + `, which runs %d statements as
programs write them for pgx: through pgx to PostgreSQL, and through this driver
and the local Data API to the same PostgreSQL. Rows and SQLSTATEs are compared.

## How many are the same

`

const callsPreface = `
## What they cost

With ` + "`params=infer`" + ` PostgreSQL is asked which types the parameters of a statement
have: the first time it is seen, unless all arguments have their types by
themselves. The statements of the comparison ran in transactions, where to ask
takes two calls; outside of one it takes one. The first question that a connector
asks in a transaction has one more before it, outside, to see that it may be asked.

| Statements | At first | Again |
|---|---|---|
`

const differPreface = `
## What differs

With ` + "`params=infer`" + `, the default:

| Statement | pgx | Here | Why |
|---|---|---|---|
`

// text returns the page.
func (p *page) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, preface, len(corpus))
	b.WriteString("| `params` | Same as pgx | Of |\n|---|---|---|\n")
	for _, mode := range modes {
		fmt.Fprintf(&b, "| `%s` | %d | %d |\n", mode, p.same[mode], len(corpus))
	}
	b.WriteString(callsPreface)
	var lines []string
	for c, n := range p.calls {
		lines = append(lines, fmt.Sprintf("| %d | %s | %s |\n", n, c[0], c[1]))
	}
	sort.Strings(lines)
	b.WriteString(strings.Join(lines, ""))
	b.WriteString(differPreface)
	for _, d := range p.differ {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", strings.ReplaceAll(key(d.statement), "|", `\|`), short(d.pgx), short(d.ours), d.reason)
	}
	return b.String()
}

// String tells the calls of a statement.
func (c counter) String() string {
	if c.described == 0 {
		return calls(c.statements)
	}
	return fmt.Sprintf("%s, %d of them to ask", calls(c.described+c.statements), c.described)
}

func calls(n int) string {
	if n == 1 {
		return "1 call"
	}
	return fmt.Sprintf("%d calls", n)
}

func short(s string) string {
	if strings.HasPrefix(s, "rows") {
		return "`" + strings.ReplaceAll(s, "|", `\|`) + "`"
	}
	return s
}
