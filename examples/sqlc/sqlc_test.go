package sqlc

import (
	"bytes"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/auroradataapi/auroradataapi"
	"github.com/auroradataapi/auroradataapi/dataapitest"
	"github.com/auroradataapi/auroradataapi/examples/internal/toolpage"
	"github.com/auroradataapi/auroradataapi/examples/sqlc/mysql"
	"github.com/auroradataapi/auroradataapi/examples/sqlc/postgresql"
)

var page = toolpage.New("sqlc")

func TestMain(m *testing.M) { page.Main(m) }

var (
	//go:embed postgresql/schema.sql
	postgresqlSchema string
	//go:embed mysql/schema.sql
	mysqlSchema string

	data   = json.RawMessage(`{"a":[1,null]}`)
	placed = time.Date(2024, 2, 29, 23, 59, 59, 123456000, time.UTC)
	due    = sql.NullTime{Time: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), Valid: true}
)

// sameJSON compares JSON without its blanks, which databases write as they like.
var sameJSON = cmp.Transformer("compact", func(raw json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return err.Error()
	}
	return b.String()
})

// open returns a handle on a database with the schema.
func open(t *testing.T, srv *dataapitest.Server) *sql.DB {
	t.Helper()
	cfg := srv.Config()
	cfg.MultiStatements = auroradataapi.MultiStatementsOn
	connector, err := auroradataapi.NewConnector(cfg)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	schema := map[string]string{"postgresql": postgresqlSchema, "mysql": mysqlSchema}[srv.Engine]
	if _, err := db.Exec(schema); err != nil {
		t.Fatal(err)
	}
	return db
}

// book has the calls of both engines in one shape.
type book struct {
	create func(customer, total string, discount sql.NullString) (int64, error)
	find   func(customer sql.NullString, since time.Time) ([]string, error)
	list   func(numbers ...int64) (int, error)
	close  func(number int64) (int64, error)
}

func openBook(t *testing.T, srv *dataapitest.Server) book {
	t.Helper()
	db := open(t, srv)
	if srv.Engine == "mysql" {
		q := mysql.New(db)
		return book{
			create: func(customer, total string, discount sql.NullString) (int64, error) {
				return q.CreateOrder(t.Context(), mysql.CreateOrderParams{
					Customer: customer, Total: total, Discount: discount, Data: data, Due: due, Placed: placed,
				})
			},
			find: func(customer sql.NullString, since time.Time) (found []string, err error) {
				rows, err := q.FindOrders(t.Context(), mysql.FindOrdersParams{Limit: 10, Customer: customer, Since: since})
				for _, r := range rows {
					found = append(found, r.Customer)
				}
				return found, err
			},
			list: func(numbers ...int64) (int, error) {
				orders, err := q.ListOrders(t.Context(), numbers)
				return len(orders), err
			},
			close: func(number int64) (int64, error) {
				return q.SetState(t.Context(), mysql.SetStateParams{State: mysql.OrdersStateClosed, ID: number})
			},
		}
	}
	q := postgresql.New(db)
	return book{
		create: func(customer, total string, discount sql.NullString) (int64, error) {
			o, err := q.CreateOrder(t.Context(), order(customer, total, discount))
			return o.Number, err
		},
		find: func(customer sql.NullString, since time.Time) (found []string, err error) {
			rows, err := q.FindOrders(t.Context(), postgresql.FindOrdersParams{Limit: 10, Customer: customer, Since: since, Tags: []string{"new"}})
			for _, r := range rows {
				found = append(found, r.Customer)
			}
			return found, err
		},
		list: func(numbers ...int64) (int, error) {
			orders, err := q.ListOrders(t.Context(), numbers)
			return len(orders), err
		},
		close: func(number int64) (int64, error) {
			orders, err := q.ListOrders(t.Context(), []int64{number})
			if err != nil || len(orders) != 1 {
				return 0, err
			}
			return q.SetState(t.Context(), postgresql.SetStateParams{State: postgresql.StateClosed, ID: orders[0].ID})
		},
	}
}

func order(customer, total string, discount sql.NullString) postgresql.CreateOrderParams {
	return postgresql.CreateOrderParams{
		ID: auroradataapi.UUID(id(customer)), Customer: customer, Total: total, Discount: discount,
		Tags: []string{"new", `a "quoted", tag`}, Data: data, Due: due, Placed: placed,
	}
}

// id makes an id of a name.
func id(name string) string {
	return map[string]string{
		"Ann": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "Bob": "6fa459ea-ee8a-4ca4-894e-db77e160355e",
	}[name]
}

