package infer

import (
	"fmt"
	"sort"
	"strings"
)

const preface = `# Parameters

This page is written by ` + "`go test ./itest/infer -update`" + `, which runs statements as
programs write them for other drivers: through that driver to its database, and
through this driver and the local Data API to the same database.
`

const postgresPreface = `
## PostgreSQL

%d statements as for pgx. Rows and SQLSTATEs are compared.

### How many are the same

`

const mysqlPreface = `
## MySQL

%d statements as for go-sql-driver/mysql, which prepares them, with parseTime=true
and loc=UTC; MariaDB stands in for MySQL. Rows with their Go types in an ` + "`any`" + `,
the numbers of rows changed, keys that were made, error numbers and SQLSTATEs are
compared, and what a statement has written is read back.

### How many are the same

`

const mysqlCallsPreface = `
### What they cost

With ` + "`params=infer`" + ` MySQL is asked for the columns of a table the first time that bytes
are written into it. Else a statement takes one call. Behind one that writes there is
here another, which reads back.

| Statements | At first | Again |
|---|---|---|
`

const callsPreface = `
### What they cost

With ` + "`params=infer`" + ` PostgreSQL is asked which types the parameters of a statement
have: the first time it is seen, unless all arguments have their types by
themselves. The statements of the comparison ran in transactions, where to ask
takes two calls; outside of one it takes one. The first question that a connector
asks in a transaction has one more before it, outside, to see that it may be asked.

| Statements | At first | Again |
|---|---|---|
`

const differPreface = `
### What differs

With ` + "`params=%s`" + `, the default:

| Statement | %s | Here | Why |
|---|---|---|---|
`

// text returns the page.
func text(pages []page) string {
	b := strings.Builder{}
	b.WriteString(preface)
	for _, p := range pages {
		p.write(&b)
	}
	return b.String()
}

// write writes the part of one database.
func (p *page) write(b *strings.Builder) {
	about := postgresPreface
	if p.name == mysqlSide.name {
		about = mysqlPreface
	}
	fmt.Fprintf(b, about, len(p.corpus))
	fmt.Fprintf(b, "| `params` | Same as %s | Of |\n|---|---|---|\n", p.peer)
	for _, mode := range p.modes {
		fmt.Fprintf(b, "| `%s` | %d | %d |\n", mode, p.same[mode], len(p.corpus))
	}
	p.writeCalls(b)
	if len(p.differ) == 0 {
		fmt.Fprintf(b, "\n### What differs\n\nWith `params=%s`, the default, nothing.\n", p.modes[0])
		return
	}
	fmt.Fprintf(b, differPreface, p.modes[0], p.peer)
	for _, d := range p.differ {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", strings.ReplaceAll(key(d.statement), "|", `\|`), short(d.peer), short(d.ours), d.reason)
	}
}

// writeCalls writes how many calls each statement took, the first time and again.
func (p *page) writeCalls(b *strings.Builder) {
	if p.name == mysqlSide.name {
		b.WriteString(mysqlCallsPreface)
	} else {
		b.WriteString(callsPreface)
	}
	var lines []string
	for c, n := range p.calls {
		lines = append(lines, fmt.Sprintf("| %d | %s | %s |\n", n, c[0], c[1]))
	}
	sort.Strings(lines)
	b.WriteString(strings.Join(lines, ""))
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
