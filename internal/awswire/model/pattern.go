package model

import (
	"fmt"
	"regexp"
)

// rewritten are the patterns that RE2 cannot express as they stand, each with one that accepts the same texts.
var rewritten = map[string]string{
	// iam accountAliasType: no two hyphens in a row. Its length, 3 to 63, is a constraint of the shape besides.
	`^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`: `[a-z0-9](-?[a-z0-9])+`,
}

// utf16Escape is Java's \uXXXX. Some models write five or six digits and mean the code point, which the longest match
// takes as such: the planes above the first start at 10000.
var utf16Escape = regexp.MustCompile(`\\u(10[0-9A-Fa-f]{4}|10000|[0-9A-Fa-f]{4})`)

// patternOf translates a published pattern. The models' patterns are Java's, and AWS matches the whole value.
func patternOf(published string) (*regexp.Regexp, error) {
	expr, ok := rewritten[published]
	if !ok {
		expr = utf16Escape.ReplaceAllString(published, `\x{$1}`)
	}
	re, err := regexp.Compile(`\A(?:` + expr + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("pattern %s: %w (add an equivalent to rewritten)", published, err)
	}
	return re, nil
}
