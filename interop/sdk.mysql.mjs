// What sdk.test.mjs expects of MySQL, and of MariaDB where that is the same.

const bytes = (...b) => Uint8Array.from(b)
const s = (stringValue) => ({ stringValue })
const l = (longValue) => ({ longValue })
const d = (doubleValue) => ({ doubleValue })
const b = (booleanValue) => ({ booleanValue })
const blob = (...b) => ({ blobValue: bytes(...b) })

// kinds are the columns of a table with one row, their values and the Field
// that each comes back as.
const kinds = [
	['tinyint(1)', '1', b(true)],
	['boolean', '0', b(false)],
	['bit(1)', "b'1'", b(true)],
	['bit(16)', "b'0000000111111111'", blob(1, 255)],
	['tinyint', '-128', l(-128)],
	['tinyint unsigned', '255', l(255)],
	['smallint', '32767', l(32767)],
	['mediumint', '-8388608', l(-8388608)],
	['int', '-2147483648', l(-2147483648)],
	['int unsigned', '4294967295', l(4294967295)],
	['bigint', '9007199254740991', l(9007199254740991)],
	['bigint unsigned', '9007199254740991', l(9007199254740991)],
	['float', '1.5', d(1.5)],
	['double', '0.1', d(0.1)],
	['decimal(10, 2)', '100.10', s('100.10')],
	['decimal(40, 9)', '12345678901234567890.123456789', s('12345678901234567890.123456789')],
	['char(3)', "'a'", s('a')],
	['varchar(40)', "'naïve 漢字 😀'", s('naïve 漢字 😀')],
	['text', "''", s('')],
	['longtext', "'long'", s('long')],
	["enum('calm', 'wild')", "'calm'", s('calm')],
	["set('x', 'y', 'z')", "'x,z'", s('x,z')],
	['binary(2)', "x'00ff'", blob(0, 255)],
	['varbinary(4)', "x'10'", blob(16)],
	['longblob', "''", blob()],
	['date', "'2024-02-29'", s('2024-02-29')],
	['time', "'01:02:03'", s('01:02:03')],
	['time(3)', "'01:02:03.5'", s('01:02:03.500')],
	['datetime', "'2024-02-29 01:02:03'", s('2024-02-29 01:02:03')],
	['datetime(6)', "'2024-02-29 01:02:03.000001'", s('2024-02-29 01:02:03.000001')],
	['timestamp', "'2024-02-29 01:02:03'", s('2024-02-29 01:02:03')],
	['year', '2024', s('2024-01-01')],
	['json', `'{"x":0,"z":[0,1]}'`, s('{"x":0,"z":[0,1]}')],
	['int', 'NULL', { isNull: true }],
	['longblob', 'NULL', { isNull: true }],
]

// out are expressions, the Field that each comes back as, and what to call it.
export const out = [
	...kinds.map(([type, text, want], i) => [`c${i} FROM kinds`, want, `${type} ${text}`]),
	['NULL', { isNull: true }],
	['1', l(1)],
	['1.50', s('1.50')],
	['1e0 / 3', d(1 / 3)],
	["'x'", s('x')],
]

// refused are types that no result may have. There is none.
export const refused = []

// through is a parameter that is cast and comes back as it was, or as said.
const through = (what, given, hint, type, want = given) => ({ what, given, hint, sql: `SELECT CAST(:p AS ${type})`, want: [want] })

// into are the kinds of parameter.
export const into = [
	through('true', b(true), undefined, 'signed', l(1)),
	through('false', b(false), undefined, 'signed', l(0)),
	through('a long', l(-42), undefined, 'signed'),
	through('the largest exact long', l(9007199254740991), undefined, 'signed'),
	through('a double', d(1.5), undefined, 'double'),
	through('a string', s("it's 漢字 \\ :x $1 -- ; 😀"), undefined, 'char'),
	through('an empty string', s(''), undefined, 'char'),
	through('a blob', blob(0, 1, 254, 255), undefined, 'binary'),
	through('an empty blob', blob(), undefined, 'binary'),
	through('a DATE', s('2024-02-29'), 'DATE', 'date'),
	through('a TIME', s('01:02:03.004'), 'TIME', 'time(3)'),
	through('a TIMESTAMP', s('2024-02-29 01:02:03.004'), 'TIMESTAMP', 'datetime(3)'),
	through('a DECIMAL', s('-100.10'), 'DECIMAL', 'decimal(10, 2)'),
	through('a JSON', s('{"a":[1,null]}'), 'JSON', 'char'),
	through('a date without a hint', s('2024-02-29'), undefined, 'date'),
]

// refusedHint is one that MySQL does not have (F0038).
export const refusedHint = {
	given: s('6e0a6b5c-0000-4000-8000-000000000000'),
	hint: 'UUID',
	message: 'The typeHint UUID of parameter p is not supported by MySQL',
}

// setup makes what the tests find in the database.
export const setup = [
	`CREATE TABLE interop (
		id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
		name varchar(40) NOT NULL UNIQUE,
		price decimal(10, 2),
		more tinyint(1)
	)`,
	`CREATE TABLE kinds (${kinds.map(([type], i) => `c${i} ${type} NULL`)})`,
	`INSERT INTO kinds VALUES (${kinds.map(([, text]) => text)})`,
]

// metadata describes id, name, price, more and a computed column.
export const metadata = [
	{ name: 'id', label: 'id', typeName: 'BIGINT UNSIGNED', type: -5, nullable: 0, isAutoIncrement: true, isSigned: false },
	{ name: 'name', label: 'name', typeName: 'VARCHAR', type: 12, precision: 40, nullable: 0, isAutoIncrement: false },
	{ name: 'price', label: 'price', typeName: 'DECIMAL', type: 3, precision: 10, scale: 2, nullable: 1, isSigned: true },
	{ name: 'more', label: 'more', typeName: 'BIT', type: -7, nullable: 1 },
	{ name: 'n', label: 'n', nullable: 0, isSigned: true },
]

// syntaxError is what the database says about "SELEC 1".
export const syntaxError = /^You have an error in your SQL syntax; .*'SELEC 1' at line 1; Error code: 1064; SQLState: 42000$/

// duplicate is what it says about a name that is there.
export const duplicate = /^Duplicate entry 'again' for key '(interop\.)?name'; Error code: 1062; SQLState: 23000$/

// noDatabase is what it says about a database that is not there.
export const noDatabase = "Unknown database 'no_such'; Error code: 1049; SQLState: 42000"

// noUser is what it says about a user that is not there.
export const noUser = /^Access denied for user 'stranger'@.*; Error code: 1045; SQLState: 28000$/

// sleep waits for so many seconds.
export const sleep = (seconds) => `SELECT SLEEP(${seconds})`

const digits = (name) => `(${[...'0123456789'].map((n) => `SELECT ${n} AS n`).join(' UNION ALL ')}) ${name}`

// uuids are so many rows of one uuid, whose size the service counts as 42.
export const uuids = (rows) =>
	`SELECT '6e0a6b5c-0000-4000-8000-000000000000' FROM ${['a', 'b', 'c', 'd', 'e'].map(digits).join(', ')} LIMIT ${rows}`

// mostUuids are as many of them as a result may have.
export const mostUuids = 24966
