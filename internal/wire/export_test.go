package wire

// Codes returns every code that has a status.
func Codes() map[Code]int { return statuses }

// Compose words an error as the nth of the templates does, and returns the
// names that it tells then. Those of other are put where no name stands.
func Compose(nth int, of Names, other string) (DatabaseError, Names) {
	t := messageTexts[nth%len(messageTexts)]
	e := DatabaseError{SQLState: t.state, Number: t.number}
	if t.number == 0 {
		e.Severity = "ERROR"
	} else {
		e.SQLState = "HY000"
	}
	var told Names
	text := t.begin
	for _, p := range t.parts {
		switch p.word {
		case "":
			text += other
		case "schema", "bare schema":
			text, told.Schema = text+of.Schema, of.Schema
		case "table", "bare table", "table or s.t":
			text, told.Table = text+of.Table, of.Table
		case "column", "column or t.c":
			text, told.Column = text+of.Column, of.Column
		case "constraint", "check":
			text, told.Constraint = text+of.Constraint, of.Constraint
		case "type", "type or s.t":
			text, told.DataType = text+of.DataType, of.DataType
		case "t.c":
			text, told.Column = text+"alias."+of.Column, of.Column
		case "s.t":
			text, told.Schema, told.Table = text+of.Schema+"."+of.Table, of.Schema, of.Table
		case "key":
			text, told.Table, told.Constraint = text+of.Table+"."+of.Constraint, of.Table, of.Constraint
		default:
			panic("no such slot: " + p.word)
		}
		text += p.then
	}
	if t.open {
		text += other
	}
	e.Message = text
	return e, told
}

// Templates is the number of the templates.
func Templates() int { return len(messageTexts) }
