package server_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi/server"
)

// FuzzEndpoint posts bodies that are requests, or once were, to every path. The
// service must live on, answer JSON, say what was wrong in its own terms, and
// keep no transaction that was not asked for. A status of 500 stands for one
// thing only: a value that the service cannot write either (F0047).
func FuzzEndpoint(f *testing.F) {
	const who = `"resourceArn":"` + clusterARN + `","secretArn":"` + readerARN + `"`
	for _, body := range []string{
		`{` + who + `,"sql":"select :a::int, 'x' as b, null","parameters":[{"name":"a","value":{"longValue":1}}],"includeResultMetadata":true}`,
		`{` + who + `,"sql":"select array[1,null], interval '1 day', '{\"a\": 1}'::jsonb, '\\x00'::bytea","formatRecordsAs":"JSON"}`,
		`{` + who + `,"sql":"select :t, :u","parameters":[{"name":"t","value":{"stringValue":"2024-02-29 01:02:03"},"typeHint":"TIMESTAMP"},{"name":"u","value":{"isNull":true},"typeHint":"UUID"}],"continueAfterTimeout":true}`,
		`{` + who + `,"sql":"select :a","parameterSets":[[],[{"name":"a","value":{"blobValue":"AP8="}}],[{"name":"a","value":{"arrayValue":{"stringValues":["x",null]}}}]]}`,
		`{` + who + `,"sql":"select 1; select 2","resultSetOptions":{"longReturnType":"STRING","decimalReturnType":"DOUBLE_OR_LONG"}}`,
		`{` + who + `,"database":"postgres","schema":"x"}`,
		`{` + who + `,"transactionId":"abc","sql":"copy (select 1) to stdout"}`,
		`{` + who + `,"sql":"select 'infinity'::date, $$:a$$, (array[1,2])[1:2]"}`,
		`{"resourceArn":null,"secretArn":7}`, `[[[[`, `{"sql":"\ud800"}`, "{\"sql\":\"\x00\xff\"}", ``,
	} {
		for path := range paths {
			f.Add(uint8(path), []byte(body))
		}
	}
	s := serve(f, func(cfg *server.Config) { cfg.StatementTimeout = time.Second })
	admin(f, "postgres", `DO 'BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN END'`)
	f.Fuzz(func(t *testing.T, path uint8, body []byte) {
		req := httptest.NewRequest(http.MethodPost, paths[int(path)%len(paths)], bytes.NewReader(body))
		for name, value := range signed {
			req.Header.Set(name, value)
		}
		req.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		s.server.ServeHTTP(w, req)

		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%d: the answer is not JSON: %v\n%s", w.Code, err, w.Body)
		}
		kind, _, _ := strings.Cut(w.Header().Get("x-amzn-ErrorType"), ":")
		switch {
		case w.Code == http.StatusOK && kind == "":
		case w.Code >= 400 && w.Code < 500 && kind != "":
		case w.Code == http.StatusInternalServerError && kind == "InternalFailure":
		default:
			t.Fatalf("%d %s: %s", w.Code, kind, w.Body)
		}
		if w.Header().Get("x-amzn-RequestId") == "" {
			t.Fatal("the answer has no request id")
		}
		if id, ok := answer["transactionId"].(string); ok {
			end, _ := json.Marshal(map[string]string{"resourceArn": clusterARN, "secretArn": readerARN, "transactionId": id})
			req := httptest.NewRequest(http.MethodPost, "/RollbackTransaction", bytes.NewReader(end))
			for name, value := range signed {
				req.Header.Set(name, value)
			}
			req.RemoteAddr = "127.0.0.1:1"
			s.server.ServeHTTP(httptest.NewRecorder(), req)
		}
		if n := s.server.OpenTransactions(); n != 0 {
			t.Fatalf("%d transactions are open", n)
		}
	})
}

var paths = []string{"/Execute", "/BatchExecute", "/BeginTransaction", "/CommitTransaction", "/RollbackTransaction", "/ExecuteSql", "/"}

// signed is what a request needs to be taken for a signed one by a server that
// was given no keys.
var signed = map[string]string{
	"X-Amz-Date":    "20260101T000000Z",
	"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/rds-data/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64),
}
