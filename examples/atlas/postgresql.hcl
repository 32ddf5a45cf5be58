schema "public" {}

enum "state" {
  schema = schema.public
  values = ["open", "closed"]
}

table "customers" {
  schema = schema.public
  column "id" {
    type = bigint
    identity { generated = ALWAYS }
  }
  column "name" { type = varchar(100) }
  column "data" {
    type = jsonb
    default = sql("'{}'::jsonb")
  }
  column "seen" {
    type = timestamptz
    null = true
  }
  primary_key { columns = [column.id] }
  index "by_name" {
    unique  = true
    columns = [column.name]
  }
}

table "orders" {
  schema = schema.public
  column "id" { type = uuid }
  column "customer" { type = bigint }
  column "state" {
    type    = enum.state
    default = "open"
  }
  column "total" { type = numeric(12, 2) }
  column "tags" { type = sql("text[]") }
  column "waits" {
    type = interval
    null = true
  }
  primary_key { columns = [column.id] }
  foreign_key "customer" {
    columns     = [column.customer]
    ref_columns = [table.customers.column.id]
    on_delete   = CASCADE
  }
  check "positive" { expr = "total > 0" }
}
