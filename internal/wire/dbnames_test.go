package wire_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestNames(t *testing.T) {
	type names = wire.Names
	const fk = "a foreign key constraint fails (`shop`.`orders`, CONSTRAINT `orders_ibfk_1` FOREIGN KEY (`customer`) REFERENCES `customers` (`id`))"
	for _, tt := range []struct {
		state   string
		number  int
		message string
		want    names
	}{
		{"23505", 0, `duplicate key value violates unique constraint "users_pkey"`, names{Constraint: "users_pkey"}},
		{"23505", 0, `duplicate key value violates unique constraint "it's; Hint: odd"`, names{Constraint: "it's; Hint: odd"}},
		{"23503", 0, `insert or update on table "o" violates foreign key constraint "o_fk"`, names{Table: "o", Constraint: "o_fk"}},
		{"23503", 0, `update or delete on table "c" violates foreign key constraint "o_fk" on table "o"`, names{Table: "o", Constraint: "o_fk"}},
		{"23502", 0, `null value in column "name" of relation "t" violates not-null constraint`, names{Table: "t", Column: "name"}},
		{"23502", 0, `null value in column "name" violates not-null constraint`, names{Column: "name"}},
		{"23502", 0, `domain shop."Odd name" does not allow null values`, names{Schema: "shop", DataType: "Odd name"}},
		{"23514", 0, `value for domain positive violates check constraint "positive_check"`, names{DataType: "positive", Constraint: "positive_check"}},
		{"23514", 0, `new row for relation "t" violates check constraint "t_check"`, names{Table: "t", Constraint: "t_check"}},
		{"23P01", 0, `conflicting key value violates exclusion constraint "t_ex"`, names{Constraint: "t_ex"}},
		{"42P01", 0, `relation "users" does not exist`, names{Table: "users"}},
		{"42703", 0, `column "nope" does not exist`, names{Column: "nope"}},
		{"42703", 0, `column u.nope does not exist`, names{Column: "nope"}},
		{"42703", 0, `column "nope" of relation "users" does not exist`, names{Table: "users", Column: "nope"}},
		{"42P07", 0, `relation "users" already exists`, names{Table: "users"}},
		{"42804", 0, `column "at" is of type timestamp with time zone but expression is of type text`, names{Column: "at", DataType: "timestamp with time zone"}},
		{"42501", 0, `permission denied for table my orders`, names{Table: "my orders"}},
		{"3D000", 0, `database "u" does not exist`, names{}},

		{"23000", 1062, "Duplicate entry '1' for key 'users.PRIMARY'", names{Table: "users", Constraint: "PRIMARY"}},
		{"23000", 1062, "Duplicate entry 'it's 1.5' for key 'uk'", names{Constraint: "uk"}},
		{"23000", 1452, "Cannot add or update a child row: " + fk, names{Schema: "shop", Table: "orders", Column: "customer", Constraint: "orders_ibfk_1"}},
		{"23000", 1451, "Cannot delete or update a parent row: " + fk, names{Schema: "shop", Table: "orders", Column: "customer", Constraint: "orders_ibfk_1"}},
		{"23000", 1451, "Cannot delete or update a parent row: " + strings.Replace(fk, "`customer`", "`a`, `b`", 1), names{Schema: "shop", Table: "orders", Constraint: "orders_ibfk_1"}},
		{"23000", 1451, "Cannot delete or update a parent row: " + fk[:70], names{Schema: "shop", Table: "orders"}},
		{"23000", 1452, "Cannot add or update a child row: " + strings.Replace(fk, "orders", "#sql-1_2", 1), names{}},
		{"23000", 1048, "Column 'name' cannot be null", names{Column: "name"}},
		{"HY000", 1364, "Field 'name' doesn't have a default value", names{Column: "name"}},
		{"HY000", 3819, "Check constraint 'age_check' is violated.", names{Constraint: "age_check"}},
		{"23000", 4025, "CONSTRAINT `age_check` failed for `shop`.`users`", names{Schema: "shop", Table: "users", Constraint: "age_check"}},
		{"23000", 4025, "CONSTRAINT `users.age` failed for `shop`.`users`", names{Schema: "shop", Table: "users"}},
		{"42S22", 1054, "Unknown column 'nope' in 'field list'", names{Column: "nope"}},
		{"42S02", 1146, "Table 'shop.nope' doesn't exist", names{Schema: "shop", Table: "nope"}},
		{"22007", 1366, "Incorrect integer value: 'x' for column `shop`.`users`.`age` at row 1", names{Schema: "shop", Table: "users", Column: "age"}},
		{"22001", 1406, "Data too long for column 'name' at row 1", names{Column: "name"}},
		{"42000", 1142, "INSERT command denied to user 'reader'@'localhost' for table 't'", names{Table: "t"}},
		{"42000", 1142, "INSERT command denied to user 'reader'@'localhost' for table `shop`.`t`", names{Schema: "shop", Table: "t"}},

		// What can be read in two ways names nothing.
		{"23505", 0, `duplicate key value violates unique constraint "a"b"`, names{}},
		{"23503", 0, `insert or update on table "a" violates foreign key constraint "b" violates foreign key constraint "c"`, names{}},
		{"23503", 0, `update or delete on table "c" violates foreign key constraint "x" violates foreign key constraint "y" on table "o"`, names{}},
		{"42P01", 0, `relation "shop.users" does not exist`, names{}},
		{"42703", 0, `column a.b.c does not exist`, names{}},
		{"42703", 0, `column "a".b does not exist`, names{}},
		{"23502", 0, `domain a.b.c does not allow null values`, names{}},
		{"23502", 0, `domain "a""b" does not allow null values`, names{}},
		{"23000", 1062, "Duplicate entry 'x' for key 'y' for key 'users.PRIMARY'", names{}},
		{"23000", 1062, "Duplicate entry 'x' for key ' for key 'uk'", names{}},
		{"23000", 1062, "Duplicate entry '1' for key 'a.b.c'", names{}},
		{"42S02", 1146, "Table 'a.b.c' doesn't exist", names{}},
		{"42S22", 1054, "Unknown column 'u.nope' in 'where clause'", names{}},
		// Nor do other errors, other languages and what is empty.
		{"23503", 0, `duplicate key value violates unique constraint "users_pkey"`, names{}},
		{"23505", 0, `doppelter Schlüsselwert verletzt Unique-Constraint »users_pkey«`, names{}},
		{"23505", 0, `duplicate key value violates unique constraint ""`, names{}},
		{"23505", 1062, `duplicate key value violates unique constraint "users_pkey"`, names{}},
		{"23000", 1063, "Duplicate entry '1' for key 'users.PRIMARY'", names{}},
		{"", 0, "", names{}},
	} {
		e := wire.DatabaseError{SQLState: tt.state, Number: tt.number, Message: tt.message}
		if d := cmp.Diff(tt.want, e.Names()); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.message, d)
		}
	}
}

