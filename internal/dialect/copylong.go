package dialect

// Pieces is the SQL that puts a text together in the session of a transaction, from
// pieces that travel as the parameter CopyParameter, one in each call (F0062). It
// needs neither a table nor a privilege. On PostgreSQL each piece copies what is there
// already, so that the time grows with the square of the row's length.
type Pieces struct {
	First string // has the text begin with a piece, whatever it was
	Next  string // appends a piece
	// Measure returns the bytes that the text has as UTF-8, NULL if the database
	// could not hold it, and the most it can hold, NULL if nothing bounds it.
	Measure string
	// Limit is the name of what bounds the text.
	Limit string
	// Clear gives the memory back.
	Clear string
	// Stays says that a rollback leaves the text where it is.
	Stays bool

	text string // the text, as an expression
}

// Pieces returns the SQL that puts the rows of a Copy together.
func (d *Dialect) Pieces() Pieces {
	if d.syntax.backticks {
		// SELECT @a := … would tell the length at once, but the service's word on :=
		// is not known (F0217).
		const (
			variable = "@auroradataapi_rows"
			text     = "CONVERT(" + variable + " USING utf8mb4)" // whatever parameters arrive as
		)
		return Pieces{
			First:   "SET " + variable + " = :" + CopyParameter,
			Next:    "SET " + variable + " = CONCAT(" + variable + ", :" + CopyParameter + ")",
			Measure: "SELECT OCTET_LENGTH(" + text + "), @@max_allowed_packet",
			Limit:   "max_allowed_packet",
			Clear:   "SET " + variable + " = NULL",
			Stays:   true,
			text:    text,
		}
	}
	const text = "current_setting('auroradataapi.rows')"
	set := func(value string) string { // the answer would be the whole text otherwise
		return "SELECT octet_length(set_config('auroradataapi.rows', " + value + ", true))"
	}
	const piece = "CAST(:" + CopyParameter + " AS text)"
	return Pieces{
		First:   set(piece),
		Next:    set(text + " || " + piece),
		Measure: "SELECT octet_length(convert_to(" + text + ", 'UTF8')), NULL::int8",
		Clear:   set("''"),
		text:    "CAST(" + text + " AS jsonb)",
	}
}
