// What kysely.test.mjs expects of PostgreSQL.

export const mode = 'postgres'

export const setup = [
	`CREATE TABLE person (
		id serial PRIMARY KEY, name text NOT NULL, age int, score float8, active boolean, born timestamp,
		photo bytea, price numeric(10, 2), extra jsonb, tags text[] DEFAULT '{a,b}'
	)`,
	'CREATE TABLE pet (id serial PRIMARY KEY, owner int REFERENCES person, name text, species text)',
]

// born is what a time comes back as.
export const born = new Date('1815-12-10T01:02:03.000Z')

// parsed makes an object of what a json column has.
export const parsed = (value) => value

// defaults are values that a row has without being given them.
export const defaults = { tags: ['a', 'b'] }

// returning says that INSERT, UPDATE and DELETE can return rows.
export const returning = true

// strict says that the database does not make of a string what a column needs.
export const strict = true

export const migrates = true

export const noTable = /^ERROR: relation "nowhere" does not exist; Position: \d+; SQLState: 42P01$/
