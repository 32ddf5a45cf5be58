package server

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// call is what is known of a request that was dealt with.
type call struct {
	operation, failure string // failure is empty if there was none
	status             int
	duration           time.Duration
	received, sent     int64
}

// metrics counts calls, for the Prometheus text format.
type metrics struct {
	mu             sync.Mutex
	running        int
	calls          map[callKey]int64
	durations      map[string]*histogram // by operation
	received, sent int64
}

type callKey struct{ operation, failure string }

// histogram counts durations up to each of the bounds.
type histogram struct {
	counts [len(bounds) + 1]int64 // the last one: above all bounds
	sum    time.Duration
}

// bounds ends at what a statement may take.
var bounds = [...]time.Duration{
	time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 100 * time.Millisecond,
	500 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second, 45 * time.Second,
}

func newMetrics() *metrics {
	return &metrics{calls: make(map[callKey]int64), durations: make(map[string]*histogram)}
}

func (m *metrics) began() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running++
}

func (m *metrics) ended(c call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	m.calls[callKey{c.operation, c.failure}]++
	h := m.durations[c.operation]
	if h == nil {
		h = new(histogram)
		m.durations[c.operation] = h
	}
	i, _ := slices.BinarySearch(bounds[:], c.duration)
	h.counts[i]++
	h.sum += c.duration
	m.received += c.received
	m.sent += c.sent
}

// pooled is an engine that can tell about its connections.
type pooled interface {
	// connections returns how many are open, and how many of them are in use.
	connections() (open, used int)
}

// serve writes the metrics.
func (m *metrics) serve(w http.ResponseWriter, s *service) {
	var b bytes.Buffer
	m.write(&b)
	head(&b, "transactions_open", "gauge", "Transactions that are open.")
	fmt.Fprintf(&b, "auroradataapi_transactions_open %d\n", s.transactions.count())
	head(&b, "connections", "gauge", "Connections to the databases.")
	for _, arn := range slices.Sorted(maps.Keys(s.clusters)) {
		if p, ok := s.clusters[arn].engine.(pooled); ok {
			open, used := p.connections()
			fmt.Fprintf(&b, "auroradataapi_connections{cluster=%s,state=\"used\"} %d\n", quote(arn), used)
			fmt.Fprintf(&b, "auroradataapi_connections{cluster=%s,state=\"idle\"} %d\n", quote(arn), open-used)
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

func (m *metrics) write(b *bytes.Buffer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	head(b, "calls_total", "counter", "Calls by operation and type of error, which is empty for success.")
	keys := slices.SortedFunc(maps.Keys(m.calls), func(x, y callKey) int {
		return cmp.Or(strings.Compare(x.operation, y.operation), strings.Compare(x.failure, y.failure))
	})
	for _, k := range keys {
		fmt.Fprintf(b, "auroradataapi_calls_total{operation=%s,error=%s} %d\n", quote(k.operation), quote(k.failure), m.calls[k])
	}
	head(b, "call_duration_seconds", "histogram", "Time from the request's head to the end of the answer.")
	for _, op := range slices.Sorted(maps.Keys(m.durations)) {
		m.durations[op].write(b, op)
	}
	head(b, "calls_running", "gauge", "Calls that are not answered yet.")
	fmt.Fprintf(b, "auroradataapi_calls_running %d\n", m.running)
	head(b, "received_bytes_total", "counter", "Bytes of requests' bodies.")
	fmt.Fprintf(b, "auroradataapi_received_bytes_total %d\n", m.received)
	head(b, "sent_bytes_total", "counter", "Bytes of answers' bodies.")
	fmt.Fprintf(b, "auroradataapi_sent_bytes_total %d\n", m.sent)
}

func (h *histogram) write(b *bytes.Buffer, operation string) {
	var sum int64
	for i, bound := range bounds {
		sum += h.counts[i]
		fmt.Fprintf(b, "auroradataapi_call_duration_seconds_bucket{operation=%s,le=\"%g\"} %d\n", quote(operation), bound.Seconds(), sum)
	}
	sum += h.counts[len(bounds)]
	fmt.Fprintf(b, "auroradataapi_call_duration_seconds_bucket{operation=%s,le=\"+Inf\"} %d\n", quote(operation), sum)
	fmt.Fprintf(b, "auroradataapi_call_duration_seconds_sum{operation=%s} %g\n", quote(operation), h.sum.Seconds())
	fmt.Fprintf(b, "auroradataapi_call_duration_seconds_count{operation=%s} %d\n", quote(operation), sum)
}

func head(b *bytes.Buffer, name, kind, help string) {
	fmt.Fprintf(b, "# HELP auroradataapi_%s %s\n# TYPE auroradataapi_%s %s\n", name, help, name, kind)
}

// quote writes a label's value.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// errorType returns the type of the error that an answer carries, empty if it
// carries none.
func errorType(h http.Header) string {
	name, _, _ := strings.Cut(h.Get("x-amzn-ErrorType"), ":")
	return name
}
