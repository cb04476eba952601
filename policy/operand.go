package policy

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// decimal is an exact decimal number, taken apart so that two compare without arithmetic: integers of any length keep
// their last digit, which a float64 would not.
type decimal struct {
	negative bool
	whole    string // digits without leading zeros
	fraction string // digits without trailing zeros
}

// parseDecimal reads an integer or decimal, such as -12 or 0.50. There are no exponents.
func parseDecimal(s string) (decimal, bool) {
	var d decimal
	s, d.negative = strings.CutPrefix(s, "-")
	whole, fraction, dotted := strings.Cut(s, ".")
	if !isDigits(whole) || dotted && !isDigits(fraction) {
		return decimal{}, false
	}
	d.whole = strings.TrimLeft(whole, "0")
	d.fraction = strings.TrimRight(fraction, "0")
	if d.whole == "" && d.fraction == "" {
		d.negative = false
	}
	return d, true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// compare is negative where d is less than e, zero where they are equal.
func (d decimal) compare(e decimal) int {
	if d.negative != e.negative {
		if d.negative {
			return -1
		}
		return 1
	}
	c := len(d.whole) - len(e.whole)
	if c == 0 {
		c = strings.Compare(d.whole, e.whole)
	}
	if c == 0 {
		c = strings.Compare(d.fraction, e.fraction)
	}
	if d.negative {
		return -c
	}
	return c
}

// parseDate reads a date of the W3C profiles of ISO 8601, from 2006-01 to 2006-01-02T15:04:05.999+01:00, or seconds of
// the epoch. Digits alone are seconds, so that a bare year is not a date. Without a zone the time is UTC.
func parseDate(s string) (time.Time, bool) {
	if isDigits(s) {
		sec, err := strconv.ParseInt(s, 10, 64)
		return time.Unix(sec, 0), err == nil
	}
	day, clock, timed := strings.Cut(s, "T")
	layout := "2006-01-02"
	switch {
	case !timed && len(day) == len("2006-01"):
		layout = "2006-01"
	case timed:
		layout = clockLayout(clock)
	}
	t, err := time.Parse(layout, s)
	return t, err == nil
}

// clockLayout is the layout of a date with the given time of day, chosen by its form; time.Parse checks the rest.
func clockLayout(clock string) string {
	zone := strings.IndexAny(clock, "Z+-")
	zoned := zone >= 0
	if zoned {
		clock = clock[:zone]
	}
	seconds := strings.Count(clock, ":") > 1
	switch {
	case zoned && seconds:
		return "2006-01-02T15:04:05Z07:00"
	case zoned:
		return "2006-01-02T15:04Z07:00"
	case seconds:
		return "2006-01-02T15:04:05"
	}
	return "2006-01-02T15:04"
}

// parsePrefix reads an address or a CIDR block. A bare address stands for itself alone.
func parsePrefix(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, false
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err == nil
}
