package wire

import "net/http"

// Code is the type of an error, as the service names it in the
// x-amzn-ErrorType header.
type Code string

// The errors of the service model, and those outside of the model that the
// service answers all the same (F0020).
const (
	CodeAccessDenied           Code = "AccessDeniedException"
	CodeBadRequest             Code = "BadRequestException"
	CodeDatabaseError          Code = "DatabaseErrorException"
	CodeDatabaseNotFound       Code = "DatabaseNotFoundException"
	CodeDatabaseResuming       Code = "DatabaseResumingException"
	CodeDatabaseUnavailable    Code = "DatabaseUnavailableException"
	CodeForbidden              Code = "ForbiddenException"
	CodeHTTPEndpointNotEnabled Code = "HttpEndpointNotEnabledException"
	CodeInternalServerError    Code = "InternalServerErrorException"
	CodeInvalidResourceState   Code = "InvalidResourceStateException"
	CodeInvalidSecret          Code = "InvalidSecretException"
	CodeNotFound               Code = "NotFoundException"
	CodeSecretsError           Code = "SecretsErrorException"
	CodeServiceUnavailable     Code = "ServiceUnavailableError"
	CodeStatementTimeout       Code = "StatementTimeoutException"
	CodeTransactionNotFound    Code = "TransactionNotFoundException"
	CodeUnsupportedResult      Code = "UnsupportedResultException"
	CodeValidation             Code = "ValidationException"
	CodeThrottling             Code = "ThrottlingException"
	CodeInternalFailure        Code = "InternalFailure"
	CodeSerialization          Code = "SerializationException"
	CodeUnknownOperation       Code = "UnknownOperationException"
	CodeRequestTooLarge        Code = "RequestEntityTooLargeException"
	CodeUnrecognizedClient     Code = "UnrecognizedClientException"
	CodeIncompleteSignature    Code = "IncompleteSignatureException"
	CodeInvalidSignature       Code = "InvalidSignatureException"
	CodeExpiredToken           Code = "ExpiredTokenException"
	CodeMissingAuthentication  Code = "MissingAuthenticationTokenException"
)

var statuses = map[Code]int{
	CodeAccessDenied:           http.StatusForbidden,
	CodeBadRequest:             http.StatusBadRequest,
	CodeDatabaseError:          http.StatusBadRequest,
	CodeDatabaseNotFound:       http.StatusNotFound,
	CodeDatabaseResuming:       http.StatusBadRequest,
	CodeDatabaseUnavailable:    http.StatusGatewayTimeout,
	CodeForbidden:              http.StatusForbidden,
	CodeHTTPEndpointNotEnabled: http.StatusBadRequest,
	CodeInternalServerError:    http.StatusInternalServerError,
	CodeInvalidResourceState:   http.StatusBadRequest,
	CodeInvalidSecret:          http.StatusBadRequest,
	CodeNotFound:               http.StatusNotFound,
	CodeSecretsError:           http.StatusBadRequest,
	CodeServiceUnavailable:     http.StatusServiceUnavailable,
	CodeStatementTimeout:       http.StatusBadRequest,
	CodeTransactionNotFound:    http.StatusNotFound,
	CodeUnsupportedResult:      http.StatusBadRequest,
	CodeValidation:             http.StatusBadRequest,
	CodeThrottling:             http.StatusBadRequest,
	CodeInternalFailure:        http.StatusInternalServerError,
	CodeSerialization:          http.StatusBadRequest,
	CodeUnknownOperation:       http.StatusNotFound,
	CodeRequestTooLarge:        http.StatusRequestEntityTooLarge,
	CodeUnrecognizedClient:     http.StatusForbidden,
	CodeIncompleteSignature:    http.StatusForbidden,
	CodeInvalidSignature:       http.StatusForbidden,
	CodeExpiredToken:           http.StatusForbidden,
	CodeMissingAuthentication:  http.StatusForbidden,
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
	// Status is the HTTP status of the answer. Zero, like any that is not the
	// status of an error, stands for Code.Status().
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

func (e *Error) status() int {
	if e.Status >= 400 && e.Status <= 599 {
		return e.Status
	}
	return e.Code.Status()
}
