package server_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

// TestSizes meets each limit of size, lowered, at it and one past it.
func TestSizes(t *testing.T) {
	lower := func(cfg *server.Config) {
		cfg.Sizes = server.Sizes{RequestBytes: 8192, SQLChars: 100, ResultBytes: 50, FormattedBytes: 40}
	}
	for engine, start := range map[string]func(*testing.T) *service{
		"postgresql": func(t *testing.T) *service { return serve(t, lower) },
		"mysql":      func(t *testing.T) *service { return serveMySQL(t, lower) },
	} {
		t.Run(engine, func(t *testing.T) {
			s := start(t)
			s.must("", "SELECT 1 "+strings.Repeat(" ", 91))
			_, err := s.execute("", "SELECT 1 "+strings.Repeat(" ", 92))
			refusedLike(t, err, "ValidationException", "less than or equal to 100")
			s.must("", "SELECT repeat('x', 44)") // and 2 for the row, 4 for the column
			_, err = s.execute("", "SELECT repeat('x', 45)")
			refusedLike(t, err, "UnsupportedResultException", "size limit")
			in := s.input("", "SELECT repeat('x', 40) AS a")
			in.FormatRecordsAs = types.RecordsFormatTypeJson
			_, err = s.ExecuteStatement(t.Context(), in)
			refusedLike(t, err, "UnsupportedResultException", "size limit")
			s.must("", "SELECT length(:a)", p("a", strings.Repeat("x", 5000)))
			_, err = s.execute("", "SELECT length(:a)", p("a", strings.Repeat("x", 8000)))
			refusedLike(t, err, "RequestEntityTooLargeException", "larger than 8192 bytes")
		})
	}
}

func TestSizesAreNotRaised(t *testing.T) {
	cluster := []server.Cluster{{ARN: clusterARN, Engine: "postgresql", URL: "postgres://localhost", Secrets: []server.Secret{{ARN: secretARN, Username: "u"}}}}
	for _, sizes := range []server.Sizes{{RequestBytes: 4<<20 + 1}, {SQLChars: 65_537}, {ResultBytes: 1<<20 + 1}, {FormattedBytes: 10<<20 + 1}, {ResultBytes: -1}} {
		if _, err := server.New(server.Config{Clusters: cluster, Sizes: sizes}); err == nil || !strings.Contains(err.Error(), "Sizes.") {
			t.Errorf("%+v: %v", sizes, err)
		}
	}
}
