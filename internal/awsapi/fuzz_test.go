package awsapi

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// FuzzAnswer has each operation answered by whatever comes. Success needs a 2xx
// answer that is one JSON object, a write is sent again only after an answer
// that turned it away, and each error has a class.
func FuzzAnswer(f *testing.F) {
	f.Add(uint8(0), uint16(200), "", []byte(`{"records":[[{"longValue":1}]]}`))
	f.Add(uint8(2), uint16(200), "", []byte(`{"transactionId":"x"}`))
	f.Add(uint8(1), uint16(400), "DatabaseResumingException:http://internal.amazon.com/coral/", []byte(`{"message":"m"}`))
	f.Add(uint8(3), uint16(400), "", []byte(`{"__type":"a#ThrottlingException","Message":"Rate exceeded"}`))
	f.Add(uint8(4), uint16(404), "TransactionNotFoundException", []byte(`{"message":"m"}`))
	f.Add(uint8(0), uint16(400), "StatementTimeoutException", []byte(`{"message":"m","dbConnectionId":12}`))
	f.Add(uint8(0), uint16(503), "", []byte(`<html>`))
	f.Fuzz(func(t *testing.T, which uint8, status uint16, errorType string, body []byte) {
		op := operations[int(which)%len(operations)]
		status = 200 + status%400
		requests := 0
		c, _ := newTestClient(t, "http://127.0.0.1:1", func(cfg *Config) {
			cfg.RetryBudget = 20 * time.Second
			cfg.HTTPClient = clientFunc(func(r *http.Request) (*http.Response, error) {
				requests++
				io.Copy(io.Discard, r.Body)
				return &http.Response{
					StatusCode: int(status), ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: -1,
					Header: http.Header{"X-Amzn-Errortype": {errorType}},
					Body:   io.NopCloser(bytes.NewReader(body)),
				}, nil
			})
		})
		err := calls(c)[op](t.Context(), "INSERT")
		class := classOf(err)
		switch {
		case err == nil && status/100 != 2:
			t.Errorf("%s: no error for status %d", op, status)
		case err == nil && !bytes.Contains(body, []byte("{")):
			t.Errorf("%s: no error for %q", op, body)
		case class == notExecuted && status/100 == 2:
			t.Errorf("%s: status %d, but %v", op, status, err)
		case requests > 1 && class != notExecuted && !repeatable[op]:
			t.Errorf("%s: %d requests: %v", op, requests, err)
		case status >= 500 && class == serviceErr:
			t.Errorf("%s: status %d as if it told something: %v", op, status, err)
		case class != ok && class != notExecuted && class != unknownErr && class != serviceErr && !statusDiffers(err):
			t.Errorf("%s: error without class %T %v", op, err, err)
		}
	})
}

// statusDiffers reports the complaint of calls about a status of a transaction
// that the fuzzer made up.
func statusDiffers(err error) bool {
	return err != nil && strings.HasPrefix(err.Error(), "status ")
}
