package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// What a Signature Version 4 for the Data API is made of (F0002).
const (
	sigAlgorithm  = "AWS4-HMAC-SHA256"
	sigService    = "rds-data"
	sigTerminator = "aws4_request"
	sigTime       = "20060102T150405Z"
)

// maxClockSkew is how far a signature's time may be off, either way (F0133).
const maxClockSkew = 5 * time.Minute

// signature is what the head of a request says about its signature.
type signature struct {
	keyID                             string
	date, region, service, terminator string   // the scope
	headers                           []string // those that are signed, in order
	value                             string
	time                              string // of signing, as sigTime
}

// readSignature reads the signature of a request. One in the query string is
// refused (F0255).
func readSignature(r *http.Request) (*signature, error) {
	switch values := r.Header.Values("Authorization"); {
	case len(values) == 0 && r.URL.Query().Has("X-Amz-Signature"):
		return nil, incomplete("a signature in the query string is not accepted; sign the request in its Authorization header")
	case len(values) == 0 || values[0] == "":
		return nil, wire.NewError(wire.CodeMissingAuthentication, "Missing Authentication Token")
	case len(values) > 1:
		return nil, incomplete("there is more than one Authorization header.")
	}
	sig, err := parseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	if sig.time, err = signingTime(r); err != nil {
		return nil, err
	}
	return sig, sig.checkHeaders(r)
}

// parseAuthorization reads an Authorization header. Its text stays out of the
// errors, as they may be logged.
func parseAuthorization(text string) (*signature, error) {
	algorithm, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	if algorithm != sigAlgorithm {
		return nil, incomplete("the Authorization header does not begin with '" + sigAlgorithm + "'.")
	}
	params := map[string]string{"Credential": "", "Signature": "", "SignedHeaders": ""}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if seen, known := params[name]; !found || !known || seen != "" {
			return nil, incomplete("the Authorization header is not a list of Credential, SignedHeaders and Signature, each once, as name=value.")
		}
		params[name] = value
	}
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if params[name] == "" {
			return nil, incomplete("Authorization header requires '" + name + "' parameter.")
		}
	}
	sig := &signature{value: params["Signature"], headers: strings.Split(params["SignedHeaders"], ";")}
	credential := strings.Split(params["Credential"], "/")
	if len(credential) != 5 || slices.Contains(credential, "") {
		return nil, incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.")
	}
	sig.keyID, sig.date, sig.region, sig.service, sig.terminator =
		credential[0], credential[1], credential[2], credential[3], credential[4]
	if raw, err := hex.DecodeString(sig.value); err != nil || len(raw) != sha256.Size {
		return nil, incomplete("the Signature is not of 64 hexadecimal digits.")
	}
	return sig, nil
}

// signingTime returns when a request was signed, as sigTime.
func signingTime(r *http.Request) (string, error) {
	name := "X-Amz-Date"
	if len(r.Header.Values(name)) == 0 {
		name = "Date"
	}
	values := r.Header.Values(name)
	if len(values) != 1 {
		return "", incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	}
	t, err := time.Parse(sigTime, values[0])
	if err != nil && name == "Date" {
		t, err = http.ParseTime(values[0])
	}
	if err != nil {
		return "", incomplete("Date must be in ISO-8601 'basic format', as in " + sigTime + ".")
	}
	return t.UTC().Format(sigTime), nil
}

// checkHeaders refuses a signature that leaves out what it has to cover
// (F0257), and one that does not list names as they have to be listed.
func (s *signature) checkHeaders(r *http.Request) error {
	for i, name := range s.headers {
		if name == "" || name != strings.ToLower(name) || i > 0 && name <= s.headers[i-1] {
			return incomplete("SignedHeaders must be lower-case names in order, each once.")
		}
	}
	needed := []string{"host"}
	for _, name := range []string{"x-amz-date", "x-amz-security-token", "x-amz-content-sha256"} {
		if len(r.Header.Values(name)) > 0 {
			needed = append(needed, name)
		}
	}
	if len(r.Header.Values("x-amz-date")) == 0 {
		needed = append(needed, "date")
	}
	for _, name := range needed {
		if !slices.Contains(s.headers, name) {
			return badSignature("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// checkScope refuses a signature for something else (F0137). No regions are
// any.
func (s *signature) checkScope(regions []string) error {
	var wrong []string
	if s.terminator != sigTerminator {
		wrong = append(wrong, "Credential should be scoped with a valid terminator: '"+sigTerminator+"'.")
	}
	if len(regions) > 0 && !slices.Contains(regions, s.region) {
		wrong = append(wrong, "Credential should be scoped to a valid region.")
	}
	if s.service != sigService {
		wrong = append(wrong, "Credential should be scoped to correct service: '"+sigService+"'.")
	}
	if s.date != s.time[:len("20060102")] {
		wrong = append(wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.")
	}
	if wrong != nil {
		return badSignature(strings.Join(wrong, " "))
	}
	return nil
}

// checkTime refuses a signature that is too old or not of our time yet (F0133).
func (s *signature) checkTime(now time.Time) error {
	signed, err := time.Parse(sigTime, s.time)
	if err != nil {
		return incomplete("Date must be in ISO-8601 'basic format'.") // never: signingTime wrote it
	}
	now = now.UTC().Truncate(time.Second)
	earliest, latest := now.Add(-maxClockSkew), now.Add(maxClockSkew)
	minutes := int(maxClockSkew / time.Minute)
	switch {
	case signed.Before(earliest):
		return badSignature(fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %d min.)",
			s.time, earliest.Format(sigTime), now.Format(sigTime), minutes))
	case signed.After(latest):
		return badSignature(fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %d min.)",
			s.time, latest.Format(sigTime), now.Format(sigTime), minutes))
	}
	return nil
}

func incomplete(text string) error { return wire.NewError(wire.CodeIncompleteSignature, text) }

func badSignature(text string) error { return wire.NewError(wire.CodeInvalidSignature, text) }
