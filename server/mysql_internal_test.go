package server

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

func TestMySQLURL(t *testing.T) {
	for _, test := range []struct {
		url      string
		addr     string // network and address
		tls      bool
		maxConns int
		initial  string // how the statement ends that a session begins with
	}{
		{"mysql://host", "tcp host:3306", false, 50, "time_zone = '+00:00', NAMES utf8mb4"},
		{"mysql://u:p%40@[::1]:33060/db", "tcp [::1]:33060", false, 50, ""},
		{"mysql://", "tcp 127.0.0.1:3306", false, 50, ""},
		{"mysql://u@/db?socket=/run/my.sock&pool_max_conns=7", "unix /run/my.sock", false, 7, ""},
		{"mysql://localhost?socket=%2Frun%2Fmy.sock&tls=skip-verify", "unix /run/my.sock", true, 50, ""},
		{"u:p@tcp(host:1)/db?tls=true&sql_mode=%27ANSI%27", "tcp host:1", true, 50, "sql_mode = 'ANSI', time_zone = '+00:00', NAMES utf8mb4"},
		{"u:p@/?w@unix(/run/my.sock)/db?collation=utf8mb4_bin", "unix /run/my.sock", false, 50, "NAMES utf8mb4 COLLATE utf8mb4_bin"},
		{"/", "tcp 127.0.0.1:3306", false, 50, ""},
		{"tcp(host)/?parseTime=true&multiStatements=true&interpolateParams=true&compress=true&allowAllFiles=true", "tcp host:3306", false, 50, ""},
	} {
		c, err := parseMySQLURL(test.url)
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
			continue
		}
		if got := c.network + " " + c.addr; got != test.addr || (c.tls != nil) != test.tls || c.maxConns != test.maxConns {
			t.Errorf("%s: %s, TLS %t, %d connections", test.url, got, c.tls != nil, c.maxConns)
		}
		if got := c.initial(true); !strings.HasSuffix(got, test.initial) {
			t.Errorf("%s: begins with %s", test.url, got)
		}
		cfg := c.forUser(login{user: "me", password: "secret", database: "here"})
		if cfg.User != "me" || cfg.Passwd != "secret" || cfg.DBName != "here" || cfg.TLS != nil ||
			cfg.ParseTime || cfg.MultiStatements || cfg.InterpolateParams || cfg.AllowAllFiles {
			t.Errorf("%s: got %+v", test.url, cfg)
		}
	}
	for _, test := range []struct{ url, part string }{
		{"postgres://u:hunter2@localhost/db", "is not of MySQL"},
		{"u:hunter2@tcp(host:1)", "no slash"},
		{"mysql://u:hunter2@host:port/", "no address of the form host:port"},
		{"mysql://u:hunter2@host?socket=%zz", "not escaped well"},
		{"u:hunter2@host/db", "network 'host' unknown"},
		{"u:hunter2@tcp(host/db", "not terminated"},
		{"u:hunter2@tcp(host)/?tls=none-such", "none-such"},
		{"u:hunter2@tcp(host)/?pool_max_conns=0", "pool_max_conns=0"},
		{"u:hunter2@tcp(host)/?collation=a'b", "which is no name"},
		{"u:hunter2@tcp(host)/?timeout=soon", "soon"},
	} {
		if _, err := parseMySQLURL(test.url); err == nil || !strings.Contains(err.Error(), test.part) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", test.url, err, test.part)
		}
	}
}

