package server_test

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/rdsdata/types"

	"github.com/auroradataapi/auroradataapi/server"
)

// tlsFront stands before the MySQL server of all tests and has TLS, or none,
// whatever that one has. It numbers packets as a server with TLS does.
type tlsFront struct {
	net.Listener
	network, addr string       // of the server
	config        *tls.Config  // nil for none
	secured       atomic.Int32 // connections that have TLS
	relays        sync.WaitGroup
}

func newTLSFront(t *testing.T, has bool) *tlsFront {
	t.Helper()
	my := mysqlConfig(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &tlsFront{Listener: listener, network: my.Net, addr: my.Addr}
	if has {
		certified := httptest.NewTLSServer(nil) // for its certificate
		defer certified.Close()
		f.config = &tls.Config{Certificates: certified.TLS.Certificates}
	}
	f.relays.Go(func() {
		for {
			conn, err := f.Accept()
			if err != nil {
				return
			}
			f.relays.Go(func() { f.relay(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); f.relays.Wait() })
	return f
}

func packet(r io.Reader) ([]byte, error) {
	p := make([]byte, 4)
	if _, err := io.ReadFull(r, p); err != nil {
		return nil, err
	}
	p = append(p, make([]byte, int(p[0])|int(p[1])<<8|int(p[2])<<16)...)
	_, err := io.ReadFull(r, p[4:])
	return p, err
}

const sslBit = 0x800

// relay connects a client with the server, whose greeting it changes.
func (f *tlsFront) relay(client net.Conn) {
	defer client.Close()
	db, err := net.Dial(f.network, f.addr)
	if err != nil {
		return
	}
	defer db.Close()
	greeting, err := packet(db)
	if err != nil {
		return
	}
	at := 5
	for greeting[at] != 0 {
		at++
	}
	capabilities := greeting[at+1+4+8+1:]
	offered := binary.LittleEndian.Uint16(capabilities) &^ sslBit
	if f.config != nil {
		offered |= sslBit
	}
	binary.LittleEndian.PutUint16(capabilities, offered)
	if _, err := client.Write(greeting); err != nil {
		return
	}
	if f.config == nil {
		both(func() { _, _ = io.Copy(client, db); client.Close() }, func() { _, _ = io.Copy(db, client); db.Close() })
		return
	}
	f.secure(client, db)
}

// both runs two directions of a connection until both end.
func both(down, up func()) {
	var wg sync.WaitGroup
	wg.Go(down)
	up()
	wg.Wait()
}

// secure speaks with TLS to the client and without to the server.
func (f *tlsFront) secure(client, db net.Conn) {
	request, err := packet(client)
	if err != nil || len(request) != 4+32 || request[3] != 1 || binary.LittleEndian.Uint32(request[4:])&sslBit == 0 {
		return
	}
	secured := tls.Server(client, f.config)
	answer, err := packet(secured)
	if err != nil || answer[3] != 2 || string(answer[4:36]) != string(request[4:]) {
		return // a server takes the capabilities of the request for those of the answer
	}
	f.secured.Add(1)
	binary.LittleEndian.PutUint32(answer[4:], binary.LittleEndian.Uint32(answer[4:])&^sslBit)
	var ahead atomic.Int32
	ahead.Store(1)
	both(func() {
		defer secured.Close()
		for p, err := packet(db); err == nil; p, err = packet(db) {
			p[3] += byte(ahead.Load())
			if _, err := secured.Write(p); err != nil {
				return
			}
		}
	}, func() {
		defer db.Close()
		for p, err := answer, error(nil); err == nil; p, err = packet(secured) {
			if p[3] == 0 {
				ahead.Store(0)
			}
			p[3] -= byte(ahead.Load())
			if _, err := db.Write(p); err != nil {
				return
			}
		}
	})
}

func TestMySQLTLS(t *testing.T) {
	front := newTLSFront(t, true)
	for _, mode := range []string{"skip-verify", "preferred"} {
		s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL = "mysql://" + front.Addr().String() + "/?tls=" + mode })
		before := front.secured.Load()
		s.must("", "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, b boolean)")
		same(t, plains(s.must("", "INSERT INTO t (b) VALUES (true)").GeneratedFields), []any{int64(1)})
		same(t, s.value("", "SELECT b FROM t"), any(true)) // which only the tap can tell
		if front.secured.Load() == before {
			t.Errorf("%s: nothing was secured", mode)
		}
	}
	t.Run("a stranger's certificate", func(t *testing.T) {
		s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL = "mysql://" + front.Addr().String() + "/?tls=true" })
		_, err := s.execute("", "SELECT 1")
		var unavailable *types.DatabaseUnavailableException
		if !errors.As(err, &unavailable) {
			t.Fatalf("got %v", err)
		}
	})
}

// TestMySQLWithoutTLS is about a server that has none.
func TestMySQLWithoutTLS(t *testing.T) {
	front := newTLSFront(t, false)
	for mode, want := range map[string]bool{"preferred": true, "skip-verify": false} {
		s := serveMySQL(t, func(c *server.Config) { c.Clusters[0].URL = "mysql://" + front.Addr().String() + "/?tls=" + mode })
		if _, err := s.execute("", "SELECT 1"); (err == nil) != want {
			t.Errorf("%s: got %v", mode, err)
		}
	}
}
