package auroradataapi

import (
	"reflect"
	"strconv"
)

// As lets errors.As find a database's error in the types of pgx, lib/pq and
// go-sql-driver/mysql, so that code written for them goes on to work:
//
//	var pg *pgconn.PgError
//	if errors.As(err, &pg) && pg.ConstraintName == "users_email_key" { … }
//
// The types are known by name, because a program that does not use those
// drivers is not to link them.
func (e *Error) As(target any) bool {
	pointer := reflect.ValueOf(target)
	if pointer.Kind() != reflect.Pointer || pointer.IsNil() || pointer.Type().Elem().Kind() != reflect.Pointer {
		return false
	}
	wanted := pointer.Type().Elem().Elem()
	fields := e.asForeign(wanted.PkgPath() + "." + wanted.Name())
	if fields == nil {
		return false
	}
	foreign := reflect.New(wanted)
	for name, value := range fields {
		if !set(foreign.Elem().FieldByName(name), value) {
			return false // a version that we do not know
		}
	}
	pointer.Elem().Set(foreign)
	return true
}

// set sets a field to a value, if it is of a kind that can hold it.
func set(field reflect.Value, value any) bool {
	fits := false
	switch v := value.(type) {
	case int:
		fits = field.CanInt() && !field.OverflowInt(int64(v)) || field.CanUint() && !field.OverflowUint(uint64(v))
	case string:
		fits = field.Kind() == reflect.String
	case [5]byte:
		fits = field.IsValid() && field.Type() == reflect.TypeOf(v)
	}
	if fits {
		field.Set(reflect.ValueOf(value).Convert(field.Type()))
	}
	return fits
}

// asForeign returns the fields of the error as the type of another driver, nil
// if it cannot be one.
func (e *Error) asForeign(name string) map[string]any {
	postgres, position := e.Code != "" && e.Number == 0, ""
	if e.Position > 0 {
		position = strconv.Itoa(e.Position)
	}
	switch {
	case name == "github.com/jackc/pgx/v5/pgconn.PgError" && postgres:
		return map[string]any{
			"Severity": e.Severity, "SeverityUnlocalized": e.Severity, "Code": e.Code, "Message": e.Message,
			"Detail": e.Detail, "Hint": e.Hint, "Position": e.Position, "SchemaName": e.Schema, "TableName": e.Table,
			"ColumnName": e.Column, "DataTypeName": e.DataType, "ConstraintName": e.Constraint,
		}
	case name == "github.com/lib/pq.Error" && postgres:
		return map[string]any{
			"Severity": e.Severity, "Code": e.Code, "Message": e.Message, "Detail": e.Detail, "Hint": e.Hint, "Position": position,
			"Schema": e.Schema, "Table": e.Table, "Column": e.Column, "DataTypeName": e.DataType, "Constraint": e.Constraint,
		}
	case name == "github.com/go-sql-driver/mysql.MySQLError" && e.Number != 0 && len(e.Code) == 5:
		return map[string]any{"Number": e.Number, "SQLState": [5]byte([]byte(e.Code)), "Message": e.Message}
	default:
		return nil
	}
}
