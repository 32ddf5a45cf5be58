package wire_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// errorKind is what is known of a code.
type errorKind struct {
	status int
	typed  func(error) bool // the client's own type, nil if it has none
	op     wire.Operation   // one whose model has the error; ExecuteStatement if empty
}

func is[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

func errorKinds() map[wire.Code]errorKind {
	return map[wire.Code]errorKind{
		"AccessDeniedException":               {403, is[*types.AccessDeniedException], ""},
		"BadRequestException":                 {400, is[*types.BadRequestException], ""},
		"DatabaseErrorException":              {400, is[*types.DatabaseErrorException], ""},
		"DatabaseNotFoundException":           {404, is[*types.DatabaseNotFoundException], ""},
		"DatabaseResumingException":           {400, is[*types.DatabaseResumingException], ""},
		"DatabaseUnavailableException":        {504, is[*types.DatabaseUnavailableException], ""},
		"ForbiddenException":                  {403, is[*types.ForbiddenException], ""},
		"HttpEndpointNotEnabledException":     {400, is[*types.HttpEndpointNotEnabledException], ""},
		"InternalServerErrorException":        {500, is[*types.InternalServerErrorException], ""},
		"InvalidResourceStateException":       {400, is[*types.InvalidResourceStateException], ""},
		"InvalidSecretException":              {400, is[*types.InvalidSecretException], ""},
		"NotFoundException":                   {404, is[*types.NotFoundException], wire.CommitTransaction},
		"SecretsErrorException":               {400, is[*types.SecretsErrorException], ""},
		"ServiceUnavailableError":             {503, is[*types.ServiceUnavailableError], ""},
		"StatementTimeoutException":           {400, is[*types.StatementTimeoutException], ""},
		"TransactionNotFoundException":        {404, is[*types.TransactionNotFoundException], ""},
		"UnsupportedResultException":          {400, is[*types.UnsupportedResultException], ""},
		"ValidationException":                 {400, nil, ""},
		"ThrottlingException":                 {400, nil, ""},
		"InternalFailure":                     {500, nil, ""},
		"SerializationException":              {400, nil, ""},
		"UnknownOperationException":           {404, nil, ""},
		"RequestEntityTooLargeException":      {413, nil, ""},
		"UnrecognizedClientException":         {403, nil, ""},
		"IncompleteSignatureException":        {403, nil, ""},
		"InvalidSignatureException":           {403, nil, ""},
		"ExpiredTokenException":               {403, nil, ""},
		"MissingAuthenticationTokenException": {403, nil, ""},
	}
}

func TestCodesHaveTheirStatuses(t *testing.T) {
	want := map[wire.Code]int{}
	for code, kind := range errorKinds() {
		want[code] = kind.status
	}
	if d := cmp.Diff(want, maps.Clone(wire.Codes())); d != "" {
		t.Errorf("codes (-want +got):\n%s", d)
	}
	for code, status := range want {
		if got := code.Status(); got != status {
			t.Errorf("%s: %d, want %d", code, got, status)
		}
	}
	if got := wire.Code("Other").Status(); got != http.StatusInternalServerError {
		t.Errorf("an unknown code: %d", got)
	}
}

func TestSDKErrors(t *testing.T) {
	s := newSDK(t)
	ids := map[string]bool{}
	for code, kind := range errorKinds() {
		t.Run(string(code), func(t *testing.T) {
			const text = "ERROR: \"é\"\n; SQLState: 42601"
			s.api.set(&wire.Error{Code: code, Message: text, DBConnectionID: 1 << 62})
			err := s.call(t, kind.op)
			var api smithy.APIError
			want := text
			switch code {
			case wire.CodeDatabaseUnavailable, wire.CodeInternalServerError, wire.CodeServiceUnavailable:
				want = "" // the client's model has no message: it does not read the body
			}
			if !errors.As(err, &api) || api.ErrorCode() != string(code) || api.ErrorMessage() != want {
				t.Fatalf("got %v, want %s with the message %q", err, code, want)
			}
			for other, k := range errorKinds() {
				if k.typed != nil && k.typed(err) != (other == code) {
					t.Errorf("%v has the type of %s: %v", err, other, k.typed(err))
				}
			}
			var timeout *types.StatementTimeoutException
			if errors.As(err, &timeout) && timeout.DbConnectionId != 1<<62 {
				t.Errorf("dbConnectionId %d", timeout.DbConnectionId)
			}
			var resp *awshttp.ResponseError
			if !errors.As(err, &resp) || resp.HTTPStatusCode() != kind.status {
				t.Fatalf("%v: no response of status %d", err, kind.status)
			}
			if id := resp.ServiceRequestID(); !uuid4.MatchString(id) || ids[id] {
				t.Errorf("request id %q, of %d others", id, len(ids))
			} else {
				ids[id] = true
			}
		})
	}
}

// call has the client call an operation, for its error.
func (s *sdk) call(t *testing.T, op wire.Operation) (err error) {
	t.Helper()
	arn := aws.String("arn")
	switch op {
	case "", wire.ExecuteStatement:
		_, err = s.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{ResourceArn: arn, SecretArn: arn, Sql: arn})
	case wire.BatchExecuteStatement:
		_, err = s.BatchExecuteStatement(t.Context(), &rdsdata.BatchExecuteStatementInput{ResourceArn: arn, SecretArn: arn, Sql: arn})
	case wire.BeginTransaction:
		_, err = s.BeginTransaction(t.Context(), &rdsdata.BeginTransactionInput{ResourceArn: arn, SecretArn: arn})
	case wire.CommitTransaction:
		_, err = s.CommitTransaction(t.Context(), &rdsdata.CommitTransactionInput{ResourceArn: arn, SecretArn: arn, TransactionId: arn})
	case wire.RollbackTransaction:
		_, err = s.RollbackTransaction(t.Context(), &rdsdata.RollbackTransactionInput{ResourceArn: arn, SecretArn: arn, TransactionId: arn})
	default:
		t.Fatalf("no operation %s", op)
	}
	return err
}

func TestSDKErrorsOfEveryOperation(t *testing.T) {
	s := newSDK(t)
	s.api.set(wire.NewError(wire.CodeDatabaseError, "text"))
	for _, op := range []wire.Operation{wire.ExecuteStatement, wire.BatchExecuteStatement, wire.BeginTransaction, wire.CommitTransaction, wire.RollbackTransaction} {
		var e *types.DatabaseErrorException
		if err := s.call(t, op); !errors.As(err, &e) || e.ErrorMessage() != "text" {
			t.Errorf("%s: %v", op, err)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("call: %w", &wire.Error{Code: wire.CodeForbidden, Message: "no entry", Err: cause})
	if got, want := err.Error(), "call: ForbiddenException: no entry"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is not found")
	}
	if got, want := wire.NewError(wire.CodeInternalFailure, "").Error(), "InternalFailure"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
