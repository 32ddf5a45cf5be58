package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// processes looks at what the command's processes have started, on Linux:
//
//	processes remember FILE  notes the descendants of what runs in the background
//	processes gone FILE      waits for the noted ones to end
func processes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: processes remember|gone file")
	}
	path := ts.MkAbs(args[1])
	switch args[0] {
	case "remember":
		var found []string
		for _, cmd := range ts.BackgroundCmds() {
			found = append(found, descendants(cmd.Process.Pid)...)
		}
		if len(found) == 0 {
			ts.Fatalf("nothing was started")
		}
		ts.Check(os.WriteFile(path, []byte(strings.Join(found, "\n")), 0o644))
	case "gone":
		text, err := os.ReadFile(path)
		ts.Check(err)
		var left string
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if left = alive(strings.Split(string(text), "\n")); left == "" {
				return
			}
		}
		ts.Fatalf("still running: %s", left)
	default:
		ts.Fatalf("unknown: %s", args[0])
	}
}

// descendants lists the processes below pid, each as its number and the time
// it was started, which together are never used again.
func descendants(pid int) []string {
	children := make(map[int][]int)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		if fields := statFields(child); fields != nil {
			parent, _ := strconv.Atoi(fields[1])
			children[parent] = append(children[parent], child)
		}
	}
	var found []string
	var walk func(int)
	walk = func(pid int) {
		for _, child := range children[pid] {
			if fields := statFields(child); fields != nil {
				found = append(found, fmt.Sprintf("%d %s", child, fields[19]))
			}
			walk(child)
		}
	}
	walk(pid)
	return found
}

// statFields returns the fields of /proc/pid/stat from the state on.
func statFields(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return nil
	}
	return fields
}

// alive returns the first of the processes that is still there.
func alive(noted []string) string {
	for _, line := range noted {
		number, started, _ := strings.Cut(line, " ")
		pid, err := strconv.Atoi(number)
		if err != nil {
			return line
		}
		if fields := statFields(pid); fields != nil && fields[19] == started && fields[0] != "Z" {
			return line
		}
	}
	return ""
}
