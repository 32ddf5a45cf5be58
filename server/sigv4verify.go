package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// verify reads the body of a request, leaves it to be read again, and refuses
// a signature that is not that of the secret over what was sent (F0136).
func (s *signature) verify(r *http.Request, secret string) error {
	body, err := wire.ReadBody(r)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	hash := hashText(body)
	if declared := r.Header.Values("X-Amz-Content-Sha256"); len(declared) > 0 && !carries(r, "X-Amz-Content-Sha256", hash) {
		return badSignature("the x-amz-content-sha256 header is not the hash of the body, which has to be signed.")
	}
	canonical, ok := canonicalRequest(r, s.headers, hash)
	if !ok || subtle.ConstantTimeCompare([]byte(s.sign(secret, canonical)), []byte(s.value)) != 1 {
		return badSignature("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// sign returns the signature that a secret gives a canonical request.
func (s *signature) sign(secret, canonical string) string {
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.date, s.region, s.service, s.terminator} {
		key = mac(key, part)
	}
	scope := strings.Join([]string{s.date, s.region, s.service, s.terminator}, "/")
	text := strings.Join([]string{sigAlgorithm, s.time, scope, hashText([]byte(canonical))}, "\n")
	return hex.EncodeToString(mac(key, text))
}

// canonicalRequest writes a request as both sides of a signature do. It reports
// false for one that has no such form.
func canonicalRequest(r *http.Request, headers []string, bodyHash string) (string, bool) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	b.WriteString(r.Method + "\n" + escape(r.URL.EscapedPath(), "/") + "\n" + canonicalQuery(query) + "\n")
	for _, name := range headers {
		values := signedValues(r, name)
		if len(values) == 0 {
			return "", false
		}
		for i, v := range values {
			values[i] = strings.TrimSpace(strings.Join(strings.FieldsFunc(v, isBlank), " "))
		}
		b.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	b.WriteString("\n" + strings.Join(headers, ";") + "\n" + bodyHash)
	return b.String(), true
}

// signedValues returns the values of a header, in a slice of its own. net/http
// keeps two headers elsewhere.
func signedValues(r *http.Request, name string) []string {
	values := slices.Clone(r.Header.Values(name))
	switch {
	case name == "host":
		return []string{r.Host}
	case name == "content-length" && len(values) == 0 && r.ContentLength >= 0:
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return values
}

func isBlank(r rune) bool { return r == ' ' }

func canonicalQuery(query url.Values) string {
	var pairs [][2]string
	for name, values := range query {
		for _, v := range values {
			pairs = append(pairs, [2]string{escape(name, ""), escape(v, "")})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	text := make([]string, len(pairs))
	for i, p := range pairs {
		text[i] = p[0] + "=" + p[1]
	}
	return strings.Join(text, "&")
}

// escape percent-encodes all but letters, digits, "-._~" and what is kept.
func escape(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~"+keep, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// carries reports whether a request has a header with one value, and that
// value; for an empty one, that it has no such header. It takes the same time
// whatever the value.
func carries(r *http.Request, name, value string) bool {
	values := r.Header.Values(name)
	if len(values) != 1 {
		return len(values) == 0 && value == ""
	}
	return value != "" && subtle.ConstantTimeCompare([]byte(values[0]), []byte(value)) == 1
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hashText(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
