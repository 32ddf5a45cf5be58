// What kysely.test.mjs expects of MySQL.

export const mode = 'mysql'

export const setup = [
	`CREATE TABLE person (
		id int AUTO_INCREMENT PRIMARY KEY, name text NOT NULL, age int, score double, active boolean, born datetime,
		photo blob, price decimal(10, 2), extra json
	)`,
	'CREATE TABLE pet (id int AUTO_INCREMENT PRIMARY KEY, owner int, name text, species text)',
]

// born is what a time comes back as. The client knows TIMESTAMP and DATE, and not
// DATETIME.
export const born = '1815-12-10 01:02:03'

// parsed makes an object of what a json column has. To MariaDB a json is a text,
// which the client leaves alone.
export const parsed = (value) => (typeof value === 'string' ? JSON.parse(value) : value)

// defaults are values that a row has without being given them.
export const defaults = {}

export const noTable = /^Table '\w+\.nowhere' doesn't exist; Error code: 1146; SQLState: 42S02$/

// returning says that INSERT, UPDATE and DELETE can return rows.
export const returning = false

// strict says that the database does not make of a string what a column needs.
export const strict = false

export const migrates = true
