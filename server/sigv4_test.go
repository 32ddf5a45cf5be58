package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// signedAt is the time of the tests' requests.
var signedAt = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

const (
	testKeyID  = "AKIDEXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	testToken  = "token//+of=the session"
)

// door returns an authenticator that lets everybody with the tests' key in, and
// what the last one who got in has sent.
func door(t testing.TB, cfg Config) (*authenticator, *string) {
	t.Helper()
	cfg.Clusters = []Cluster{{ARN: "arn:aws:rds:us-east-1:123456789012:cluster:test"}}
	keys, err := newKeyring(cfg)
	if err != nil {
		t.Fatal(err)
	}
	keys.now = func() time.Time { return signedAt }
	var got string
	return &authenticator{keyring: keys, next: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got = r.Method + " " + r.URL.Path + " " + string(body)
	})}, &got
}

func withKey(token string) Config {
	return Config{Credentials: []Credential{{AccessKeyID: testKeyID, SecretAccessKey: testSecret, SessionToken: token}}}
}

// sent is a request as a client hands it to the signer.
type sent struct {
	method, url, body string
	header            http.Header
	keyID, secret     string
	token             string
	region, service   string
	at                time.Time
	hash              string // of the body, if it is not to be the right one
}

func anySent() sent {
	return sent{method: "POST", url: "http://127.0.0.1:8010/Execute", body: `{"sql":"select 1"}`, header: http.Header{},
		keyID: testKeyID, secret: testSecret, region: "us-east-1", service: "rds-data", at: signedAt}
}

// sign has the official signer sign a request and returns it as a server gets
// it.
func (s sent) sign(t testing.TB) *http.Request {
	t.Helper()
	r, err := http.NewRequest(s.method, s.url, strings.NewReader(s.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = s.header.Clone()
	hash := hashText([]byte(s.body))
	if s.hash != "" {
		hash = s.hash
	}
	creds := aws.Credentials{AccessKeyID: s.keyID, SecretAccessKey: s.secret, SessionToken: s.token}
	if err := v4.NewSigner().SignHTTP(context.Background(), creds, r, hash, s.service, s.region, s.at); err != nil {
		t.Fatal(err)
	}
	return received(t, r)
}

// received returns a request after its way over a connection.
func received(t testing.TB, r *http.Request) *http.Request {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&b))
	if err != nil {
		t.Fatalf("%v:\n%s", err, b.String())
	}
	got.RemoteAddr = "127.0.0.1:40000"
	return got
}

// knock sends a request to a door and returns the type and the text of the
// refusal, empty if it was let in.
func knock(t testing.TB, door http.Handler, r *http.Request) (code, text string) {
	t.Helper()
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	if w.Code == http.StatusOK {
		return "", ""
	}
	if id := w.Header().Get("x-amzn-RequestId"); id == "" {
		t.Error("the refusal has no request id")
	}
	code = errorType(w.Header())
	if want := wire.Code(code).Status(); w.Code != want {
		t.Errorf("%s with the status %d, want %d", code, w.Code, want)
	}
	return code, wire.ErrorMessage(w.Body.Bytes())
}

// TestOfficialSigner verifies what the SDK's signer signs, and nothing else:
// many requests at random, each then changed in one byte at every kind of place.
func TestOfficialSigner(t *testing.T) {
	for seed := range uint64(400) {
		checkSigned(t, rand.New(rand.NewPCG(seed, 1)), "")
		if t.Failed() {
			return
		}
	}
}

// FuzzOfficialSigner does the same with bodies and places that the fuzzer finds.
func FuzzOfficialSigner(f *testing.F) {
	f.Add(uint64(1), "")
	f.Add(uint64(2), `{"sql":"select 1"}`)
	f.Fuzz(func(t *testing.T, seed uint64, body string) { checkSigned(t, rand.New(rand.NewPCG(seed, 2)), body) })
}

func checkSigned(t *testing.T, rnd *rand.Rand, body string) {
	t.Helper()
	s := randomSent(rnd, body)
	d, got := door(t, withKey(s.token))
	r := s.sign(t)
	want := r.Method + " " + r.URL.Path + " " + s.body
	if code, text := knock(t, d, r); code != "" || *got != want {
		t.Fatalf("%+v: %s: %s; %q arrived", s, code, text, *got)
	}
	for name, change := range changes(s) {
		r := s.sign(t)
		if !change(rnd, r) {
			continue
		}
		*got = ""
		if code, text := knock(t, d, r); code == "" || *got != "" {
			t.Errorf("%+v: was let in with another %s", s, name)
		} else if strings.Contains(text, testSecret) {
			t.Errorf("the secret is in %q", text)
		}
	}
}

