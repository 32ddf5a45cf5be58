package dialect

import "github.com/auroradataapi/auroradataapi/internal/wire"

// postgresTypes is the table of PostgreSQL's types.
var postgresTypes = []Type{
	{Name: "bool", OID: 16, JDBC: -7, Kind: wire.KindBoolean},
}
