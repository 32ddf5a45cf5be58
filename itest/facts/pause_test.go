package facts

import (
	"time"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// pauseAfter is after how long the local cluster pauses: later than anything
// else happens.
const pauseAfter = 48 * time.Hour

// Pauses can be brought about where the clock can be moved.
func init() { probes = append(probes, pausing...) }

var pausing = []probe{
	{"F0090", func(c *conversation) {
		if c.later(pauseAfter) {
			c.sql("select 1")
			c.resumed()
		}
	}},
	{"F0091", func(c *conversation) {
		if c.later(pauseAfter) {
			c.sql("select 1")
			c.later(14 * time.Second)
			c.sql("select 1")
			c.later(time.Second)
			c.sql("select 1")
		}
	}},
	{"F0096", func(c *conversation) {
		if c.later(pauseAfter) {
			c.execute(wire.ExecuteRequest{SQL: "select 1", SecretARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:no-such-secret"})
			c.resumed()
		}
	}},
	{"F0280", func(c *conversation) {
		if c.later(pauseAfter) {
			c.commit("never-was")
			c.in("never-was", "not even SQL")
			c.batch("select 1", nil)
			c.resumed()
		}
	}},
}

// resumed waits until a cluster that was woken is there again.
func (c *conversation) resumed() {
	c.later(15 * time.Second)
	c.sql("select 1")
}