// randomSent returns a request at random, with the given body unless it is
// empty.
func randomSent(rnd *rand.Rand, body string) sent {
	s := anySent()
	pick := func(from ...string) string { return from[rnd.IntN(len(from))] }
	random := func(n int, of string) string {
		b := make([]byte, rnd.IntN(n))
		for i := range b {
			b[i] = of[rnd.IntN(len(of))]
		}
		return string(b)
	}
	s.method = pick("POST", "POST", "GET", "PUT", "DELETE")
	host := pick("localhost", "127.0.0.1:8010", "[::1]:80", "rds-data.us-east-1.amazonaws.com", "example.com:80")
	s.url = pick("http://", "https://") + host + pick("/Execute", "/", "", "/BatchExecute", "/a%20b/c", "/a//../b", "/ü*(~)", "/%2F+&=")
	if rnd.IntN(3) == 0 {
		s.url += "?" + url.Values{random(5, "ab &=+%ü"): {random(9, "xy &=+%/~"), "2"}, "B": {"1", ""}}.Encode()
	}
	if s.body = body; body == "" {
		s.body = random(300, "abc{}\":,\\é☕\x00\xff")
	}
	for range rnd.IntN(4) {
		name := pick("Content-Type", "X-Amz-User-Agent", "X-Custom", "Amz-Sdk-Request", "Zz", "Cookie")
		s.header.Add(name, pick("", "a", "  two   blanks ", "a,b", random(20, "abc d;=,\"\\")))
	}
	if rnd.IntN(2) == 0 {
		s.token = testToken
	}
	if rnd.IntN(3) == 0 {
		s.header.Set("X-Amz-Content-Sha256", hashText([]byte(s.body)))
	}
	s.at = signedAt.Add(time.Duration(rnd.IntN(601)-300) * time.Second)
	return s
}

// changes are the ways in which a signed request is changed. Each reports
// whether it did change something.
func changes(s sent) map[string]func(*rand.Rand, *http.Request) bool {
	header := func(name string) func(*rand.Rand, *http.Request) bool {
		return func(rnd *rand.Rand, r *http.Request) bool {
			values := r.Header[name]
			if len(values) == 0 || values[0] == "" {
				return false
			}
			values[0] = flip(rnd, values[0])
			return true
		}
	}
	part := func(after string) func(*rand.Rand, *http.Request) bool {
		return func(rnd *rand.Rand, r *http.Request) bool {
			text := r.Header.Get("Authorization")
			at := strings.Index(text, after) + len(after)
			end := at + strings.IndexByte(text[at:]+",", ',')
			r.Header.Set("Authorization", text[:at]+flip(rnd, text[at:end])+text[end:])
			return true
		}
	}
	return map[string]func(*rand.Rand, *http.Request) bool{
		"method": func(rnd *rand.Rand, r *http.Request) bool { r.Method = flip(rnd, r.Method); return true },
		"host":   func(rnd *rand.Rand, r *http.Request) bool { r.Host = flip(rnd, r.Host); return true },
		"path": func(rnd *rand.Rand, r *http.Request) bool {
			r.URL.Path, r.URL.RawPath = r.URL.Path+"x", ""
			return true
		},
		"query": func(rnd *rand.Rand, r *http.Request) bool {
			r.URL.RawQuery = "x=1&" + r.URL.RawQuery
			return true
		},
		"body": func(rnd *rand.Rand, r *http.Request) bool {
			if s.body == "" {
				r.Body = io.NopCloser(strings.NewReader("x"))
				return true
			}
			r.Body = io.NopCloser(strings.NewReader(flip(rnd, s.body)))
			return true
		},
		"length": func(_ *rand.Rand, r *http.Request) bool {
			r.Body = io.NopCloser(strings.NewReader(s.body + " "))
			return true
		},
		"date":          header("X-Amz-Date"),
		"token":         header("X-Amz-Security-Token"),
		"hash":          header("X-Amz-Content-Sha256"),
		"content type":  header("Content-Type"),
		"custom header": header("X-Custom"),
		"signature":     part("Signature="),
		"signed header": part("SignedHeaders="),
		"credential":    part("Credential="),
	}
}

// flip changes one byte of a text that is not empty into a letter or a digit
// that it is not, whatever its case.
func flip(rnd *rand.Rand, s string) string {
	b := []byte(s)
	i := rnd.IntN(len(b))
	c := byte('a' + rnd.IntN(6))
	if c == b[i]|0x20 {
		c = '7'
	}
	b[i] = c
	return string(b)
}

