package main

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/rdsdata"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/internal/awsapi"
)

// The names of variants.
const (
	ours = "auroradataapi"
	sdk  = "AWS SDK"
)

// What calls are made with.
const (
	region     = "eu-west-1"
	clusterARN = "arn:aws:rds:eu-west-1:123456789012:cluster:bench"
	secretARN  = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:bench"
	accessKey  = "AKIDEXAMPLE"
	secretKey  = "secret"
)

// canned is an HTTP client whose every answer has the same body.
type canned []byte

func (body canned) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body) // of memory
		r.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	}, nil
}

func staticKeys() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(accessKey, secretKey, "")
}

func newSDK(client aws.HTTPClient, endpoint *string) *rdsdata.Client {
	return rdsdata.New(rdsdata.Options{Region: region, Credentials: staticKeys(), HTTPClient: client, BaseEndpoint: endpoint})
}

func newOurs(client aws.HTTPClient) (*awsapi.Client, error) {
	return awsapi.New(awsapi.Config{AWS: aws.Config{Region: region, Credentials: staticKeys()}, HTTPClient: client})
}

func newConnector(client aws.HTTPClient, endpoint string) (*auroradataapi.Connector, error) {
	return auroradataapi.NewConnector(&auroradataapi.Config{
		Engine: "postgresql", ClusterARN: clusterARN, SecretARN: secretARN, HTTPClient: client, Endpoint: endpoint,
		AWS: &aws.Config{Region: region, Credentials: staticKeys()},
	})
}

func sdkStatement() *rdsdata.ExecuteStatementInput {
	return &rdsdata.ExecuteStatementInput{
		ResourceArn: aws.String(clusterARN), SecretArn: aws.String(secretARN), Sql: aws.String("SELECT * FROM t"), IncludeResultMetadata: true,
	}
}
