package oteldataapi_test

import (
	"database/sql"
	"log"

	"go.opentelemetry.io/otel/attribute"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/oteldataapi"
)

func ExampleNew() {
	cfg, err := auroradataapi.ParseDSN("postgresql+auroradataapi://:@/orders" +
		"?aurora_cluster_arn=arn:aws:rds:us-east-1:123456789012:cluster:orders" +
		"&secret_arn=arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf")
	if err != nil {
		log.Fatal(err)
	}
	cfg.Tracer, err = oteldataapi.New(oteldataapi.WithAttributes(
		attribute.String("server.address", "rds-data.us-east-1.amazonaws.com")))
	if err != nil {
		log.Fatal(err)
	}
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		log.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
}
