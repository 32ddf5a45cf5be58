package wire

import "net/http"

// Code is the type of an error, as the service names it in the
// x-amzn-ErrorType header.
type Code string

// The errors of the service model, and those outside of the model that the
// service answers all the same (F0020).
const (
	AccessDenied           Code = "AccessDeniedException"
	BadRequest             Code = "BadRequestException"
	DatabaseErrorCode      Code = "DatabaseErrorException"
	DatabaseNotFound       Code = "DatabaseNotFoundException"
	DatabaseResuming       Code = "DatabaseResumingException"
	DatabaseUnavailable    Code = "DatabaseUnavailableException"
	Forbidden              Code = "ForbiddenException"
	HTTPEndpointNotEnabled Code = "HttpEndpointNotEnabledException"
	InternalServerError    Code = "InternalServerErrorException"
	InvalidResourceState   Code = "InvalidResourceStateException"
	InvalidSecret          Code = "InvalidSecretException"
	NotFound               Code = "NotFoundException"
	SecretsError           Code = "SecretsErrorException"
	ServiceUnavailable     Code = "ServiceUnavailableError"
	StatementTimeoutCode   Code = "StatementTimeoutException"
	TransactionNotFound    Code = "TransactionNotFoundException"
	UnsupportedResult      Code = "UnsupportedResultException"
	Validation             Code = "ValidationException"
	Throttling             Code = "ThrottlingException"
	InternalFailure        Code = "InternalFailure"
	Serialization          Code = "SerializationException"
	UnknownOperation       Code = "UnknownOperationException"
	UnrecognizedClient     Code = "UnrecognizedClientException"
	InvalidSignature       Code = "InvalidSignatureException"
	ExpiredToken           Code = "ExpiredTokenException"
	MissingAuthentication  Code = "MissingAuthenticationTokenException"
)

var statuses = map[Code]int{
	AccessDenied:           http.StatusForbidden,
	BadRequest:             http.StatusBadRequest,
	DatabaseErrorCode:      http.StatusBadRequest,
	DatabaseNotFound:       http.StatusNotFound,
	DatabaseResuming:       http.StatusBadRequest,
	DatabaseUnavailable:    http.StatusGatewayTimeout,
	Forbidden:              http.StatusForbidden,
	HTTPEndpointNotEnabled: http.StatusBadRequest,
	InternalServerError:    http.StatusInternalServerError,
	InvalidResourceState:   http.StatusBadRequest,
	InvalidSecret:          http.StatusBadRequest,
	NotFound:               http.StatusNotFound,
	SecretsError:           http.StatusBadRequest,
	ServiceUnavailable:     http.StatusServiceUnavailable,
	StatementTimeoutCode:   http.StatusBadRequest,
	TransactionNotFound:    http.StatusNotFound,
	UnsupportedResult:      http.StatusBadRequest,
	Validation:             http.StatusBadRequest,
	Throttling:             http.StatusBadRequest,
	InternalFailure:        http.StatusInternalServerError,
	Serialization:          http.StatusBadRequest,
	UnknownOperation:       http.StatusNotFound,
	UnrecognizedClient:     http.StatusForbidden,
	InvalidSignature:       http.StatusForbidden,
	ExpiredToken:           http.StatusForbidden,
	MissingAuthentication:  http.StatusForbidden,
}

// Status returns the HTTP status that goes with the error (F0021); 500 for a
// code that is not listed here.
func (c Code) Status() int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// Error is an error that the service answered.
type Error struct {
	Code    Code
	Message string
	// Status is the HTTP status of the answer; zero stands for Code.Status().
	Status int
	// RequestID is the service's id of the request; empty if there was none.
	RequestID string
	// DBConnectionID is a member of StatementTimeoutException; zero is absent.
	DBConnectionID int64
	// Err is the error that was received or that caused this one, or nil.
	Err error
}

// NewError returns an error of the given code and text.
func NewError(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Error returns the code and the message.
func (e *Error) Error() string {
	if e.Message == "" {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Message
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