func TestRefusedSignatures(t *testing.T) {
	const mismatch = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	const unknown = "The security token included in the request is invalid."
	authorization := func(change func(string) string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", change(r.Header.Get("Authorization"))) }
	}
	replace := func(old, new string) func(*http.Request) {
		return authorization(func(s string) string { return strings.Replace(s, old, new, 1) })
	}
	for _, tt := range []struct {
		name   string
		sent   func(*sent)
		change func(*http.Request)
		code   wire.Code
		text   string
	}{
		{name: "good"},
		{name: "as curl writes it", change: authorization(func(s string) string { return strings.ReplaceAll(s, ", ", ",") })},
		{name: "5 minutes late", sent: func(s *sent) { s.at = s.at.Add(-5 * time.Minute) }},
		{name: "5 minutes early", sent: func(s *sent) { s.at = s.at.Add(5 * time.Minute) }},
		{"late", func(s *sent) { s.at = s.at.Add(-301 * time.Second) }, nil, "InvalidSignatureException",
			"Signature expired: 20260203T040005Z is now earlier than 20260203T040006Z (20260203T040506Z - 5 min.)"},
		{"early", func(s *sent) { s.at = s.at.Add(301 * time.Second) }, nil, "InvalidSignatureException",
			"Signature not yet current: 20260203T041007Z is still later than 20260203T041006Z (20260203T040506Z + 5 min.)"},
		{"unsigned", nil, func(r *http.Request) { r.Header.Del("Authorization") }, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"empty", nil, authorization(func(string) string { return "" }), "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"signed twice", nil, func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) },
			"IncompleteSignatureException", "there is more than one Authorization header."},
		{"presigned", nil, func(r *http.Request) {
			r.Header.Del("Authorization")
			r.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00"
		}, "IncompleteSignatureException", "a signature in the query string is not accepted; sign the request in its Authorization header"},
		{"password", nil, authorization(func(string) string { return "Basic YTpi" }), "IncompleteSignatureException",
			"the Authorization header does not begin with 'AWS4-HMAC-SHA256'."},
		{"algorithm", nil, replace("HMAC-SHA256", "ECDSA-P256-SHA256"), "IncompleteSignatureException",
			"the Authorization header does not begin with 'AWS4-HMAC-SHA256'."},
		{"no signature", nil, authorization(func(s string) string { return s[:strings.Index(s, ", Signature")] }), "IncompleteSignatureException",
			"Authorization header requires 'Signature' parameter."},
		{"no credential", nil, replace("Credential="+testKeyID, "Credential="), "IncompleteSignatureException",
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."},
		{"another parameter", nil, replace("Credential=", "Other=x, Credential="), "IncompleteSignatureException",
			"the Authorization header is not a list of Credential, SignedHeaders and Signature, each once, as name=value."},
		{"a parameter twice", nil, replace("Credential=", "Signature=x, Credential="), "IncompleteSignatureException",
			"the Authorization header is not a list of Credential, SignedHeaders and Signature, each once, as name=value."},
		{"cut signature", nil, authorization(func(s string) string { return s[:len(s)-2] }), "IncompleteSignatureException",
			"the Signature is not of 64 hexadecimal digits."},
		{"upper case", nil, authorization(func(s string) string {
			at := strings.Index(s, "Signature=") + len("Signature=")
			return s[:at] + strings.ToUpper(s[at:])
		}), "InvalidSignatureException", mismatch},
		{"no date", nil, func(r *http.Request) { r.Header.Del("X-Amz-Date") }, "IncompleteSignatureException",
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"two dates", nil, func(r *http.Request) { r.Header.Add("X-Amz-Date", "20260203T040506Z") }, "IncompleteSignatureException",
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."},
		{"odd date", nil, func(r *http.Request) { r.Header.Set("X-Amz-Date", "2026-02-03") }, "IncompleteSignatureException",
			"Date must be in ISO-8601 'basic format', as in 20060102T150405Z."},
		{"order of headers", nil, replace("SignedHeaders=", "SignedHeaders=x-z;"), "IncompleteSignatureException",
			"SignedHeaders must be lower-case names in order, each once."},
		{"a header that is not there", nil, replace("SignedHeaders=", "SignedHeaders=accept;"), "InvalidSignatureException", mismatch},
		{"host not signed", nil, replace("host;", ""), "InvalidSignatureException", "'host' must be a 'SignedHeader' in the AWS Authorization."},
		{"date not signed", nil, replace(";x-amz-date", ""), "InvalidSignatureException", "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization."},
		{"unknown key", func(s *sent) { s.keyID = "AKIDOTHER" }, nil, "UnrecognizedClientException", unknown},
		{"wrong secret", func(s *sent) { s.secret = "other" }, nil, "InvalidSignatureException", mismatch},
		{"a token too many", func(s *sent) { s.token = testToken }, nil, "UnrecognizedClientException", unknown},
		{"region", func(s *sent) { s.region = "eu-west-1" }, nil, "InvalidSignatureException", "Credential should be scoped to a valid region."},
		{"service", func(s *sent) { s.service = "rds" }, nil, "InvalidSignatureException", "Credential should be scoped to correct service: 'rds-data'."},
		{"region and service", func(s *sent) { s.region, s.service = "eu-west-1", "rds" }, nil, "InvalidSignatureException",
			"Credential should be scoped to a valid region. Credential should be scoped to correct service: 'rds-data'."},
		{"terminator", nil, replace("aws4_request", "aws5_request"), "InvalidSignatureException",
			"Credential should be scoped with a valid terminator: 'aws4_request'."},
		{"date of the scope", nil, replace("/20260203/", "/20260204/"), "InvalidSignatureException",
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP."},
		{"unsigned payload", func(s *sent) { s.hash = "UNSIGNED-PAYLOAD" }, nil, "InvalidSignatureException", mismatch},
		{"declared unsigned payload", func(s *sent) {
			s.hash = "UNSIGNED-PAYLOAD"
			s.header.Set("X-Amz-Content-Sha256", s.hash)
		}, nil, "InvalidSignatureException", "the x-amz-content-sha256 header is not the hash of the body, which has to be signed."},
		{"too large", func(s *sent) { s.body = strings.Repeat("x", wire.MaxRequestBytes) }, nil, "RequestEntityTooLargeException",
			"the request is larger than 4194304 bytes, the limit of the Data API; send less in one call"},
		{"query", nil, func(r *http.Request) { r.URL.RawQuery = "%" }, "InvalidSignatureException", mismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, got := door(t, withKey(""))
			s := anySent()
			if tt.sent != nil {
				tt.sent(&s)
			}
			r := s.sign(t)
			if tt.change != nil {
				tt.change(r)
			}
			code, text := knock(t, d, r)
			if wire.Code(code) != tt.code || text != tt.text {
				t.Errorf("got  %s: %s\nwant %s: %s", code, text, tt.code, tt.text)
			}
			if in := *got != ""; in != (code == "") {
				t.Errorf("it was let in: %v", in)
			}
		})
	}
}

// TestDateHeader verifies a signature whose time is in the Date header.
func TestDateHeader(t *testing.T) {
	d, got := door(t, withKey(""))
	sig := signature{date: "20260203", region: "us-east-1", service: sigService, terminator: sigTerminator, time: signedAt.Format(sigTime)}
	for _, date := range []string{signedAt.Format(sigTime), signedAt.Format(http.TimeFormat)} {
		for _, headers := range []string{"date;host", "host"} {
			r := httptest.NewRequest("POST", "http://localhost/Execute", strings.NewReader("{}"))
			r.RemoteAddr = ""
			r.Header.Set("Date", date)
			canonical, ok := canonicalRequest(r, strings.Split(headers, ";"), hashText([]byte("{}")))
			if !ok {
				t.Fatal("the request has no canonical form")
			}
			r.Header.Set("Authorization", sigAlgorithm+" Credential="+testKeyID+"/20260203/us-east-1/rds-data/aws4_request, SignedHeaders="+
				headers+", Signature="+sig.sign(testSecret, canonical))
			*got = ""
			code, text := knock(t, d, r)
			switch {
			case headers == "host" && (code != "InvalidSignatureException" || text != "'date' must be a 'SignedHeader' in the AWS Authorization."),
				headers != "host" && (code != "" || *got == ""):
				t.Errorf("%s, signed are %s: %s: %s", date, headers, code, text)
			}
		}
	}
}

// TestSignatureExample signs the example of AWS's documentation.
func TestSignatureExample(t *testing.T) {
	r := httptest.NewRequest("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	sig := signature{date: "20150830", region: "us-east-1", service: "iam", terminator: sigTerminator, time: "20150830T123600Z"}
	canonical, ok := canonicalRequest(r, []string{"content-type", "host", "x-amz-date"}, hashText(nil))
	if !ok {
		t.Fatal("the request has no canonical form")
	}
	const want = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
	if got := sig.sign("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", canonical); got != want {
		t.Errorf("got %s of\n%s", got, canonical)
	}
}

// FuzzAuthorization reads any header: what is read has all its parts.
func FuzzAuthorization(f *testing.F) {
	f.Add(sigAlgorithm + " Credential=k/20260203/r/rds-data/aws4_request, SignedHeaders=host, Signature=" + strings.Repeat("0", 64))
	f.Add(sigAlgorithm + " Credential=,SignedHeaders=;,Signature==")
	f.Fuzz(func(t *testing.T, text string) {
		sig, err := parseAuthorization(text)
		if err != nil {
			return
		}
		for _, part := range []string{sig.keyID, sig.date, sig.region, sig.service, sig.terminator} {
			if part == "" || strings.Contains(part, "/") {
				t.Errorf("%q: %+v", text, sig)
			}
		}
		if raw, err := hex.DecodeString(sig.value); err != nil || len(raw) != 32 || len(sig.headers) == 0 {
			t.Errorf("%q: %+v", text, sig)
		}
	})
}
