//go:build !linux && !darwin && !freebsd

package awsapi

// socketClosed does not know. What it is there for happens on Linux, where
// functions are frozen, and on the machines of developers that sleep.
func socketClosed(uintptr) bool { return false }
