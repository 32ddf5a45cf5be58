package wire_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/auroradataapi/auroradataapi/internal/wire"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"
)

// canned is the official client whose every call is answered by body.
type canned struct {
	*rdsdata.Client
	body string
}

func newCanned() *canned {
	c := new(canned)
	c.Client = rdsdata.New(rdsdata.Options{
		Region: "eu-west-1", HTTPClient: c, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
	})
	return c
}

func (c *canned) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Request: r, Body: io.NopCloser(strings.NewReader(c.body))}, nil
}

// stricter are the reasons for which we refuse what the official client takes:
// what it would replace, drop, or choose from at random.
var stricter = []string{
	"a second member of", "not valid UTF-8", "half of a surrogate pair", "after the message", "behind the last row", "nested more than",
	"isNull has to be true", "null where", "where a number has to be", // a string such as nan in any case
}

// FuzzAgainstSDK reads the same answer as the official client does. What we
// accept, it has to accept with the same values; what we refuse, it has to
// refuse too, but for what we are stricter with on purpose.
func FuzzAgainstSDK(f *testing.F) {
	for _, seed := range pageSeeds() {
		f.Add(seed)
	}
	client := newCanned()
	f.Fuzz(func(t *testing.T, list string) {
		client.body = `{"numberOfRecordsUpdated":1,"records":` + list + `}`
		out, theirErr := client.ExecuteStatement(t.Context(), &rdsdata.ExecuteStatementInput{
			ResourceArn: aws.String("r"), SecretArn: aws.String("s"), Sql: aws.String("x"),
		})
		var resp wire.ExecuteResponse
		err := resp.ParseJSON([]byte(client.body))
		var got *content
		if err == nil {
			got = contentOf(resp.Records)
		}
		switch {
		case err == nil && (got == nil || got.Err == ""):
			if theirErr != nil {
				t.Fatalf("%s: accepted, but the SDK says %v", client.body, theirErr)
			}
			compareRows(t, client.body, out.Records, got)
		case theirErr == nil:
			reason := ""
			if err != nil {
				reason = err.Error()
			} else {
				reason = got.Err
			}
			for _, s := range stricter {
				if strings.Contains(reason, s) {
					return
				}
			}
			t.Fatalf("%s: refused, but the SDK takes it: %s", client.body, reason)
		}
	})
}

func compareRows(t *testing.T, body string, theirs [][]types.Field, ours *content) {
	t.Helper()
	if ours == nil {
		if theirs != nil {
			t.Fatalf("%s: no rows, the SDK has %d", body, len(theirs))
		}
		return
	}
	if len(theirs) != len(ours.Rows) {
		t.Fatalf("%s: %d rows, the SDK has %d", body, len(ours.Rows), len(theirs))
	}
	for i, row := range ours.Rows {
		if len(theirs[i]) != len(row) {
			t.Fatalf("%s: %d fields in row %d, the SDK has %d", body, len(row), i, len(theirs[i]))
		}
		for j, f := range row {
			if theirs := theirs[i][j]; !sameField(f, theirs) {
				t.Fatalf("%s: row %d field %d is %s, the SDK has %#v", body, i, j, f.AppendJSON(nil), theirs)
			}
		}
	}
}

// sameField compares a field with the client's. Of a union with members that it
// does not know, the client gives any one.
func sameField(f wire.Field, theirs types.Field) bool {
	switch v := theirs.(type) {
	case nil:
		return f.Kind() == wire.KindAbsent
	case *types.UnknownUnionMember:
		return true
	case *types.FieldMemberIsNull:
		return f.IsNull() && v.Value
	case *types.FieldMemberBooleanValue:
		return f.Equal(wire.Boolean(v.Value))
	case *types.FieldMemberLongValue:
		return f.Equal(wire.Long(v.Value))
	case *types.FieldMemberDoubleValue:
		return f.Equal(wire.Double(v.Value))
	case *types.FieldMemberStringValue:
		return f.Equal(wire.String(v.Value))
	case *types.FieldMemberBlobValue:
		return f.Equal(wire.Blob(v.Value))
	case *types.FieldMemberArrayValue:
		return f.Kind() == wire.KindArray // its elements are TestSDKFields'
	default:
		return false
	}
}
