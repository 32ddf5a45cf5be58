package cli

import "fmt"

// anyGone returns a channel that gets each of the databases, of those that are
// ours, when its process is gone. What waits for that ends when all of them
// were stopped.
func anyGone(databases ...*database) <-chan *database {
	gone := make(chan *database, len(databases))
	for _, d := range databases {
		if d.gone == nil {
			continue
		}
		go func() {
			<-d.gone
			gone <- d
		}()
	}
	return gone
}

// lost is the error for a database that ended on its own. The stop that
// follows says how it ended, and shows the end of its log.
func (d *database) lost() error {
	return &exitError{exitNoDatabase, fmt.Errorf("the database ended on its own, so the Data API ends too: %s", d.description)}
}
