package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// endless never ends, as a device may not.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadSources(t *testing.T) {
	tests := []struct {
		name, text string
		want       string // the text that is run
		wantErr    string
	}{
		{"plain", "select 'é'", "select 'é'", ""},
		{"mark of UTF-8", "\uFEFFselect 1", "select 1", ""},
		{"UTF-16 little endian", "\xff\xfes\x00e\x00", "", "looks like UTF-16"},
		{"UTF-16 big endian", "\xfe\xff\x00s\x00e", "", "looks like UTF-16"},
		{"UTF-16 without a mark", "s\x00e\x00l\x00", "", "looks like UTF-16"},
		{"UTF-16 big endian without a mark", "\x00s\x00e\x00l", "", "looks like UTF-16"},
		{"Latin-1", "select 1;\nselect 'M\xfcller'", "", "line 2: byte 0xfc is not UTF-8"},
		{"cut character", "select '\xc3", "", "line 1: byte 0xc3 is not UTF-8"},
		{"the character for what is not UTF-8", "select '\uFFFD'", "select '\uFFFD'", ""},
		{"NUL", "select 1;\n\nselect '\x00'", "", "line 3: a NUL byte"},
	}
	for _, tt := range tests {
		file := filepath.Join(t.TempDir(), "a.sql")
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, from := range []struct {
			source      string
			files, args []string
		}{
			{"a.sql", []string{file}, nil},
			{"standard input", []string{"-"}, nil},
			{"argument", nil, []string{tt.text}},
		} {
			got, err := readSources(strings.NewReader(tt.text), from.files, from.args)
			switch {
			case tt.wantErr == "" && (err != nil || len(got) != 1 || got[0].text != tt.want):
				t.Errorf("%s, %s: %q, %v, want %q", tt.name, from.source, got, err, tt.want)
			case tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr) || !strings.Contains(err.Error(), from.source)):
				t.Errorf("%s, %s: error %v, want %q and the name in it", tt.name, from.source, err, tt.wantErr)
			case tt.wantErr != "" && exitCode(started(err)) != exitUsage:
				t.Errorf("%s, %s: %v is not an error of usage", tt.name, from.source, err)
			}
		}
	}
}

func TestReadSourcesBound(t *testing.T) {
	_, err := readSources(endless{}, []string{"-"}, nil)
	if err == nil || !strings.Contains(err.Error(), "standard input is larger than 64 MiB") || exitCode(started(err)) != exitUsage {
		t.Errorf("input without end: %v", err)
	}
}

// FuzzSource: a source is exactly what was given, in UTF-8 and without NUL.
func FuzzSource(f *testing.F) {
	f.Add("select 1")
	f.Add("\uFEFFselect\x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := newSource("x", []byte(text))
		want := strings.TrimPrefix(text, "\uFEFF")
		if err == nil && (s.text != want || !utf8.ValidString(want) || strings.Contains(want, "\x00")) {
			t.Errorf("%q of %q", s.text, text)
		}
		if err != nil && utf8.ValidString(want) && !strings.Contains(want, "\x00") {
			t.Errorf("%q: %v", text, err)
		}
	})
}
