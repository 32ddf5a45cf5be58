package parity

var postgresDifferences = []difference{
	{
		reason: "The service writes JSON anew, without blanks (F0105).",
		of:     []string{"json", "jsonb", "json[]", "jsonb[]"},
		in:     scans,
	},
	{
		reason: "pgx proposes float64 for a numeric, which has no room for its digits. The value is a string in both drivers.",
		of:     []string{"numeric", "numeric(10,2)"},
		in:     []string{"ScanType"},
	},
	{
		reason: "pgx makes numbers of a size that was not declared. Here there is none, and a text without a limit has the longest length.",
		of:     []string{"numeric", "varchar", "bit varying"},
		in:     []string{"DecimalSize", "Length"},
	},
	{
		reason: "The service says what each type is called; pgx tells the number of one that it does not know.",
		of: []string{"mood", "mood[]", "void", "timetz", "money", "complex", "tsquery", "regclass", "regtype", "regproc", "pg_lsn",
			"int2vector", "oidvector", "refcursor"},
		in: []string{"DatabaseTypeName"},
	},
	{
		reason: "The service says whether a column of a table may be NULL; pgx does not.",
		in:     []string{"Nullable"},
	},
}

var postgresErrorDifferences = []difference{
	{
		reason: "The service passes on no details (F0053), which quote values.",
		in:     []string{"detail"},
	},
	{
		reason: "Of the names of what broke a rule the service passes on those alone that stand in the message. It names the constraint, by which programs tell one from the other.",
		in:     []string{"schema", "table"},
		of:     []string{"unique key", "primary key", "foreign key", "foreign key, referred to", "CHECK", "CHECK of a domain", "NOT NULL"},
	},
	{
		reason: "What the message names is given where PostgreSQL itself gives it in the message alone.",
		in:     []string{"table", "column", "data type"},
		of: []string{"undefined table", "undefined column", "undefined column of an alias", "undefined type", "ambiguous column",
			"type of an assignment", "table exists", "behind placeholders", "behind text that is no ASCII"},
	},
}

var mysqlDifferences = []difference{
	{
		reason: "The service makes a boolean of TINYINT(1), which MySQL calls BOOLEAN, so that of other numbers it is only left that they are not 0.",
		of:     []string{"boolean"},
		in:     scans,
	},
	{
		reason: "The service makes a boolean of BIT(1) too, and tells the two apart in nothing. Both are 0 or 1 here, as TINYINT(1) is in the peer: that is the more frequent one by far, and scans into bool and into numbers.",
		of:     []string{"bit(1)"},
		in:     append([]string{"ScanType"}, scans...),
	},
	{
		reason: "Nor has it a name for the one that the other does not have.",
		of:     []string{"tinyint(1)", "boolean"},
		in:     []string{"DatabaseTypeName"},
	},
	{
		reason: "A driver.Value may not be a float32, of which a Scanner need not know. Into any variable that has a type the same number is scanned.",
		of:     []string{"float", "float unsigned", "float(7,3)"},
		in:     []string{"any", "sql.Scanner", "Decimal"},
	},
	{
		reason: "A float has no number of decimal digits.",
		of:     []string{"float", "float unsigned", "float(7,3)", "double", "double unsigned"},
		in:     []string{"DecimalSize"},
	},
	{
		reason: "go-sql-driver counts a sign that an unsigned number does not have.",
		of:     []string{"decimal(10,2) unsigned"},
		in:     []string{"DecimalSize"},
	},
	{
		reason: "The service tells the sizes of texts and blobs apart by name; go-sql-driver calls them all TEXT or BLOB. A json column of MariaDB is a longtext.",
		of:     []string{"tinytext", "mediumtext", "longtext", "tinyblob", "mediumblob", "longblob", "json"},
		in:     []string{"DatabaseTypeName"},
	},
	{
		reason: "The service says how long a text or a blob may be; go-sql-driver does not.",
		in:     []string{"Length"},
	},
	{
		reason:    "The service writes JSON of MySQL anew, without blanks (F0248). MariaDB, which stands in for MySQL here, has no such type.",
		of:        []string{"json"},
		in:        scans,
		sometimes: true,
	},
}

// mysqlErrorDifferences is empty: MySQL's errors are a number, an SQLSTATE and
// a message, all of which arrive.
var mysqlErrorDifferences []difference

var postgresEffectDifferences = []difference{
	{
		reason: "The service counts no rows for DDL (F0075), of which this is one to it.",
		of:     []string{"CREATE TABLE AS"},
		in:     []string{"RowsAffected"},
	},
}

var mysqlEffectDifferences []difference

// scans names all destinations.
var scans = func() []string {
	names := []string{raw}
	for _, d := range append(destinations, arrayDestinations...) {
		names = append(names, d.name)
	}
	return names
}()
