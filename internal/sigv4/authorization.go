package sigv4

import (
	"net/http"
	"strings"
	"time"
)

// parseAuthorization reads
//
//	AWS4-HMAC-SHA256 Credential=…, SignedHeaders=a;b, Signature=…
//
// The parts may come in any order, with or without spaces after the commas. AWS names everything that is missing in
// one message, so the parts are collected before any of them is judged.
func parseAuthorization(r *http.Request, header string) (*Signature, error) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	switch {
	case scheme == Algorithm:
	case scheme == "AWS":
		return nil, errVersion2()
	case strings.HasPrefix(scheme, "AWS"):
		return nil, errAlgorithm(scheme)
	default:
		return nil, errForeign()
	}

	parts := map[string]string{"Credential": "", "Signature": "", "SignedHeaders": ""}
	for _, part := range strings.Split(rest, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, errComponent(part, header)
		}
		if old, known := parts[key]; !known || old != "" {
			return nil, errNonconforming(false)
		}
		parts[key] = value
	}
	date, err := requestDate(r)
	if err != nil {
		return nil, err
	}
	if parts["Credential"] == "" || parts["Signature"] == "" || parts["SignedHeaders"] == "" || date == "" {
		return nil, errIncompleteHeader(parts, date, header)
	}

	s := &Signature{signature: parts["Signature"]}
	if err := s.setCredential(parts["Credential"]); err != nil {
		return nil, err
	}
	s.SignedHeaders = strings.Split(parts["SignedHeaders"], ";")
	var ok bool
	if s.Date, ok = parseTime(date); !ok {
		return nil, errDate(date, false)
	}
	if s.SessionToken, err = single(r, "X-Amz-Security-Token", false); err != nil {
		return nil, err
	}
	if s.PayloadHash, err = single(r, "X-Amz-Content-Sha256", false); err != nil {
		return nil, err
	}
	return s, nil
}

// requestDate is the text of the request's date: X-Amz-Date, else Date, which may be an HTTP date too and is given
// back in ISO 8601 basic format then. Empty where there is neither.
func requestDate(r *http.Request) (string, error) {
	date, err := single(r, "X-Amz-Date", false)
	if err != nil || date != "" {
		return date, err
	}
	if date, err = single(r, "Date", false); err != nil {
		return "", err
	}
	if t, err := http.ParseTime(date); err == nil {
		return t.In(time.UTC).Format(timeLayout), nil
	}
	return date, nil
}
