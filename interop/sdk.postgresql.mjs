// What sdk.test.mjs expects of PostgreSQL.

const bytes = (...b) => Uint8Array.from(b)
const s = (stringValue) => ({ stringValue })
const l = (longValue) => ({ longValue })
const d = (doubleValue) => ({ doubleValue })
const b = (booleanValue) => ({ booleanValue })
const array = (arrayValue) => ({ arrayValue })

// out are expressions and the Field that each comes back as.
export const out = [
	['NULL::int', { isNull: true }],
	['true', b(true)],
	['false', b(false)],
	['32767::smallint', l(32767)],
	['(-2147483648)::int', l(-2147483648)],
	['9007199254740991::bigint', l(9007199254740991)],
	['0::bigint', l(0)],
	['3.14::real', d(3.14)],
	['0.1::float8 + 0.2::float8', d(0.30000000000000004)],
	["'NaN'::float8", d(NaN)],
	["'-Infinity'::float8", d(-Infinity)],
	['100.10::numeric', s('100.10')],
	['12345678901234567890.123456789::numeric', s('12345678901234567890.123456789')],
	["'naïve 漢字 😀'::text", s('naïve 漢字 😀')],
	["''::text", s('')],
	["'a'::char(3)", s('a  ')],
	["'v'::varchar(10)", s('v')],
	["'n'::name", s('n')],
	["'2024-02-29'::date", s('2024-02-29')],
	["'01:02:03'::time", s('01:02:03')],
	["'01:02:03.5'::time", s('01:02:03.500')],
	["'2024-02-29 01:02:03'::timestamp", s('2024-02-29 01:02:03')],
	["'2024-02-29 01:02:03.000001'::timestamp", s('2024-02-29 01:02:03.000001')],
	["'2024-02-29 01:02:03+02'::timestamptz", s('2024-02-28 23:02:03')],
	["'6E0A6B5C-0000-4000-8000-000000000000'::uuid", s('6e0a6b5c-0000-4000-8000-000000000000')],
	[`'{"x": 0, "z": [0, 1]}'::json`, s('{"x":0,"z":[0,1]}')],
	[`'{"z": [0, 1], "x": 0}'::jsonb`, s('{"x":0,"z":[0,1]}')],
	["'\\x00ff10'::bytea", { blobValue: bytes(0, 255, 16) }],
	["''::bytea", { blobValue: bytes() }],
	["'10.0.0.1/8'::inet", s('10.0.0.1/8')],
	["'10.0.0.0/8'::cidr", s('10.0.0.0/8')],
	['26::oid', s('26')],
	["'calm'::interop_mood", s('calm')],
	["'{1,2,3}'::int[]", array({ longValues: [1, 2, 3] })],
	["'{1.5,-2}'::float8[]", array({ doubleValues: [1.5, -2] })],
	["'{t,f}'::bool[]", array({ booleanValues: [true, false] })],
	["'{a,\"b,c\",\"\"}'::text[]", array({ stringValues: ['a', 'b,c', ''] })],
	["'{100.10}'::numeric[]", array({ stringValues: ['100.10'] })],
	["'{2024-02-29}'::date[]", array({ stringValues: ['2024-02-29'] })],
	["'{}'::int[]", array({ longValues: [] })],
	['NULL::int[]', { isNull: true }],
]

// nullInArray is an array with a NULL in it. On the wire it is a JSON null.
export const nullInArray = "'{1,NULL,3}'::int[]"

// refused are expressions of types that no result may have, and the type's name
// in the error.
export const refused = [
	["'1 day'::interval", 'INTERVAL'],
	["'12:00+02'::timetz", 'TIMETZ'],
	["'1'::money", 'MONEY'],
	["'1,2'::point", 'POINT'],
	["'pg_class'::regclass", 'regclass'],
]

// back is a parameter that comes back as it was, or as said, and the type that
// the database takes it for.
const back = (what, given, hint, type, other = given) =>
	({ what, given, hint, sql: 'SELECT :p, pg_typeof(:p)::text', want: [other, s(type)] })

