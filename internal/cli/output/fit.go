package output

const (
	// maxWidth bounds what a table pads to where nothing else does: one long
	// value must not blow up every line.
	maxWidth = 256
	// minText and minNumber are the widths down to which columns are narrowed
	// before whole columns are left out. A number that is cut misleads, so
	// one of up to 20 digits is left whole.
	minText, minNumber = 12, 21
)

// fit narrows widths so that a table of them takes at most limit cells, always
// the widest column first, and returns how many columns then fit. Without a
// limit, all do.
func fit(widths []int, classes []class, limit int) (shown int) {
	if limit <= 0 {
		for i, w := range widths {
			widths[i] = min(w, maxWidth)
		}
		return len(widths)
	}
	for i, w := range widths {
		widths[i] = min(w, limit)
	}
	for tableWidth(widths) > limit {
		widest := -1
		for i, w := range widths {
			if w > floor(classes[i]) && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return columnsWithin(widths, limit)
		}
		widths[widest]--
	}
	return len(widths)
}

func floor(c class) int {
	if c.numeric() {
		return minNumber
	}
	return minText
}

// tableWidth is the width of a line: a space on either side of each cell and a
// bar between cells.
func tableWidth(widths []int) int {
	total := 3*len(widths) - 1
	for _, w := range widths {
		total += w
	}
	return total
}

// columnsWithin returns how many columns fit in front of a mark for those that
// do not. The first is always shown, narrowed if it has to be.
func columnsWithin(widths []int, limit int) int {
	const mark = len("| ") + 1
	limit -= mark
	widths[0] = max(min(widths[0], limit-2), 1)
	n := 1
	for n < len(widths) && tableWidth(widths[:n+1]) <= limit {
		n++
	}
	return n
}
