package wire

import "strings"

// messageTexts are the messages that name something. A template shows the place
// of a name by a word in braces, {} is something else, … is whatever follows. Of
// several templates of one error the first that fits is taken.
var messageTexts = parseTemplates([]template{
	{state: "23001", text: `update or delete on table "{}" violates RESTRICT setting of foreign key constraint "{constraint}" on table "{table}"`},
	{state: "23502", text: `null value in column "{column}" of relation "{table}" violates not-null constraint`},
	{state: "23502", text: `null value in column "{column}" violates not-null constraint`}, // before PostgreSQL 13
	{state: "23502", text: `column "{column}" of relation "{table}" contains null values`},
	{state: "23502", text: `column "{column}" of table "{table}" contains null values`},
	{state: "23502", text: `domain {type} does not allow null values`},
	{state: "23503", text: `insert or update on table "{table}" violates foreign key constraint "{constraint}"`},
	{state: "23503", text: `update or delete on table "{}" violates foreign key constraint "{constraint}" on table "{table}"`},
	{state: "23505", text: `duplicate key value violates unique constraint "{constraint}"`},
	{state: "23505", text: `could not create unique index "{constraint}"`},
	{state: "23514", text: `new row for relation "{table}" violates check constraint "{constraint}"`},
	{state: "23514", text: `new row for relation "{table}" violates partition constraint`},
	{state: "23514", text: `no partition of relation "{table}" found for row`},
	{state: "23514", text: `check constraint "{constraint}" of relation "{table}" is violated by some row`},
	{state: "23514", text: `column "{column}" of table "{table}" contains values that violate the new constraint`},
	{state: "23514", text: `value for domain {type} violates check constraint "{constraint}"`},
	{state: "23P01", text: `conflicting key value violates exclusion constraint "{constraint}"`},
	{state: "23P01", text: `could not create exclusion constraint "{constraint}"`},
	{state: "3F000", text: `schema "{schema}" does not exist`},
	{state: "42501", text: `permission denied for table {bare table}`},
	{state: "42501", text: `permission denied for schema {bare schema}`},
	{state: "42501", text: `must be owner of table {bare table}`},
	{state: "42701", text: `column "{column}" of relation "{table}" already exists`},
	{state: "42701", text: `column "{column}" specified more than once`},
	{state: "42702", text: `column reference "{column}" is ambiguous`},
	{state: "42703", text: `column "{column}" of relation "{table}" does not exist`},
	{state: "42703", text: `column "{column}" does not exist`},
	{state: "42703", text: `column {t.c} does not exist`},
	{state: "42704", text: `type "{type or s.t}" does not exist`},
	{state: "42704", text: `constraint "{constraint}" of relation "{table}" does not exist`},
	{state: "42710", text: `constraint "{constraint}" for relation "{table}" already exists`},
	{state: "42804", text: `column "{column}" is of type {type} but expression is of type …`},
	{state: "42P01", text: `relation "{table or s.t}" does not exist`},
	{state: "42P07", text: `relation "{table}" already exists`},
	{state: "55P03", text: `could not obtain lock on relation "{table}"`},
	{state: "55P03", text: `could not obtain lock on row in relation "{table}"`},

	{number: 1048, text: "Column '{column or t.c}' cannot be null"},
	{number: 1049, text: "Unknown database '{schema}'"},
	{number: 1050, text: "Table '{table or s.t}' already exists"},
	{number: 1051, text: "Unknown table '{s.t}'"},
	{number: 1052, text: "Column '{column or t.c}' in …"},
	{number: 1054, text: "Unknown column '{column or t.c}' in …"},
	{number: 1060, text: "Duplicate column name '{column}'"},
	{number: 1062, text: "Duplicate entry '{}' for key '{key}'"},
	{number: 1142, text: "{} for table '{table or s.t}'"},
	{number: 1142, text: "{} for table `{schema}`.`{table}`"}, // MariaDB
	{number: 1146, text: "Table '{s.t}' doesn't exist"},
	{number: 1264, text: "Out of range value for column '{column or t.c}' at row …"},
	{number: 1265, text: "Data truncated for column '{column or t.c}' at row …"},
	{number: 1292, text: "Incorrect {}' for column '{column or t.c}' at row …"},
	{number: 1292, text: "Incorrect {}' for column `{schema}`.`{table}`.`{column}` at row …"}, // MariaDB
	{number: 1364, text: "Field '{column or t.c}' doesn't have a default value"},
	{number: 1366, text: "Incorrect {}' for column '{column or t.c}' at row …"},
	{number: 1366, text: "Incorrect {}' for column `{schema}`.`{table}`.`{column}` at row …"}, // MariaDB
	{number: 1406, text: "Data too long for column '{column or t.c}' at row …"},
	// A foreign key may have several columns, and a long text breaks off.
	{number: 1451, text: "Cannot delete or update a parent row: a foreign key constraint fails (`{schema}`.`{table}`, CONSTRAINT `{constraint}` FOREIGN KEY (`{column}`) …"},
	{number: 1451, text: "Cannot delete or update a parent row: a foreign key constraint fails (`{schema}`.`{table}`, CONSTRAINT `{constraint}` FOREIGN KEY …"},
	{number: 1451, text: "Cannot delete or update a parent row: a foreign key constraint fails (`{schema}`.`{table}`, …"},
	{number: 1452, text: "Cannot add or update a child row: a foreign key constraint fails (`{schema}`.`{table}`, CONSTRAINT `{constraint}` FOREIGN KEY (`{column}`) …"},
	{number: 1452, text: "Cannot add or update a child row: a foreign key constraint fails (`{schema}`.`{table}`, CONSTRAINT `{constraint}` FOREIGN KEY …"},
	{number: 1452, text: "Cannot add or update a child row: a foreign key constraint fails (`{schema}`.`{table}`, …"},
	{number: 1586, text: "Duplicate entry '{}' for key '{key}'"},
	{number: 3819, text: "Check constraint '{constraint}' is violated."},
	{number: 4025, text: "CONSTRAINT `{check}` failed for `{schema}`.`{table}`"}, // MariaDB
})

// template is a messageText as it is written down.
type template struct {
	state  string
	number int
	text   string
}

func parseTemplates(templates []template) []messageText {
	texts := make([]messageText, len(templates))
	for i, t := range templates {
		m := messageText{state: t.state, number: t.number}
		m.begin, t.text, m.open = cutTemplate(t.text)
		for t.text != "" {
			var part messagePart
			part.word, t.text, _ = strings.Cut(t.text, "}")
			part.then, t.text, m.open = cutTemplate(t.text)
			m.parts = append(m.parts, part)
		}
		texts[i] = m
	}
	return texts
}

// cutTemplate splits a template in front of its first slot. The last text may
// be open.
func cutTemplate(template string) (literal, rest string, open bool) {
	literal, rest, _ = strings.Cut(template, "{")
	literal, open = strings.CutSuffix(literal, "…")
	return literal, rest, open
}
