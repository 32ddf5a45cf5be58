package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// padFraction writes the fraction of a time's second as the service does: with
// no digits, three or six, the fewest that hold it (F0103). The rest stays as it is.
func padFraction(text string) string {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return text
	}
	end := dot + 1
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	digits := strings.TrimRight(text[dot+1:end], "0")
	switch n := len(digits); {
	case n == 0:
		return text[:dot] + text[end:]
	case n <= 3:
		return text[:dot+1] + digits + "000"[n:] + text[end:]
	case n <= 6:
		return text[:dot+1] + digits + "000000"[n:] + text[end:]
	default:
		return text
	}
}

// toUTC takes an instant, as the database writes it in its session's zone, to
// UTC without a zone. The zone is UTC unless a transaction changed it.
func toUTC(text string) (string, bool) {
	wall, era := text, ""
	if rest, ok := strings.CutSuffix(text, " BC"); ok {
		wall, era = rest, " BC"
	}
	sign := strings.LastIndexAny(wall, "+-")
	space := strings.IndexByte(wall, ' ')
	if space < 0 || sign < space {
		return "", false
	}
	offset, ok := parseOffset(wall[sign+1:])
	if !ok {
		return "", false
	}
	if offset == 0 {
		return padFraction(wall[:sign] + era), true
	}
	if wall[sign] == '-' {
		offset = -offset
	}
	return shift(wall[:sign], era != "", -offset)
}

// parseOffset reads hh, hh:mm or hh:mm:ss.
func parseOffset(text string) (time.Duration, bool) {
	var sum time.Duration
	unit := time.Hour
	for part := range strings.SplitSeq(text, ":") {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || unit == 0 {
			return 0, false
		}
		sum += time.Duration(n) * unit
		unit = map[time.Duration]time.Duration{time.Hour: time.Minute, time.Minute: time.Second}[unit]
	}
	return sum, true
}

// shift moves a date and time of day. Years go beyond what time.Parse reads.
func shift(wall string, bc bool, by time.Duration) (string, bool) {
	day, clock, _ := strings.Cut(wall, " ")
	parts := strings.Split(day, "-")
	if len(parts) != 3 {
		return "", false
	}
	var ymd [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil {
			return "", false
		}
		ymd[i] = n
	}
	if bc {
		ymd[0] = 1 - ymd[0]
	}
	tod, err := time.Parse("15:04:05.999999", clock)
	if err != nil {
		return "", false
	}
	t := time.Date(ymd[0], time.Month(ymd[1]), ymd[2], tod.Hour(), tod.Minute(), tod.Second(), tod.Nanosecond(), time.UTC).Add(by)
	year, era := t.Year(), ""
	if year <= 0 {
		year, era = 1-year, " BC"
	}
	return padFraction(fmt.Sprintf("%04d-%s", year, t.Format("01-02 15:04:05.000000")) + era), true
}