// FuzzErrorText expects what an error is composed of to be read out of its
// text again, and of any text nothing that does not stand in it.
func FuzzErrorText(f *testing.F) {
	for text := range databaseErrorTexts() {
		f.Add(uint(0), text, "s", "t", "c", "k", "d")
	}
	for i := range wire.Templates() {
		f.Add(uint(i), "it's so", "public", "a table", "naïve", "t_pkey", "character varying")
		f.Add(uint(i), " ", `"`, "it's", "`", "x; Hint: y", `a."b"`)
	}
	f.Fuzz(func(t *testing.T, nth uint, text, schema, table, column, constraint, typ string) {
		for _, e := range []wire.DatabaseError{
			wire.ParseDatabaseError(text),
			{SQLState: "23505", Message: text},
			{Number: 1062, Message: text},
		} {
			substrings(t, e)
		}
		parts := wire.Names{Schema: schema, Table: table, Column: column, Constraint: constraint, DataType: typ}
		e, told := wire.Compose(int(nth%uint(wire.Templates())), parts, text)
		substrings(t, e)
		if got := e.Names(); got != (wire.Names{}) && got != told && !odd(schema, table, column, constraint, typ, text) {
			t.Errorf("%q names %+v, want %+v", e.Message, got, told)
		}
		if plain(schema) && plain(table) && plain(column) && plain(constraint) && plain(typ) && plain(text) {
			back := wire.ParseDatabaseError(e.Format())
			if d := cmp.Diff(told, back.Names()); d != "" {
				t.Errorf("%q (-want +got):\n%s", e.Format(), d)
			}
		}
	})
}

// odd reports whether one of the parts holds what stands around parts.
func odd(parts ...string) bool {
	for _, p := range parts {
		if p == "" || strings.ContainsAny(p, "\"'`.") || strings.Contains(p, "#sql") {
			return true
		}
	}
	return false
}

// plain reports whether a text is a word.
func plain(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789ïü") == ""
}

func substrings(t *testing.T, e wire.DatabaseError) {
	t.Helper()
	n := e.Names()
	for _, name := range []string{n.Schema, n.Table, n.Column, n.Constraint, n.DataType} {
		if !strings.Contains(e.Message, name) {
			t.Errorf("%q: %q does not stand in it", e.Message, name)
		}
	}
}

// TestNamesOfAHugeText reads texts of 1 MiB, as TestDatabaseErrorOfAHugeText.
func TestNamesOfAHugeText(t *testing.T) {
	huge := strings.Repeat("' for key '", 1<<20/11)
	for i := range wire.Templates() {
		for _, other := range []string{huge, strings.Repeat("`.`", 1<<18), strings.Repeat(`" on table "`, 1<<16)} {
			e, _ := wire.Compose(i, wire.Names{Schema: "s", Table: "t", Column: "c", Constraint: other, DataType: "d"}, other)
			substrings(t, e)
		}
	}
}