func TestRoundTrip(t *testing.T) {
	page.Works(t, "`:one`, `:execlastid`, `:execrows`: decimals, JSON, dates, times, enums, NULL", func(t *testing.T, srv *dataapitest.Server) {
		db := open(t, srv)
		discount := sql.NullString{String: "0.10", Valid: true}
		if srv.Engine == "mysql" {
			q := mysql.New(db)
			number, err := q.CreateOrder(t.Context(), mysql.CreateOrderParams{
				Customer: "Ann", Total: "1234567890.12", Discount: discount, Data: data, Due: due, Placed: placed,
			})
			if err != nil {
				t.Fatal(err)
			}
			if n, err := q.SetState(t.Context(), mysql.SetStateParams{State: mysql.OrdersStateClosed, ID: number}); err != nil || n != 1 {
				t.Errorf("%d rows, %v", n, err)
			}
			got, err := q.GetOrder(t.Context(), number)
			want := mysql.Order{
				ID: 1, Customer: "Ann", State: mysql.OrdersStateClosed, Total: "1234567890.12", Discount: discount,
				Data: data, Due: due, Placed: placed,
			}
			if diff := cmp.Diff(want, got, sameJSON); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			return
		}
		q := postgresql.New(db)
		if _, err := q.CreateOrder(t.Context(), order("Ann", "1234567890.12", discount)); err != nil {
			t.Fatal(err)
		}
		if n, err := q.SetState(t.Context(), postgresql.SetStateParams{State: postgresql.StateClosed, ID: auroradataapi.UUID(id("Ann"))}); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
		got, err := q.GetOrder(t.Context(), auroradataapi.UUID(id("Ann")))
		want := postgresql.Order{
			ID: auroradataapi.UUID(id("Ann")), Number: 1, Customer: "Ann", State: postgresql.StateClosed, Total: "1234567890.12", Discount: discount,
			Tags: []string{"new", `a "quoted", tag`}, Data: data, Due: due, Placed: placed,
		}
		if diff := cmp.Diff(want, got, sameJSON); err != nil || diff != "" {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	})
}

func TestLists(t *testing.T) {
	page.Works(t, "`:many`, `sqlc.narg`, `= ANY(@x::bigint[])` with `pq.Array`, `sqlc.slice`", func(t *testing.T, srv *dataapitest.Server) {
		b := openBook(t, srv)
		for _, customer := range []string{"Ann", "Bob"} {
			if _, err := b.create(customer, "1", sql.NullString{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range []struct {
			customer sql.NullString
			since    time.Time
			want     []string
		}{
			{sql.NullString{}, placed, []string{"Ann", "Bob"}},
			{sql.NullString{String: "Bob", Valid: true}, placed, []string{"Bob"}},
			{sql.NullString{}, placed.Add(time.Microsecond), nil},
		} {
			got, err := b.find(test.customer, test.since)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%+v: %v (-want +got)\n%s", test, err, diff)
			}
		}
		for want, numbers := range [][]int64{{}, {2, 7}, {1, 2}} {
			if n, err := b.list(numbers...); err != nil || n != want {
				t.Errorf("%v: %d orders, %v", numbers, n, err)
			}
		}
		if n, err := b.close(2); err != nil || n != 1 {
			t.Errorf("%d closed, %v", n, err)
		}
	})
}

func TestTx(t *testing.T) {
	page.Works(t, "`WithTx`, typed errors", func(t *testing.T, srv *dataapitest.Server) {
		db := open(t, srv)
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		if srv.Engine == "mysql" {
			if _, err = mysql.New(db).WithTx(tx).GetOrder(t.Context(), 1); !errors.Is(err, sql.ErrNoRows) {
				t.Errorf("the error is %v", err)
			}
			_, err = mysql.New(db).WithTx(tx).CreateOrder(t.Context(), mysql.CreateOrderParams{Total: "1", Data: json.RawMessage("{")})
			if !errors.As(err, new(*auroradataapi.Error)) {
				t.Errorf("the error is %v", err)
			}
			return
		}
		q := postgresql.New(db).WithTx(tx)
		if _, err := q.CreateOrder(t.Context(), order("Ann", "1", sql.NullString{})); err != nil {
			t.Fatal(err)
		}
		if _, err := q.CreateOrder(t.Context(), order("Ann", "1", sql.NullString{})); !errors.Is(err, auroradataapi.UniqueViolation) {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestBind has parameters for columns that are no text, without a cast, and without
// the driver's question for their types.
func TestBind(t *testing.T) {
	page.Limit(t, "`@total` for a numeric column with `params=bind`, without the cast `@total::numeric`",
		`column "total" is of type numeric but expression is of type text`,
		func(t *testing.T, srv *dataapitest.Server) error {
			open(t, srv)
			db, err := sql.Open(auroradataapi.DriverName, srv.DSN()+"&params=bind")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			_, err = postgresql.New(db).CreateOrder(t.Context(), order("Ann", "1", sql.NullString{}))
			return err
		}, toolpage.PostgreSQL)
}
