package awsapi

import (
	"fmt"
	"io"
	"slices"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// maxResponseBytes is far above what the service answers: a result of 10 MiB
// as JSON grows by escaping to at most six times that.
const maxResponseBytes = 128 << 20

// readBody reads the body into the buffer.
func readBody(resp *smithyhttp.Response, buf *[]byte) error {
	size := resp.ContentLength
	if size > maxResponseBytes {
		return fmt.Errorf("answer of %d bytes is too large", size)
	}
	if size > 0 {
		*buf = slices.Grow((*buf)[:0], int(size))[:size]
		if n, err := io.ReadFull(resp.Body, *buf); err != nil {
			return fmt.Errorf("answer ends after %d of %d bytes: %w", n, size, err)
		}
		return nil
	}
	for body := (*buf)[:0]; ; {
		body = slices.Grow(body, 512)
		n, err := resp.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		*buf = body
		switch {
		case len(body) > maxResponseBytes:
			return fmt.Errorf("answer of more than %d bytes is too large", maxResponseBytes)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("answer ends after %d bytes: %w", len(body), err)
		}
	}
}
