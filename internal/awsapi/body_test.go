package awsapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// echoes is an API that answers with rows of the statement's text.
type echoes struct {
	wire.API
	rows int
}

func (e echoes) ExecuteStatement(_ context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	rows := make([][]wire.Field, e.rows)
	for i := range rows {
		rows[i] = []wire.Field{wire.Long(int64(i)), wire.String(req.SQL), wire.Blob([]byte(req.SQL))}
	}
	return &wire.ExecuteResponse{Records: wire.NewRecords(rows)}, nil
}

// TestAnswersInPooledMemory reads answers at the same time, some to the end and
// some not, and keeps what it read while their memory is used again.
func TestAnswersInPooledMemory(t *testing.T) {
	checkLeaks(t)
	s := httptest.NewServer(wire.Handler(echoes{rows: 200}))
	defer s.Close()
	c, _ := newTestClient(t, s.URL, nil)
	var readers sync.WaitGroup
	for reader := range 4 {
		readers.Go(func() {
			type kept struct {
				want, text string
				blob       []byte
			}
			var all []kept
			var dst []wire.Field
			for call := range 40 {
				want := strings.Repeat(fmt.Sprintf("<%d %d>", reader, call), 1+call)
				resp, err := c.ExecuteStatement(t.Context(), &wire.ExecuteRequest{ResourceARN: testARN, SecretARN: testSecret, SQL: want})
				if err != nil {
					t.Error(err)
					return
				}
				for i := range 200 {
					if call%3 == 1 && i == 10 {
						break
					}
					row, err := resp.Records.Next(dst)
					if err != nil || row[0].Long() != int64(i) {
						t.Errorf("row %d: %v, %v", i, row, err)
						return
					}
					dst = row
					all = append(all, kept{want, row[1].Str(), row[2].Blob()})
				}
				if call%3 != 2 { // or leave it to the garbage collector
					resp.Records.Close()
				}
			}
			for _, k := range all {
				if k.text != k.want || string(k.blob) != k.want {
					t.Errorf("%.40q and %.40q where %.40q was read", k.text, k.blob, k.want)
					return
				}
			}
		})
	}
	readers.Wait()
}

// TestReadBody reads bodies of known and unknown length, in buffers of any size.
func TestReadBody(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 5000, 3 << 20} {
		want := bytes.Repeat([]byte("x"), size)
		for _, known := range []bool{true, false} {
			for _, capacity := range []int{0, 512, 8000} {
				resp := &smithyhttp.Response{Response: &http.Response{ContentLength: -1, Body: io.NopCloser(iotest.DataErrReader(bytes.NewReader(want)))}}
				if known {
					resp.ContentLength = int64(size)
				}
				buf := make([]byte, 7, max(7, capacity))
				if err := readBody(resp, &buf); err != nil || !bytes.Equal(buf, want) {
					t.Errorf("%d bytes, known %v: %d bytes, %v", size, known, len(buf), err)
				}
			}
		}
	}
}

// TestDamageWithinRows is answered by rows of which one is malformed. The
// statement was executed, so that the call succeeds, and the rows before it are
// delivered; then comes the error.
func TestDamageWithinRows(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `{"numberOfRecordsUpdated":2,"records":[[{"longValue":1}],[{"longValue":1x}],[{"longValue":3}]]}`)
	}))
	defer s.Close()
	c, _ := newTestClient(t, s.URL, nil)
	resp, err := c.ExecuteStatement(t.Context(), &wire.ExecuteRequest{ResourceARN: testARN, SecretARN: testSecret, SQL: "INSERT"})
	if err != nil || resp.NumberOfRecordsUpdated != 2 {
		t.Fatalf("%v, %v", resp, err)
	}
	if row, err := resp.Records.Next(nil); err != nil || row[0].Long() != 1 {
		t.Errorf("the first row: %v, %v", row, err)
	}
	const want = `records[1][0]: 'x' where a comma or the end of the object has to be at byte 72`
	if row, err := resp.Records.Next(nil); row != nil || err == nil || err.Error() != want {
		t.Errorf("the second row: %v, %v; want %s", row, err, want)
	}
}