// FuzzMySQLURL looks for a text whose error shows the password.
func FuzzMySQLURL(f *testing.F) {
	for _, seed := range []string{"mysql://u:%s@host:3306/db?tls=true", "u:%s@tcp(host:1)/db?x=y", "%s@", "://%s@/", "mysql://u:%s@host:x"} {
		f.Add(seed[:strings.Index(seed, "%s")], seed[strings.Index(seed, "%s")+2:])
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		const password = "hunter2-?/:("
		if !strings.HasPrefix(after, "@") || strings.Contains(before, "?") && strings.HasPrefix(before, "mysql://") {
			return
		}
		text := before + password + after
		if !strings.Contains(after, "/") && !strings.HasPrefix(before, "mysql://") {
			return // the slash of the password ends the address
		}
		if strings.HasPrefix(before, "mysql://") {
			text = before + "hunter2" + after
		}
		if _, err := parseMySQLURL(text); err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// packetOf returns a packet with its header.
func packetOf(number byte, body ...byte) []byte {
	n := len(body)
	return append([]byte{byte(n), byte(n >> 8), byte(n >> 16), number}, body...)
}

// definitionOf returns the body of a column's definition.
func definitionOf(c mysqlColumn) []byte {
	var b []byte
	for _, s := range []string{"def", "schema", "alias", c.table, c.label, c.name} {
		b = append(append(b, byte(len(s))), s...)
	}
	b = append(b, 12)
	b = binary.LittleEndian.AppendUint16(b, c.charset)
	b = binary.LittleEndian.AppendUint32(b, c.length)
	b = append(b, byte(c.typ))
	b = binary.LittleEndian.AppendUint16(b, c.flags)
	return append(b, c.decimals, 0, 0)
}

// FuzzMySQLTap sends packets in pieces: what they say does not depend on where
// they are cut, and is what was put in.
func FuzzMySQLTap(f *testing.F) {
	f.Add("label", "table", uint8(254), uint16(0x2a1), uint32(400), uint8(3), uint16(7))
	f.Add("", "", uint8(0), uint16(0), uint32(0), uint8(0), uint16(1))
	f.Fuzz(func(t *testing.T, label, table string, typ uint8, flags uint16, length uint32, decimals uint8, cut uint16) {
		if len(label) > 250 || len(table) > 250 {
			return
		}
		want := mysqlColumn{label: label, name: "name", table: table, charset: charsetBinary, length: length,
			typ: mysqlType(typ), flags: flags, decimals: decimals}
		stream := packetOf(1, 2)
		stream = append(stream, packetOf(2, definitionOf(want)...)...)
		stream = append(stream, packetOf(3, definitionOf(want)...)...)
		stream = append(stream, packetOf(4, []byte("\x03def\x011")...)...) // a row of texts
		stream = append(stream, packetOf(5, 0xfe, 0, 0, 2, 0)...)

		var tap mysqlTap
		tap.reply.begin(comQuery)
		at := int(cut) % len(stream)
		tap.watch(append([]byte{}, stream[:at]...))
		for _, b := range stream[at:] {
			tap.watch([]byte{b})
		}
		if diff := cmp.Diff([]mysqlColumn{want, want}, tap.reply.columns, cmp.AllowUnexported(mysqlColumn{})); diff != "" || tap.reply.broken {
			t.Fatalf("broken %t (-want +got)\n%s", tap.reply.broken, diff)
		}
		m := want.describe()
		if dialect.MySQL.TypeByName(m.TypeName) == nil {
			t.Fatalf("the type %q is not in the table", m.TypeName)
		}
		if m.Precision < 0 || m.Scale < 0 {
			t.Fatalf("precision %d, scale %d", m.Precision, m.Scale)
		}
	})
}

// FuzzMySQLReply reads anything as the reply to any command.
func FuzzMySQLReply(f *testing.F) {
	f.Add(uint8(comQuery), packetOf(1, 0, 0xfc, 1, 0, 5, 2, 0))
	f.Add(uint8(comPrepare), packetOf(1, 0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0))
	f.Add(uint8(comExecute), append(packetOf(1, 1), packetOf(2, 3, 'd', 'e', 'f')...))
	f.Fuzz(func(t *testing.T, command uint8, stream []byte) {
		var whole, bytewise mysqlTap
		whole.reply.begin(command)
		bytewise.reply.begin(command)
		whole.watch(append([]byte{}, stream...))
		for _, b := range stream {
			bytewise.watch([]byte{b})
		}
		if diff := cmp.Diff(whole.reply, bytewise.reply, cmp.AllowUnexported(mysqlReply{}, mysqlColumn{})); diff != "" {
			t.Fatal(diff)
		}
		if whole.reply.broken && len(whole.reply.columns) == 0 {
			t.Fatal("broken without a column")
		}
	})
}

func TestMySQLReply(t *testing.T) {
	for _, test := range []struct {
		name   string
		stream []byte
		want   mysqlReply
	}{
		{"ok", packetOf(1, 0, 3, 7, 2, 0, 0, 0), mysqlReply{affected: 3, insertID: 7}},
		{"long numbers", packetOf(1, 0, 0xfd, 1, 2, 3, 0xfe, 1, 0, 0, 0, 0, 0, 0, 0x80, 2, 0), mysqlReply{affected: 0x30201, insertID: 1<<63 + 1}},
		{"error", packetOf(1, 0xff, 1, 2), mysqlReply{}},
		{"file", packetOf(1, 0xfb, 'x'), mysqlReply{}},
		{"several", append(packetOf(1, 0, 3, 7, 8, 0), packetOf(2, 0, 1, 1, 0, 0)...), mysqlReply{affected: 3, insertID: 7}},
		{"too short", append(packetOf(1, 1), packetOf(2, 3, 'd', 'e', 'f', 200)...), mysqlReply{broken: true, columns: []mysqlColumn{{}}}},
	} {
		var tap mysqlTap
		tap.reply.begin(comExecute)
		tap.watch(test.stream)
		if diff := cmp.Diff(test.want, tap.reply, cmp.AllowUnexported(mysqlReply{}, mysqlColumn{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

// TestMySQLValues is about values that MariaDB does not have, and such as should
// not be.
func TestMySQLValues(t *testing.T) {
	json := mysqlColumn{typ: typeJSON, charset: charsetBinary, length: 1<<32 - 1}
	vector := mysqlColumn{typ: typeVector, charset: charsetBinary, length: 8}
	if m := json.describe(); m.TypeName != "JSON" || m.Type != -1 {
		t.Errorf("got %+v", m)
	}
	for _, test := range []struct {
		column mysqlColumn
		value  any
		want   wire.Field
	}{
		{json, []byte(`{"a": [1, 2.50], "b": "x  y"}`), wire.String(`{"a":[1,2.50],"b":"x  y"}`)},
		{vector, []byte{0, 0, 128, 63}, wire.Blob([]byte{0, 0, 128, 63})},
		{mysqlColumn{typ: typeYear}, int64(0), wire.String("0000-01-01")},
		{mysqlColumn{typ: typeLongLong, flags: flagUnsigned}, uint64(7), wire.Long(7)},
		{mysqlColumn{typ: typeLongLong, flags: flagUnsigned}, uint64(1 << 63), wire.String("9223372036854775808")},
	} {
		got, _, err := mysqlValue(&test.column, dialect.MySQL.TypeByName(test.column.typeName()), test.value, wire.ResultSetOptions{})
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(wire.Field{})); diff != "" || err != nil {
			t.Errorf("%v: %v (-want +got)\n%s", test.value, err, diff)
		}
	}
	for _, test := range []struct {
		column mysqlColumn
		value  any
	}{
		{mysqlColumn{typ: typeDouble}, []byte("1")},
		{mysqlColumn{typ: typeLong}, struct{}{}},
	} {
		_, _, err := mysqlValue(&test.column, dialect.MySQL.TypeByName(test.column.typeName()), test.value, wire.ResultSetOptions{})
		var e *wire.Error
		if !errors.As(err, &e) || e.Code != wire.CodeInternalServerError {
			t.Errorf("%v: got %v", test.value, err)
		}
	}
}