// into are the kinds of parameter.
export const into = [
	back('a boolean', b(true), undefined, 'boolean'),
	back('false', b(false), undefined, 'boolean'),
	back('a long', l(-42), undefined, 'bigint'),
	back('the largest exact long', l(9007199254740991), undefined, 'bigint'),
	back('a double', d(1.5), undefined, 'double precision'),
	back('NaN', d(NaN), undefined, 'double precision'),
	back('infinity', d(Infinity), undefined, 'double precision'),
	back('a string', s("it's 漢字 \\ :x $1 -- ; 😀"), undefined, 'text'),
	back('an empty string', s(''), undefined, 'text'),
	back('a blob', { blobValue: bytes(0, 1, 254, 255) }, undefined, 'bytea'),
	back('an empty blob', { blobValue: bytes() }, undefined, 'bytea'),
	back('a DATE', s('2024-02-29'), 'DATE', 'date'),
	back('a TIME', s('01:02:03.004'), 'TIME', 'time without time zone'),
	back('a TIMESTAMP', s('2024-02-29 01:02:03.004'), 'TIMESTAMP', 'timestamp without time zone'),
	back('a DECIMAL', s('-100.10'), 'DECIMAL', 'numeric'),
	back('a UUID', s('6e0a6b5c-0000-4000-8000-000000000000'), 'UUID', 'uuid'),
	back('a JSON', s('{"a": [1, null]}'), 'JSON', 'jsonb', s('{"a":[1,null]}')),
]

// setup makes what the tests find in the database.
export const setup = [
	"CREATE TYPE interop_mood AS ENUM ('calm', 'wild')",
	`CREATE TABLE interop (
		id bigserial PRIMARY KEY,
		name varchar(40) NOT NULL UNIQUE,
		price numeric(10, 2),
		more text[]
	)`,
]

// returning makes an INSERT return its key.
export const returning = ' RETURNING id'

// metadata describes id, name, price, more and a computed column.
export const metadata = [
	{ name: 'id', label: 'id', typeName: 'bigserial', type: -5, precision: 19, scale: 0, nullable: 0, isAutoIncrement: true, isSigned: true },
	{ name: 'name', label: 'name', typeName: 'varchar', type: 12, precision: 40, scale: 0, nullable: 0 },
	{ name: 'price', label: 'price', typeName: 'numeric', type: 2, precision: 10, scale: 2, nullable: 1, isSigned: true },
	{ name: 'more', label: 'more', typeName: '_text', type: 2003, nullable: 1, arrayBaseColumnType: 12 },
	{ name: 'n', label: 'n', typeName: 'int4', type: 4, precision: 10, scale: 0, nullable: 2, isSigned: true },
]

// syntaxError is what the database says about "SELEC 1".
export const syntaxError = 'ERROR: syntax error at or near "SELEC"; Position: 1; SQLState: 42601'

// duplicate is what it says about a name that is there.
export const duplicate =
	'ERROR: duplicate key value violates unique constraint "interop_name_key"; SQLState: 23505'

// noDatabase is what it says about a database that is not there.
export const noDatabase = 'ERROR: database "no_such" does not exist; SQLState: 3D000'

// noUser is what it says about a user that is not there.
export const noUser = 'FATAL: role "stranger" does not exist; SQLState: 28000'

// aborted is what it says in a transaction in which a statement failed.
export const aborted =
	'ERROR: current transaction is aborted, commands ignored until end of transaction block; SQLState: 25P02'

// sleep waits for so many seconds.
export const sleep = (seconds) => `SELECT pg_sleep(${seconds})::text`

// uuids are so many rows of one uuid, whose size the service counts as 42.
export const uuids = (rows) => `SELECT '6e0a6b5c-0000-4000-8000-000000000000'::uuid FROM generate_series(1, ${rows})`

// mostUuids are as many of them as a result may have.
export const mostUuids = 24966
