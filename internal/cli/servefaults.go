package cli

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/auroradataapi/auroradataapi/server"
)

const (
	flagFaults     = "faults"
	flagFaultSeed  = "fault-seed"
	flagPauseAfter = "pause-after"
	flagResumeTime = "resume-time"
	flagAdmin      = "admin"
)

// faultOptions say what goes wrong with calls to a local Data API.
type faultOptions struct {
	file                   string
	seed                   uint64
	pauseAfter, resumeTime time.Duration
	admin                  bool

	faults []server.Fault // what the file says
}

func (o *faultOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.file, flagFaults, "", "let calls go wrong by the rules in this JSON `FILE`")
	flags.Uint64Var(&o.seed, flagFaultSeed, 0, "choose the calls that rules with a probability hit by this `NUMBER`")
	flags.DurationVar(&o.pauseAfter, flagPauseAfter, 0, "pause a cluster that nobody has used for this `TIME`")
	flags.DurationVar(&o.resumeTime, flagResumeTime, 0, "let a paused cluster take this `TIME` to resume; 15s unless given")
	flags.BoolVar(&o.admin, flagAdmin, true, "answer below /_local/, where tests set faults; off unless given if there are keys")
}

// load reads the file and decides what depends on other options. Whoever can
// reach a server without keys may run SQL on it, so that the endpoint for tests
// gives nothing away there; with keys it would let callers in that have none.
func (o *faultOptions) load(flags *pflag.FlagSet, keys bool) error {
	switch {
	case flags.Changed(flagPauseAfter) && o.pauseAfter < time.Second: // or it pauses while it is tried
		return usagef("--%s %v is less than a second; give it a time such as 5m", flagPauseAfter, o.pauseAfter)
	case flags.Changed(flagResumeTime) && o.resumeTime <= 0:
		return usagef("--%s %v: give it a time such as 15s", flagResumeTime, o.resumeTime)
	}
	if keys && !flags.Changed(flagAdmin) {
		o.admin = false
	}
	if o.file == "" {
		return nil
	}
	text, err := os.ReadFile(o.file)
	if err != nil {
		return usagef("--%s: %v", flagFaults, err)
	}
	if o.faults, err = server.ParseFaults(text); err != nil {
		return usagef("--%s %s: %v", flagFaults, o.file, err)
	}
	return nil
}

// configure completes the configuration of a server but for its faults, which
// would hit the calls by which the server is tried.
func (o *faultOptions) configure(cfg *server.Config) {
	cfg.FaultSeed, cfg.Admin = o.seed, o.admin
	for i := range cfg.Clusters {
		cfg.Clusters[i].PauseAfter, cfg.Clusters[i].ResumeTime = o.pauseAfter, o.resumeTime
	}
}

// install sets the faults on a server that is about to be used.
func (o *faultOptions) install(api *server.Server) error {
	if err := api.Faults().Add(o.faults...); err != nil {
		return usagef("--%s %s: %v", flagFaults, o.file, err)
	}
	return nil
}

// describe says in a few words what goes wrong, empty if nothing does.
func (o *faultOptions) describe() string {
	switch n := len(o.faults); n {
	case 0:
		return ""
	case 1:
		return "calls go wrong by the rule in " + o.file
	default:
		return fmt.Sprintf("calls go wrong by the %d rules in %s", n, o.file)
	}
}
