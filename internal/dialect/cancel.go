package dialect

import "fmt"

// Tag returns the comment that marks statements, for the one who is to find
// them while they run. id has to consist of letters and digits. It is put in
// front, because lists of running statements cut off their ends.
func Tag(id string) string { return "/*auroradataapi " + id + "*/ " }

// Cancellation is how statements are stopped from another session.
type Cancellation struct {
	// Find returns a row for each statement that runs under a tag. Where Kill is
	// nil it has stopped them as well.
	Find string
	// Kill returns the statement that stops what the session of that number
	// runs.
	Kill func(session int64) string
}

// Cancel returns how what runs under a tag is stopped.
//
// MySQL cannot do that in one statement. Between its two, a connection may turn
// to something else, which the second one then stops; so it looks only for what
// has run for a second, and is not about to end just then.
func (d *Dialect) Cancel(tag string) Cancellation {
	if d == PostgreSQL {
		return Cancellation{Find: "SELECT pg_cancel_backend(pid) FROM pg_stat_activity" +
			" WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '" + tag + "%'"}
	}
	return Cancellation{
		Find: "SELECT id FROM information_schema.processlist WHERE time >= 1 AND info LIKE '" + tag + "%'",
		Kill: func(session int64) string { return fmt.Sprintf("KILL QUERY %d", session) },
	}
}

// Running returns a query for the number of statements that run under a tag.
func (d *Dialect) Running(tag string) string {
	if d == PostgreSQL {
		return "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '" + tag + "%'"
	}
	return "SELECT count(*) FROM information_schema.processlist WHERE info LIKE '" + tag + "%'"
}
