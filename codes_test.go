package auroradataapi_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
)

// TestCodes breaks constraints on both engines and asks by errors.Is.
func TestCodes(t *testing.T) {
	for engine, opts := range map[string][]dataapitest.Option{"postgresql": nil, "mysql": {dataapitest.MySQL()}} {
		t.Run(engine, func(t *testing.T) {
			db := dataapitest.Open(t, opts...)
			exec(t, db, "CREATE TABLE c (id int PRIMARY KEY, name varchar(9) NOT NULL, parent int, CHECK (id < 100), FOREIGN KEY (parent) REFERENCES c (id))")
			exec(t, db, "INSERT INTO c VALUES (1, 'a', NULL)")
			for statement, want := range map[string]auroradataapi.Code{
				"INSERT INTO c VALUES (1, 'b', NULL)":             auroradataapi.UniqueViolation,
				"INSERT INTO c VALUES (2, NULL, NULL)":            auroradataapi.NotNullViolation,
				"INSERT INTO c (id) VALUES (2)":                   auroradataapi.NotNullViolation,
				"INSERT INTO c VALUES (2, 'b', 7)":                auroradataapi.ForeignKeyViolation,
				"INSERT INTO c VALUES (200, 'b', NULL)":           auroradataapi.CheckViolation,
				"INSERT INTO c VALUES (2, 'much too long', NULL)": auroradataapi.StringDataRightTruncation,
				"INSERT INTO c VALUES (99999999999, 'b', NULL)":   auroradataapi.NumericValueOutOfRange,
				"CREATE TABLE c (id int)":                         auroradataapi.DuplicateTable,
				"SELECT nope FROM c":                              auroradataapi.UndefinedColumn,
				"SELECT * FROM nowhere":                           auroradataapi.UndefinedTable,
				"SELEKT 1":                                        auroradataapi.SyntaxError,
			} {
				_, err := db.Exec(statement)
				if wrapped := fmt.Errorf("wrapped: %w", err); !errors.Is(wrapped, want) {
					t.Errorf("%s: %v is not %v", statement, err, want)
				}
				constraint := want.Class() == auroradataapi.IntegrityConstraintViolation
				if errors.Is(err, auroradataapi.IntegrityConstraintViolation) != constraint {
					t.Errorf("%s: %v is no broken constraint", statement, err)
				}
				if errors.Is(err, auroradataapi.DeadlockDetected) || errors.Is(err, auroradataapi.Code("")) {
					t.Errorf("%s: %v is anything", statement, err)
				}
			}
		})
	}
}

func ExampleCode() {
	// db.Exec and all the others return an error like this one.
	var err error = &auroradataapi.Error{Code: "23505", Message: "duplicate key value violates unique constraint"}

	if errors.Is(err, auroradataapi.UniqueViolation) {
		fmt.Println("that one is there already")
	}
	// Output: that one is there already
}

func ExampleClass() {
	// The first attempt meets another transaction, the second does not.
	outcomes := []error{&auroradataapi.Error{Code: "40001", Severity: "ERROR", Message: "could not serialize access due to concurrent update"}, nil}
	transfer := func() (err error) { // Begin, statements, Commit
		err, outcomes = outcomes[0], outcomes[1:]
		return err
	}

	err := transfer()
	for errors.Is(err, auroradataapi.TransactionRollback) {
		fmt.Println(err)
		err = transfer()
	}
	fmt.Println(err)
	// Output:
	// ERROR: could not serialize access due to concurrent update (SQLSTATE 40001)
	// <nil>
}
