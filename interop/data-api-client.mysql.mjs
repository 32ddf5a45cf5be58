// What data-api-client.test.mjs expects of MySQL.
import assert from 'node:assert/strict'

export const engine = 'mysql'

export const setup = [
	`CREATE TABLE things (
		id int AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, n int, price decimal(10, 2), at datetime, day date,
		extra json
	)`,
]

export const insertAll = 'INSERT INTO things (name, n, price, at, day, extra) VALUES (:name, :n, :price, :at, :day, :extra)'

// checkExtra checks what the client makes of a json, which is a text to MariaDB.
export const checkExtra = (extra) => assert.deepEqual(typeof extra === 'string' ? JSON.parse(extra) : extra, { a: [1] })

// true is what a parameter that is true comes back as: MySQL has only numbers.
const yes = 1
export { yes as true }

export const intType = 'INT'
export const intCast = 'signed'
export const nullsFirst = ''
export const noTable = /^Table '\w+\.nowhere' doesn't exist; Error code: 1146; SQLState: 42S02$/

// insertId says that an INSERT answers the key that it made.
export const insertId = true

export const arrays = false
