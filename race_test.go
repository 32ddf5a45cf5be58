//go:build race

package auroradataapi_test

// underRace leaves out what takes long with the race detector and has nothing for it:
// megabytes in one call after the other. Without it, all is run.
const underRace = true
