package auroradataapi_test

import (
	"database/sql"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/internal/dialect"
)

// TestPagesArePacked reads rows of all sizes in pages of all kinds: none is missing or
// another, short ones share a text, and no text and no page is larger than is allowed.
func TestPagesArePacked(t *testing.T) {
	srv := dataapitest.New(t)
	setUp := srv.Open(t)
	const rows, pageBytes, pieceBytes = 3000, 200_000, 60_000
	exec(t, setUp, "CREATE TABLE p (id int, t text)")
	random := rand.New(rand.NewPCG(7, 7))
	sizes := []int{0, 1, 10, 100, 300, 700}
	for n := range 20 { // with the parentheses, the number and a comma
		sizes = append(sizes, dialect.TextBytes-n, pieceBytes-n)
	}
	sizes = append(sizes, pieceBytes+1, 3*pieceBytes)
	var texts, want []string
	short := 0
	for i := range rows {
		size := sizes[random.IntN(6)]
		if i%1000 < 500 && i%10 == 0 { // and short rows by themselves
			size = sizes[random.IntN(len(sizes))]
		}
		text := strings.Repeat([]string{"x", "ä", "(", `"`}[random.IntN(4)], size)
		text = strings.ToValidUTF8(text[:size], "x")
		texts, want = append(texts, text), append(want, fmt.Sprint(i)+" "+text)
		if size <= 100 {
			short++
		}
	}
	for i := range rows {
		exec(t, setUp, "INSERT INTO p VALUES ($1::int, $2)", i, texts[i])
	}
	for name, cursor := range map[string]dialect.Cursor{
		"plain": {}, "confined": {Confined: true}, "whole": {Whole: true}, "guarded": {Whole: true, Guarded: true}, "confined and guarded": {Confined: true, Whole: true, Guarded: true},
	} {
		t.Run(name, func(t *testing.T) {
			cursor.Name, cursor.PageBytes, cursor.PieceBytes = "c", pageBytes, pieceBytes
			tx := begin(t, setUp, nil)
			defer tx.Rollback()
			if sql := cursor.Install(false); sql != "" {
				exec(t, tx, sql)
			}
			declare, _ := cursor.Declare("SELECT id, t FROM p ORDER BY id")
			exec(t, tx, declare)
			var got []string
			var piece []byte
			shared := 0
			for ended := false; !ended; {
				page := pageOf(t, tx, cursor)
				bytes := 0
				for i, text := range page {
					bytes += len(text) + 6
					if most := pieceBytes + pieceBytes/50; len(text) > most { // base64 has a line break for each 76
						t.Errorf("a text of %d bytes", len(text))
					}
					switch {
					case text == dialect.PageEnd && i == len(page)-1:
						ended = true
					case text[0] == dialect.RowBegin:
						together := rowsIn(t, text)
						got = append(got, together...)
						if len(together) > 1 {
							shared += len(together)
							if len(text) > dialect.TextBytes {
								t.Errorf("%d rows share a text of %d bytes", len(together), len(text))
							}
						}
					default:
						part, err := base64.StdEncoding.DecodeString(text[1:])
						if piece = append(piece, part...); err != nil {
							t.Fatal(err)
						}
						if text[0] == dialect.PieceLast {
							got = append(got, rowsIn(t, string(piece))...)
							piece = nil
						}
					}
				}
				const spare = dialect.TextBytes + pieceBytes + pieceBytes/50 + 12
				if bytes > pageBytes+spare || bytes < pageBytes-spare && !ended {
					t.Errorf("a page of %d bytes", bytes)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d rows of %d; %.1000s", len(got), len(want), diff)
			}
			if shared < short*9/10 {
				t.Errorf("%d rows share a text, of %d short ones", shared, short)
			}
		})
	}
}

// pageOf returns the texts of the next page.
func pageOf(t *testing.T, tx *sql.Tx, cursor dialect.Cursor) []string {
	t.Helper()
	statements := cursor.Page()
	for _, sql := range statements[:len(statements)-1] {
		exec(t, tx, sql)
	}
	rows, err := tx.Query(statements[len(statements)-1])
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var page []string
	for rows.Next() {
		page = append(page, "")
		if err := rows.Scan(&page[len(page)-1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil || len(page) == 0 {
		t.Fatalf("a page of %d texts: %v", len(page), err)
	}
	return page
}

// rowsIn returns the rows of a text, each with a space between its two fields.
func rowsIn(t *testing.T, text string) (rows []string) {
	t.Helper()
	for text != "" {
		fields, behind, err := dialect.ParseRow(text, nil)
		if err != nil || len(fields) != 2 {
			t.Fatalf("%d fields, %v in %.100q", len(fields), err, text)
		}
		rows, text = append(rows, fields[0].Text+" "+fields[1].Text), behind
	}
	return rows
}
