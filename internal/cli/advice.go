package cli

import "github.com/auroradataapi/auroradataapi/internal/wire"

// advices says what to try after the errors that people meet while they set a
// cluster up. The first that fits is taken.
var advices = []struct {
	code  string   // SQLSTATE
	types []string // of the service; "" is no answer at all
	text  string   // in the message
	try   string
}{
	{code: sqlstateNoDatabase,
		try: "name a database: set AURORA_DATABASE, or end the URI in @/DATABASE?…; without one the Data API takes the user's name"},
	{types: []string{""}, text: "connection refused",
		try: "nothing listens there; if the endpoint is a local Data API, start it with auroradataapi serve"},
	{types: []string{""}, text: "credentials",
		try: "give AWS credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID, aws sso login), or run on a private PostgreSQL with --local"},
	{types: []string{string(wire.CodeExpiredToken), string(wire.CodeUnrecognizedClient), string(wire.CodeInvalidSignature), string(wire.CodeMissingAuthentication)},
		try: "renew the AWS credentials, and check them with: aws sts get-caller-identity"},
	{types: []string{string(wire.CodeAccessDenied), string(wire.CodeForbidden)},
		try: "the caller needs rds-data:ExecuteStatement on the cluster and secretsmanager:GetSecretValue on the secret"},
	{types: []string{string(wire.CodeHTTPEndpointNotEnabled)},
		try: "check the region and the name in the cluster's ARN; then: aws rds enable-http-endpoint --resource-arn ARN"},
	{types: []string{string(wire.CodeInvalidSecret), string(wire.CodeSecretsError)},
		try: "the secret has to be JSON with username and password, in the cluster's account and region"},
	{types: []string{string(wire.CodeValidation), string(wire.CodeBadRequest)}, text: "Cannot find parameter",
		try: "give the placeholder a value with --param name=value"},
	{types: []string{string(wire.CodeDatabaseError)}, text: "unexpected message: Copy",
		try: "the Data API has no COPY to or from the client: SELECT the rows, with --format csv for a file, and INSERT what shall be stored"},
	{types: []string{string(wire.CodeInternalFailure)},
		try: "the service does not say why; it cannot return infinite dates and timestamps, for one: cast such a value to text, as in column::text"},
	{types: []string{string(wire.CodeUnsupportedResult)}, text: "size limit",
		try: "ask for fewer rows or columns: LIMIT, or a narrower WHERE"},
	{types: []string{string(wire.CodeUnsupportedResult)}, text: "data type",
		try: "cast the column to text in the SQL, as in column::text"},
}
