package wire

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// canonicalLong reads an integer of 64 bits.
func canonicalLong(d []byte, i int) (v int64, next int) {
	negative := d[i] == '-'
	if negative {
		i++
	}
	n, end := digits(d, i, 0)
	count := end - i
	if count == 0 || count > 19 || count > 1 && d[i] == '0' || n > math.MaxInt64 { // 19 fit into 64 bits without a sign
		return 0, 0
	}
	if negative {
		return -int64(n), end
	}
	return int64(n), end
}

// digits reads digits, appends them to the number n and returns the place
// behind them. It reads eight at once.
func digits(d []byte, i int, n uint64) (uint64, int) {
	for i+8 <= len(d) {
		x := binary.LittleEndian.Uint64(d[i:]) ^ '0'*ones
		count := bits.TrailingZeros64((x+(128-10)*ones|x)&highs) / 8 // of digits before what is none
		n = n*wholes[count] + eight(x<<(64-8*count))
		if i += count; count < 8 {
			return n, i
		}
	}
	for ; i < len(d); i++ {
		c := d[i] - '0'
		if c > 9 {
			break
		}
		n = n*10 + uint64(c)
	}
	return n, i
}

// eight returns the number of the eight digits that the bytes of x are, the
// first in the lowest: those of pairs, then of two pairs, then of them all.
func eight(x uint64) uint64 {
	x = x*10 + x>>8
	const pair = 0x000000FF000000FF
	return (x&pair*(1_000_000<<32+100) + x>>16&pair*(10_000<<32+1)) >> 32
}

// wholes are the powers of ten that 64 bits hold.
var wholes = [...]uint64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// canonicalDouble reads a number without an exponent. One of more digits than 64
// bits hold is for strconv.
func canonicalDouble(d []byte, i int) (v float64, next int) {
	start := i
	negative := d[i] == '-'
	if negative {
		i++
	}
	n, end := digits(d, i, 0)
	count, fraction := end-i, 0
	if count == 0 || count > 1 && d[i] == '0' {
		return 0, 0
	}
	if end < len(d) && d[end] == '.' {
		point := end
		n, end = digits(d, point+1, n)
		if fraction = end - point - 1; fraction == 0 {
			return 0, 0
		}
	}
	if count+fraction > 19 {
		v, err := strconv.ParseFloat(string(d[start:end]), 64)
		if err != nil {
			return 0, 0
		}
		return v, end
	}
	if n <= 1<<53 { // as any power of ten up to 1e18, it is exact as a double: the quotient is rounded once
		v = float64(int64(n)) / float64(int64(wholes[fraction]))
	} else {
		v = quotient(n, wholes[fraction])
	}
	if negative {
		v = -v
	}
	return v, end
}

// quotient returns the double that is nearest to n/m, of two even one of the same
// distance. Neither is 0.
func quotient(n, m uint64) float64 {
	up, down := bits.LeadingZeros64(n), bits.LeadingZeros64(m)
	n, m = n<<up, m<<down
	// At least 62 bits of the quotient of two numbers that begin with a one, and
	// whether there are more, which is all that rounding to 53 has to know.
	q, rest := bits.Div64(n>>2, n<<62, m)
	if rest != 0 {
		q |= 1
	}
	scale := math.Float64frombits(uint64(1023-62+down-up) << 52)
	return float64(int64(q)) * scale
}
