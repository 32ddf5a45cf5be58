package dialect

import "strings"

// Redefines says whether the statement may change what names in other statements
// mean: by a change of the schema or of the path on which it is searched. What a
// function or procedure does is not seen.
func (s *Statement) Redefines() bool {
	switch s.Verb() {
	case "CREATE", "ALTER", "DROP", "DO", "IMPORT", "DISCARD", "RENAME", "ROLLBACK", "USE":
		return true
	case "SET", "RESET":
		return s.mentions("search_path", "role", "schema", "authorization", "all")
	case "SELECT", "WITH":
		if !s.kind.ReturnsRows() && !s.kind.Counts() { // INTO a new table
			return true
		}
		return s.kind.Writes() && s.mentions("set_config") && s.mentions("search_path", "role", "set_config($")
	}
	return false
}

// mentions says whether the text holds any of the words.
func (s *Statement) mentions(words ...string) bool {
	return contains(strings.ToLower(s.sql), words...)
}
