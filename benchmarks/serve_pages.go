package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/auroradataapi/auroradataapi/internal/dialect"
	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// pageRows is how many mixed rows an answer of 1 MiB holds.
const pageRows = 3861

// pagesAPI is a Data API that has a result in pages and answers what the driver's
// reading by a cursor sends. The name of the database says how long each call
// takes, the query how many pages there are. It answers anything else with an
// error, so that a driver that reads in another way is not measured.
type pagesAPI struct {
	columns    []wire.ColumnMetadata
	page, last [][]wire.Field

	mu   sync.Mutex
	open map[string]*pagesOpen
}

// pagesOpen is a transaction, in which a result is read.
type pagesOpen struct {
	latency time.Duration
	left    int // pages
}

// servePages is the handler of a pagesAPI.
func servePages() http.Handler {
	p := &pagesAPI{columns: shapes[0].metadata(), open: make(map[string]*pagesOpen)}
	r := rand.New(rand.NewPCG(1, 2))
	pack := "" // the rows that share a text
	add := func() { p.page = append(p.page, []wire.Field{wire.String(pack)}) }
	for i := range pageRows {
		text := recordText(mixedRow(r, i))
		if pack != "" && len(pack)+len(text) > dialect.TextBytes {
			add()
			pack = ""
		}
		pack += text
	}
	add()
	p.last = append(slices.Clip(p.page), []wire.Field{wire.String(dialect.PageEnd)})
	return wire.Handler(p)
}

// recordText writes a row as PostgreSQL writes a record, with quotes where that
// has them.
func recordText(row []wire.Field) string {
	texts := make([]string, len(row))
	for i, f := range row {
		switch f.Kind() {
		case wire.KindLong:
			texts[i] = strconv.FormatInt(f.Long(), 10)
		case wire.KindDouble:
			texts[i] = strconv.FormatFloat(f.Double(), 'g', -1, 64)
		case wire.KindBoolean:
			texts[i] = strconv.FormatBool(f.Boolean())[:1]
		case wire.KindBlob:
			texts[i] = `"\\x` + hex.EncodeToString(f.Blob()) + `"`
		case wire.KindString:
			text := f.Str()
			if i == mixedTime {
				text += "+00"
			}
			if text == "" || strings.ContainsAny(text, "\"\\(), \t\n\v\f\r") {
				text = `"` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(text) + `"`
			}
			texts[i] = text
		}
	}
	return "(" + strings.Join(texts, ",") + ")"
}

func (p *pagesAPI) BeginTransaction(_ context.Context, req *wire.BeginRequest) (*wire.BeginResponse, error) {
	latency, err := time.ParseDuration(req.Database)
	if err != nil {
		return nil, wire.NewError(wire.CodeBadRequest, err.Error())
	}
	time.Sleep(latency)
	p.mu.Lock()
	defer p.mu.Unlock()
	id := fmt.Sprintf("transaction %d", rand.Uint64())
	p.open[id] = &pagesOpen{latency: latency}
	return &wire.BeginResponse{TransactionID: id}, nil
}

func (p *pagesAPI) ExecuteStatement(_ context.Context, req *wire.ExecuteRequest) (*wire.ExecuteResponse, error) {
	p.mu.Lock()
	o := p.open[req.TransactionID]
	p.mu.Unlock()
	resp := &wire.ExecuteResponse{GeneratedFields: []wire.Field{}}
	if o == nil {
		if req.SQL != dialect.Survey {
			return nil, wire.NewError(wire.CodeBadRequest, "there is no such transaction")
		}
		// Asked once for each query: the session may write and make temporary
		// objects, and the query calls nothing.
		answer := []wire.Field{wire.Boolean(false), wire.Boolean(true), wire.Boolean(false), wire.Boolean(false), wire.Boolean(false)}
		resp.Records = wire.NewRecords([][]wire.Field{answer})
		return resp, nil
	}
	time.Sleep(o.latency)
	switch sql := req.SQL; {
	case strings.HasPrefix(sql, "DO "):
	case strings.HasPrefix(sql, "DECLARE "):
		_, query, _ := strings.Cut(sql, " FOR ")
		if _, err := fmt.Sscanf(query, pagesQuery, &o.left); err != nil {
			return nil, wire.NewError(wire.CodeBadRequest, "there is no result for "+sql)
		}
	case strings.HasPrefix(sql, "FETCH 0 "):
		resp.ColumnMetadata, resp.Records = p.columns, wire.NewRecords(nil)
	case strings.Contains(sql, "auroradataapi_page(") && o.left > 0:
		rows := p.page
		if o.left--; o.left == 0 {
			rows = p.last
		}
		resp.ColumnMetadata = []wire.ColumnMetadata{{Label: "auroradataapi_page", Name: "auroradataapi_page", TypeName: "text", Nullable: wire.NullableYes}}
		resp.Records = wire.NewRecords(rows)
	default:
		return nil, wire.NewError(wire.CodeBadRequest, "not what a cursor is read by: "+sql)
	}
	return resp, nil
}

func (p *pagesAPI) BatchExecuteStatement(context.Context, *wire.BatchRequest) (*wire.BatchResponse, error) {
	return nil, wire.NewError(wire.CodeBadRequest, "not what a cursor is read by: a batch")
}

func (p *pagesAPI) CommitTransaction(_ context.Context, req *wire.CommitRequest) (*wire.CommitResponse, error) {
	p.end(req.TransactionID)
	return &wire.CommitResponse{TransactionStatus: "Transaction Committed"}, nil
}

func (p *pagesAPI) RollbackTransaction(_ context.Context, req *wire.RollbackRequest) (*wire.RollbackResponse, error) {
	p.end(req.TransactionID)
	return &wire.RollbackResponse{TransactionStatus: "Rollback Complete"}, nil
}

func (p *pagesAPI) end(id string) {
	p.mu.Lock()
	o := p.open[id]
	delete(p.open, id)
	p.mu.Unlock()
	if o != nil {
		time.Sleep(o.latency)
	}
}

var _ wire.API = (*pagesAPI)(nil)
