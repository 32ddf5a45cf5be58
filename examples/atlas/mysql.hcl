schema "SCHEMA" {}

table "customers" {
  schema = schema.SCHEMA
  column "id" {
    type           = bigint
    auto_increment = true
  }
  column "name" { type = varchar(100) }
  column "seen" {
    type = datetime(6)
    null = true
  }
  primary_key { columns = [column.id] }
  index "by_name" {
    unique  = true
    columns = [column.name]
  }
}

table "orders" {
  schema = schema.SCHEMA
  column "id" { type = binary(16) }
  column "customer" { type = bigint }
  column "state" {
    type    = enum("open", "closed")
    default = "open"
  }
  column "total" { type = decimal(12, 2) }
  primary_key { columns = [column.id] }
  index "customer" { columns = [column.customer] }
  foreign_key "customer" {
    columns     = [column.customer]
    ref_columns = [table.customers.column.id]
    on_delete   = CASCADE
  }
}
