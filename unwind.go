package auroradataapi

import "runtime"

// Functions of the program, such as a tracer and OnBadRow, are called by
// goroutines of the driver too, where nobody could recover what they panic with.
// It is caught there, and goes on in the goroutine that waits.

// unwinding is how a function ended that did not return: by a panic, or by
// runtime.Goexit, as FailNow of a test does.
type unwinding struct {
	value any // nil for runtime.Goexit
}

// contain runs f, and then ended with how f ended, which is nil if it returned.
func contain(f func(), ended func(*unwinding)) {
	returned := false
	defer func() {
		if returned {
			ended(nil)
			return
		}
		ended(&unwinding{recover()})
	}()
	f()
	returned = true
}

// resume goes on with it in this goroutine, if there is something to go on with.
func (u *unwinding) resume() {
	switch {
	case u == nil:
	case u.value == nil:
		runtime.Goexit()
	default:
		panic(u.value)
	}
}
