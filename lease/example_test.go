package lease_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"

	"github.com/auroradataapi/auroradataapi/lease"
)

// Only one of the programs that are started at the same time writes the report.
func Example() {
	ctx := context.Background()
	db, err := sql.Open("auroradataapi", "postgresql+auroradataapi://:@/mydb?aurora_cluster_arn=…&secret_arn=…")
	if err != nil {
		log.Fatal(err)
	}
	l, err := lease.Try(ctx, db, "nightly report", lease.Options{})
	if errors.Is(err, lease.ErrHeld) {
		fmt.Println("somebody else does it:", err)
		return
	}
	if err != nil {
		log.Fatal(err)
	}
	report(l.Context())
	if err := l.Release(ctx); err != nil {
		log.Fatal("the report may have been written twice: ", err)
	}
}

func report(context.Context) {}
