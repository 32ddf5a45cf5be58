package server

// connections returns how many connections are open, and how many of them are
// in use.
func (e *pgEngine) connections() (open, used int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, pool := range e.pools {
		stat := pool.Stat()
		open += int(stat.TotalConns())
		used += int(stat.AcquiredConns())
	}
	return open, used
}
