package migratedataapi

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/lease"
)

// wreck is how everything in a schema is dropped: queries for statements that do
// it, in the order in which they are possible. Each takes the name of the table
// that is spared.
func (d *driver) wreck() []string {
	if !d.mysql {
		return []string{
			`SELECT format('DROP TABLE IF EXISTS %I CASCADE', table_name) FROM information_schema.tables
				WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> :spared`,
			`SELECT format('DROP VIEW IF EXISTS %I CASCADE', table_name) FROM information_schema.tables
				WHERE table_schema = current_schema() AND table_type = 'VIEW' AND table_name <> :spared`,
		}
	}
	return []string{
		"SELECT concat('DROP VIEW IF EXISTS `', replace(table_name, '`', '``'), '`') FROM information_schema.tables " +
			"WHERE table_schema = database() AND table_type = 'VIEW' AND table_name <> :spared",
		// Foreign keys first: SET foreign_key_checks would not outlast its call.
		"SELECT concat('ALTER TABLE `', replace(table_name, '`', '``'), '` DROP FOREIGN KEY `', replace(constraint_name, '`', '``'), '`') " +
			"FROM information_schema.table_constraints WHERE table_schema = database() AND constraint_type = 'FOREIGN KEY' AND table_name <> :spared",
		"SELECT concat('DROP TABLE IF EXISTS `', replace(table_name, '`', '``'), '`') FROM information_schema.tables " +
			"WHERE table_schema = database() AND table_type = 'BASE TABLE' AND table_name <> :spared",
	}
}

// Drop drops the tables and views of the schema, and leaves functions as migrate's
// own drivers do. The table of leases stays, in which it has its lock.
func (d *driver) Drop() error {
	l, ctx := d.held()
	for _, query := range d.wreck() {
		statements, err := d.read(ctx, query)
		if err != nil {
			return fmt.Errorf("drop: find what there is: %w", because(l, err))
		}
		for _, statement := range statements {
			if _, err := d.db.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("drop: %w", because(l, err))
			}
		}
	}
	return nil
}

// read returns the texts that a query finds.
func (d *driver) read(ctx context.Context, query string) ([]string, error) {
	rows, err := d.db.QueryContext(ctx, query, sql.Named("spared", d.leases()), auroradataapi.Repeatable())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, rows.Err()
}

// leases returns the table of leases, without its schema.
func (d *driver) leases() string {
	table := cmp.Or(d.o.Lease.Table, lease.DefaultTable)
	return table[strings.LastIndexByte(table, '.')+1:]
}
