package awsapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// The SDK's middleware that turn an input into a request and a response into
// an output. An SDK that names them otherwise fails each call before it is
// sent, and the tests.
const (
	serializerID   = "OperationSerializer"
	deserializerID = "OperationDeserializer"
)

// maxErrorBytes is far above what an error's body has.
const maxErrorBytes = 1 << 20

// message is one call of one operation.
type message struct {
	op       wire.Operation
	request  interface{ AppendJSON([]byte) []byte }
	response interface{ ParseJSON([]byte) error }
	output   any // what the SDK's method expects as its output; stays empty
	// send calls the SDK's method.
	send func(context.Context, func(*rdsdata.Options)) error
}

// beginResponse insists on what a transaction is nothing without.
type beginResponse struct{ *wire.BeginResponse }

func (r beginResponse) ParseJSON(body []byte) error {
	if err := r.BeginResponse.ParseJSON(body); err != nil {
		return err
	}
	if r.TransactionID == "" {
		return errors.New("no transactionId")
	}
	return nil
}

// requests and answers are the memory of the messages of all clients.
var requests, answers wire.Buffers

// call encodes the request once and sends it until the retry policy is content.
func (c *Client) call(ctx context.Context, m message) error {
	buf := requests.Get()
	defer requests.Put(buf) // nobody reads it after an attempt: see exchange.end
	*buf = m.request.AppendJSON((*buf)[:0])
	return c.retry(ctx, m.op, func() *exchange {
		x := &exchange{message: m, body: *buf}
		ctx, cancel := context.WithTimeout(ctx, c.attemptTimeout)
		defer cancel()
		defer x.end()
		x.err = m.send(ctx, func(o *rdsdata.Options) { x.install(o, c.agent) })
		return x
	})
}

// install makes the SDK's client, ours or the caller's, send this exchange:
// once, with our JSON, watched by our transport.
func (x *exchange) install(o *rdsdata.Options, agent func(*middleware.Stack) error) {
	o.Retryer, o.RetryMaxAttempts = nopRetryer, 0
	x.next = o.HTTPClient
	o.HTTPClient = x
	if agent == nil {
		o.APIOptions = append(o.APIOptions, x.swapCodec)
	} else {
		o.APIOptions = append(o.APIOptions, agent, x.swapCodec)
	}
}

// swapCodec puts our JSON in the place of the SDK's. The SDK's serializer still
// runs, over an input of almost nothing, for the URL and the headers; its
// deserializer is kept for errors.
func (x *exchange) swapCodec(stack *middleware.Stack) error {
	body := middleware.SerializeMiddlewareFunc("auroradataapi:body", x.handleSerialize)
	if err := stack.Serialize.Insert(body, serializerID, middleware.After); err != nil {
		return fmt.Errorf("this version of the AWS SDK does not fit: %s: %w", serializerID, err)
	}
	theirs, err := stack.Deserialize.Swap(deserializerID, (*deserializer)(x))
	if err != nil {
		return fmt.Errorf("this version of the AWS SDK does not fit: %s: %w", deserializerID, err)
	}
	x.theirs = theirs
	return nil
}

func (x *exchange) handleSerialize(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (
	middleware.SerializeOutput, middleware.Metadata, error,
) {
	req, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return middleware.SerializeOutput{}, middleware.Metadata{}, &smithy.SerializationError{Err: fmt.Errorf("unexpected request %T", in.Request)}
	}
	req, err := req.SetStream(bytes.NewReader(x.body))
	if err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, &smithy.SerializationError{Err: err}
	}
	in.Request = req
	return next.HandleSerialize(ctx, in)
}

// deserializer is the exchange as the middleware that reads its response.
type deserializer exchange

// ID returns the name of the middleware that it replaces, next to which others
// look for their place.
func (*deserializer) ID() string { return deserializerID }

func (d *deserializer) HandleDeserialize(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	if err != nil {
		return out, metadata, err
	}
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if !ok {
		return out, metadata, &smithy.DeserializationError{Err: fmt.Errorf("unexpected response %T", out.RawResponse)}
	}
	if resp.StatusCode/100 != 2 {
		d.text = peekMessage(resp)
		answered := func(context.Context, middleware.DeserializeInput) (middleware.DeserializeOutput, middleware.Metadata, error) {
			return out, metadata, nil
		}
		return d.theirs.HandleDeserialize(ctx, in, middleware.DeserializeHandlerFunc(answered))
	}
	if err := d.readAnswer(resp); err != nil {
		return out, metadata, &smithy.DeserializationError{Err: err}
	}
	out.Result = d.output
	return out, metadata, nil
}

// readAnswer reads an answer of success. All of the body is read, and so is the
// message but for the rows of a result: those keep the body until they were read
// or given up, and what is wrong with them shows only then. That the statement
// was executed is certain by that time, so the outcome of the call is not
// unknown for it.
func (d *deserializer) readAnswer(resp *smithyhttp.Response) error {
	body := answers.Get()
	err := readBody(resp, body)
	if err == nil {
		err = d.response.ParseJSON(*body)
	}
	if execute, ok := d.response.(*wire.ExecuteResponse); ok && err == nil && execute.Records != nil {
		execute.Records.OnClose(func(int) { answers.Put(body) })
	} else {
		answers.Put(body)
	}
	return err
}

// peekMessage returns the text of an error and leaves the response as it was.
// The SDK does not read the text of those errors whose model has none, though
// the service sends one (F0029).
func peekMessage(resp *smithyhttp.Response) string {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBytes)) // what is missing, the SDK misses too
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), resp.Body), resp.Body}
	return wire.ErrorMessage(body)
}
