package wire

// Codes returns every code that has a status.
func Codes() map[Code]int { return statuses }
