package cli

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/cli/output"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// execOptions are the options of exec, and what a run of it works on.
type execOptions struct {
	io     *IO
	target targetOptions

	format   string
	null     string
	noHeader bool
	files    []string
	params   []string
	sql      []string
	flags    *pflag.FlagSet

	out    *bufio.Writer
	writer output.Writer
	conn   *sql.Conn
}

func newExecCommand(io *IO) *cobra.Command {
	o := &execOptions{io: io}
	cmd := &cobra.Command{
		Use:   "exec [flags] [SQL…]",
		Short: "Run SQL and print what it returns",
		Long: `Run SQL and print what it returns: first the files, then the arguments, each one
or more statements, until one fails. Every statement is a call of its own:
there is no session and no transaction around them.

Without --local and --uri the environment says where: AURORA_CLUSTER_ARN,
AURORA_SECRET_ARN and AURORA_DATABASE, AWS credentials as for every AWS tool,
and AWS_ENDPOINT_URL_RDS_DATA for an endpoint that is not that of AWS. A URI
can name the database, a profile, a role and more; the README lists all.

Formats: auto is table on a terminal and tsv elsewhere. The table is cut to the
terminal, expanded shows everything; both and markdown show control characters
escaped. csv, tsv (as COPY writes it), json (an array for each result) and jsonl
(an object for each row) keep every value exact and tell NULL from ''. In json,
numbers keep all digits, bytes are base64, and the second of two columns called
x is x_2.

Results go to stdout; counts of changed rows, messages and errors to stderr.

` + exitHelp(),
		Example: `  auroradataapi exec --local "select * from pg_catalog.pg_tables"
  auroradataapi exec --file schema.sql --file data.sql "select count(*) from orders"
  auroradataapi exec --param id=7 "select * from orders where id = :id::int"
  cat migrations/*.sql | auroradataapi exec --file -
  auroradataapi exec --format json "select 1 as one" | jq '.[].one'
  auroradataapi exec --uri 'postgresql+auroradataapi://:@/app?aurora_cluster_arn=…&secret_arn=…' "select 1"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.sql = args
			return started(o.run(cmd.Context()))
		},
	}
	flags := cmd.Flags()
	o.flags = flags
	flags.SortFlags = false
	o.target.addFlags(flags)
	flags.StringVar(&o.format, "format", string(output.Auto), "how to print rows: "+strings.Join(output.Names(), ", "))
	flags.StringVar(&o.null, "null", "NULL", "how table, expanded and markdown show NULL")
	flags.BoolVar(&o.noHeader, "no-header", false, "leave out the column names of table, csv and tsv")
	flags.StringArrayVarP(&o.files, "file", "f", nil, "run the SQL in `FILE`, - is standard input; may be repeated")
	flags.StringArrayVarP(&o.params, "param", "p", nil, "bind a text to :name by `name=value`; cast it in the SQL, as in :id::int; may be repeated")
	return cmd
}

func (o *execOptions) run(ctx context.Context) (err error) {
	if err := refuseEmpty(o.flags, "null"); err != nil {
		return err
	}
	if err := o.open(); err != nil {
		return err
	}
	params, err := parseParams(o.params)
	if err != nil {
		return err
	}
	if len(o.files) == 0 && len(o.sql) == 0 {
		return usagef("there is no SQL to run: give it as an argument, or --file FILE, or --file - for standard input")
	}
	sources, err := readSources(o.io.In, o.files, o.sql)
	if err != nil {
		return err
	}
	d, err := o.target.dialect()
	if err != nil {
		return err
	}
	statements, err := split(d, sources)
	if err != nil {
		return err
	}
	args, err := arguments(d, statements, params)
	if err != nil {
		return err
	}
	db, stop, err := o.target.open(ctx, o.io)
	if err != nil {
		return err
	}
	defer func() {
		if stopErr := stop(); err == nil {
			err = stopErr
		} else if stopErr != nil {
			notice(o.io, "%v", stopErr)
		}
	}()
	if o.conn, err = db.Conn(ctx); err != nil {
		return &exitError{exitUnreachable, err}
	}
	defer o.conn.Close()
	for i, st := range statements {
		if err := o.statement(ctx, d.Parse(st.sql).Kind(), st, args[i]); err != nil {
			return o.failure(ctx, st, len(statements), err)
		}
	}
	return nil
}

// open prepares the output.
func (o *execOptions) open() error {
	format, err := output.ParseFormat(o.format)
	if err != nil {
		return usagef("--format: %v", err)
	}
	if o.flags.Changed("null") && !format.ShowsNull() {
		return usagef("--null is for table, expanded and markdown: %s has its own NULL", format)
	}
	o.out = bufio.NewWriterSize(o.io.Out, 64<<10)
	o.writer, err = output.New(o.out, output.Options{
		Format:   format,
		Null:     o.null,
		NoHeader: o.noHeader,
		Terminal: o.io.Terminal,
		Width:    o.io.Width,
		Color:    o.io.Terminal && o.io.Getenv("NO_COLOR") == "" && o.io.Getenv("TERM") != "dumb",
	})
	return err
}

// statement runs one statement and prints what it returns.
func (o *execOptions) statement(ctx context.Context, kind dialect.Kind, st statement, args []any) error {
	if !kind.ReturnsRows() {
		result, err := o.conn.ExecContext(ctx, st.sql, args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		if n != 0 || kind.Counts() {
			notice(o.io, "%s affected", output.Rows(n))
		}
		return nil
	}
	rows, err := o.conn.QueryContext(ctx, st.sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	err = o.print(rows, kind)
	return errors.Join(err, outputError(o.out.Flush()))
}

// print prints the rows of a result as they come. A query has a result even if
// that has no columns, which JSON can show.
func (o *execOptions) print(rows *sql.Rows, kind dialect.Kind) error {
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	if len(types) == 0 && !(kind.Query() && output.Format(o.format).ShowsNoColumns()) {
		notice(o.io, "done, without a result")
		return nil
	}
	columns := make([]output.Column, len(types))
	values := make([]any, len(types))
	targets := make([]any, len(types))
	texts := make([]bool, len(types))
	for i, t := range types {
		columns[i] = output.Column{Name: t.Name(), Type: t.DatabaseTypeName()}
		targets[i] = &values[i]
		texts[i] = isText(t)
	}
	if err := o.writer.Begin(columns); err != nil {
		return outputError(err)
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok && texts[i] {
				values[i] = string(b)
			}
		}
		if err := o.writer.Row(values); err != nil {
			return outputError(err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return outputError(o.writer.End())
}

// isText reports whether the bytes of a column are a text: those of a text of
// MySQL are.
func isText(t *sql.ColumnType) bool {
	scan := t.ScanType()
	return scan == reflect.TypeFor[string]() || scan == reflect.TypeFor[sql.NullString]()
}

// failure says which statement failed, and where in it.
func (o *execOptions) failure(ctx context.Context, st statement, count int, err error) error {
	if errors.Is(err, errOutput) {
		return err
	}
	if ctx.Err() != nil {
		err = interrupted{}
	}
	failed := &statementError{statement: st, err: err}
	var e *auroradataapi.Error
	if errors.As(err, &e) {
		failed.position = e.Position
	}
	failed.where = failed.place(count)
	return failed
}

// errOutput is what errors.Is finds in the error of a failed write to stdout.
var errOutput = errors.New("output")

func outputError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errOutput, err)
}
