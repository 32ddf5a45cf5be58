// What data-api-client.test.mjs expects of PostgreSQL.
import assert from 'node:assert/strict'

export const engine = 'pg'

export const setup = [
	`CREATE TABLE things (
		id serial PRIMARY KEY, name text NOT NULL, n int, price numeric(10, 2), at timestamp, day date, extra json
	)`,
]

// insertAll has the casts that the service wants and the client has no hint for.
export const insertAll =
	'INSERT INTO things (name, n, price, at, day, extra) VALUES (:name, :n, :price::numeric, :at, :day::date, :extra::json)'

// checkExtra checks what the client makes of a json. It knows the type as MySQL
// names it, JSON, and PostgreSQL names it json.
export const checkExtra = (extra) => assert.equal(extra, '{"a":[1]}')

// true is what a parameter that is true comes back as.
const yes = true
export { yes as true }

export const intType = 'int4'
export const intCast = 'int'
export const nullsFirst = 'NULLS FIRST'
export const noTable = /^ERROR: relation "nowhere" does not exist; Position: 15; SQLState: 42P01$/

// insertId says that an INSERT answers the key that it made.
export const insertId = false

export const arrays = true
