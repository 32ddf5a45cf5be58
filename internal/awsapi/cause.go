package awsapi

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// causeError is an error of the SDK that reads as what caused it. The rest of
// it, of which each layer repeats in its text that the call failed, is within
// reach of errors.As and errors.Is.
type causeError struct{ err, cause error }

func (e *causeError) Error() string { return e.cause.Error() }
func (e *causeError) Unwrap() error { return e.err }

// causeOf finds the cause of an error of the SDK to which there was no answer.
func causeOf(err error) error {
	cause := err
	for {
		switch cause.(type) {
		case *smithy.OperationError, *smithy.CanceledError, *smithy.DeserializationError,
			*smithyhttp.RequestSendError, *smithyhttp.ResponseError, *awshttp.ResponseError,
			*aws.RequestCanceledError, *url.Error:
			if inner := errors.Unwrap(cause); inner != nil {
				cause = inner
				continue
			}
		}
		break
	}
	if cause == err {
		return err
	}
	return &causeError{err, cause}
}

// pointless reports whether a request that was not sent will not be sent next
// time either: because of what it is itself, or because of whom it is for.
func pointless(err error) bool {
	var cert *tls.CertificateVerificationError
	var addr *net.AddrError // such as a port that is none
	if errors.As(err, &cert) || errors.As(err, &addr) || errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	var sent *url.Error
	if !errors.As(err, &sent) {
		return false
	}
	for _, text := range unsendable {
		if strings.HasPrefix(sent.Err.Error(), text) {
			return true
		}
	}
	return false
}

// unsendable is how net/http refuses a request that it cannot send. It has no
// types for these.
var unsendable = [...]string{
	"net/http: invalid header field",
	"http: no Host in request URL",
	"unsupported protocol scheme",
}
