package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/auroradataapi/auroradataapi/internal/wire"
)

// smallAnswer is one row of three values.
func smallAnswer() []byte {
	s := shape{columns: "id int8, name text, ratio float8"}
	return s.answer([][]wire.Field{{wire.Long(1_000_000), wire.String("some name or other"), wire.Double(0.125)}})
}

// calling compares a call for one row over loopback, against a process that
// answers at once, with what it takes to post and sign the same body.
func calling() []topic { return []topic{{"call for one row", callingOnce}} }

func callingOnce(effort) (subject, error) {
	server, err := startServer(serveRow)
	if err != nil {
		return subject{}, err
	}
	connector, err := newConnector(nil, server.url)
	if err != nil {
		server.stop()
		return subject{}, err
	}
	db := sql.OpenDB(connector)
	raw := newRawCall(server.url)
	const base = "net/http and SigV4"
	return subject{
		unit: "call", units: 1, plot: wall,
		variants: []variant{{name: base, op: raw.call}, {name: ours, op: callOurs(db)}, {name: sdk, op: callSDK(server.url)}},
		goals: []goal{
			{text: "wall against net/http and SigV4", variant: ours, base: base, of: wall, most: 1.8},
			{text: "allocations against the SDK's", variant: ours, base: sdk, of: allocs, most: 0.75},
		},
		close: func() error {
			raw.client.CloseIdleConnections()
			err := db.Close()
			server.stop()
			return err
		},
	}, nil
}

// rawCall posts a body that is ready, and does not look at the answer.
type rawCall struct {
	client http.Client
	signer *v4.Signer
	url    string
	body   []byte
}

func newRawCall(url string) *rawCall {
	req := &wire.ExecuteRequest{ResourceARN: clusterARN, SecretARN: secretARN, SQL: "SELECT id, name, ratio FROM t", IncludeResultMetadata: true}
	return &rawCall{client: http.Client{Transport: new(http.Transport)}, signer: v4.NewSigner(), url: url + wire.ExecuteStatement.Path(), body: req.AppendJSON(nil)}
}

func (c *rawCall) call() error {
	req, err := http.NewRequest(http.MethodPost, c.url, bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	hash := sha256.Sum256(c.body)
	keys := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
	if err := c.signer.SignHTTP(context.Background(), keys, req, hex.EncodeToString(hash[:]), "rds-data", region, time.Now()); err != nil {
		return err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func callOurs(db *sql.DB) func() error {
	return func() error {
		var id int64
		var name string
		var ratio float64
		return db.QueryRow("SELECT id, name, ratio FROM t").Scan(&id, &name, &ratio)
	}
}

// hideWriterTo keeps the SDK at its best: against a server that answers at once,
// its body loses a race with net/http, which costs it a connection.
type hideWriterTo struct{ client *http.Client }

func (h hideWriterTo) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return h.client.Do(r)
}

func callSDK(url string) func() error {
	client, in := newSDK(hideWriterTo{&http.Client{Transport: new(http.Transport)}}, &url), sdkStatement()
	return func() error {
		out, err := client.ExecuteStatement(context.Background(), in)
		if err == nil && (len(out.Records) != 1 || len(out.Records[0]) != 3) {
			err = fmt.Errorf("%d rows", len(out.Records))
		}
		return err
	}
}
