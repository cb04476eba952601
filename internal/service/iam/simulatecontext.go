package iam

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/airside-dev/airside/internal/api/iamapi"
	"github.com/airside-dev/airside/internal/awserr"
	"github.com/airside-dev/airside/policy"
)

// contextEntries reads the condition keys of a simulation. A key without values is absent.
func contextEntries(entries []iamapi.ContextEntry) (policy.Keys, error) {
	keys := policy.Keys{}
	for i, e := range entries {
		name := value(e.ContextKeyName)
		if name == "" {
			return nil, awserr.New(invalidInput, "Invalid Context Entry: member %d has no name.", i+1)
		}
		if keys.Get(name) != nil {
			return nil, awserr.New(invalidInput, "Invalid Context Entry: %s is given twice.", name)
		}
		kind, list := strings.CutSuffix(value(e.ContextKeyType), "List")
		if !list && len(e.ContextKeyValues) > 1 {
			return nil, awserr.New(invalidInput, "Invalid Context Entry: %s has several values and the type %s.", name, value(e.ContextKeyType))
		}
		for _, v := range e.ContextKeyValues {
			if !isOfType(kind, v) {
				return nil, awserr.New(invalidInput, "Invalid Context Entry: the value '%s' of %s is not of the type %s.", v, name, kind)
			}
		}
		keys.Set(name, e.ContextKeyValues...)
	}
	return keys, nil
}

// isOfType tells whether a text is a value of a ContextKeyType, without its List. What such values look like is what the
// condition operators of the type take (reference_policies_elements_condition_operators).
func isOfType(kind, text string) bool {
	var err error
	switch kind {
	case "numeric":
		_, err = strconv.ParseFloat(text, 64)
	case "boolean":
		return strings.EqualFold(text, "true") || strings.EqualFold(text, "false")
	case "ip":
		if _, err = netip.ParseAddr(text); err != nil {
			_, err = netip.ParsePrefix(text)
		}
	case "binary":
		_, err = base64.StdEncoding.DecodeString(text)
	case "date":
		return isDate(text)
	}
	return err == nil
}

// isDate: an ISO 8601 date of any length, or seconds since 1970.
func isDate(text string) bool {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	_, err := strconv.ParseInt(text, 10, 64)
	return err == nil
}
