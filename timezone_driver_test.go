package auroradataapi_test

import (
	"testing"
	"time"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestTimeZone reads instants and what is none in another time zone, on both
// engines, and sends one back.
func TestTimeZone(t *testing.T) {
	t.Parallel()
	summer := time.Date(2024, 7, 1, 10, 30, 0, 123456000, time.UTC)
	wall := time.Date(2024, 7, 1, 10, 30, 0, 0, time.UTC)
	engines := []struct {
		name, query, equal string
		options            []dataapitest.Option
	}{
		{"PostgreSQL", "SELECT timestamptz '2024-07-01 10:30:00.123456+00', timestamp '2024-07-01 10:30:00', date '2024-07-01', current_setting('TimeZone')",
			"SELECT $1::timestamptz = timestamptz '2024-07-01 10:30:00.123456+00'", nil},
		{"MySQL", "SELECT at, wall, day, 'UTC' FROM times",
			"SELECT at = ? FROM times", []dataapitest.Option{dataapitest.MySQL()}},
	}
	for _, engine := range engines {
		t.Run(engine.name, func(t *testing.T) {
			t.Parallel()
			server := dataapitest.New(t, engine.options...)
			if engine.name == "MySQL" {
				db := server.Open(t)
				for _, statement := range []string{
					"CREATE TABLE times (at TIMESTAMP(6), wall DATETIME, day DATE)",
					"INSERT INTO times VALUES ('2024-07-01 10:30:00.123456', '2024-07-01 10:30:00', '2024-07-01')",
				} {
					if _, err := db.Exec(statement); err != nil {
						t.Fatal(err)
					}
				}
			}
			for name, offset := range map[string]string{"": "Z", "UTC": "Z", "+05:30": "+05:30", "America/St_Johns": "-02:30"} {
				db := server.Open(t, func(c *auroradataapi.Config) {
					if name == "" {
						return
					}
					parsed, err := auroradataapi.ParseDSN("auroradataapi://?loc=" + name)
					if err != nil {
						t.Fatal(err)
					}
					c.Location = parsed.Location
				})
				var at, plain, day time.Time
				var session string
				if err := db.QueryRow(engine.query).Scan(&at, &plain, &day, &session); err != nil {
					t.Fatal(err)
				}
				if !at.Equal(summer) || at.Format("Z07:00") != offset {
					t.Errorf("in %q the instant is %s, want %s at %s", name, at.Format(time.RFC3339Nano), summer.Format(time.RFC3339Nano), offset)
				}
				if plain != wall || day != wall.Truncate(24*time.Hour) || session != "UTC" {
					t.Errorf("in %q the wall clock is %v, the day %v, the session's zone %s", name, plain, day, session)
				}
				var equal bool
				if err := db.QueryRow(engine.equal, at).Scan(&equal); err != nil || !equal {
					t.Errorf("in %q the instant that was read is not the one that is found with it: %v", name, err)
				}
			}
		})
	}
}
