// kysely over the dialect of kysely-data-api, on either engine.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { RDSData } from '@aws-sdk/client-rds-data'
import { Kysely, sql } from 'kysely'
import { DataApiDialect } from 'kysely-data-api'
import { engine, refused, target } from './target.mjs'

const expected = await import(`./kysely.${engine}.mjs`)

const db = new Kysely({ dialect: new DataApiDialect({ mode: expected.mode, driver: { client: new RDSData({}), ...target } }) })
const run = (text) => sql.raw(text).execute(db)

// add inserts a person and returns the key, by the engine's own way.
async function add(person, on = db) {
	const query = on.insertInto('person').values(person)
	if (!expected.returning) return Number((await query.executeTakeFirstOrThrow()).insertId)
	return (await query.returning('id').executeTakeFirstOrThrow()).id
}

before(async () => {
	for (const text of expected.setup) await run(text)
})

describe('rows', () => {
	const ada = {
		name: "Ada O'Neill – 漢字",
		age: 36,
		score: 0.5,
		active: false,
		born: new Date('1815-12-10T01:02:03.000Z'),
		photo: null,
	}

	test('insert and select', async () => {
		const id = await add(ada)
		const got = await db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
		assert.deepEqual(got, { id, ...ada, born: expected.born, price: null, extra: null, ...expected.defaults })
	})

	test('bytes', async () => {
		const id = await add({ name: 'bytes', photo: Buffer.from([0, 1, 254, 255]) })
		const { photo } = await db.selectFrom('person').select('photo').where('id', '=', id).executeTakeFirstOrThrow()
		assert.deepEqual(Buffer.from(photo), Buffer.from([0, 1, 254, 255]))
	})

	test('hinted values', async () => {
		const id = await add({
			name: 'hinted',
			price: { typeHint: 'DECIMAL', value: { stringValue: '100.10' } },
			extra: { typeHint: 'JSON', value: { stringValue: '{"a":[1,null]}' } },
		})
		const got = await db.selectFrom('person').select(['price', 'extra']).where('id', '=', id).executeTakeFirstOrThrow()
		assert.equal(got.price, '100.10')
		assert.deepEqual(expected.parsed(got.extra), { a: [1, null] })
	})

	if (expected.strict) {
		// The service takes a string for text (F0032); kysely-data-api has no cast
		// of its own.
		test('a string where a json has to be is refused', async () => {
			const error = await refused(add({ name: 'strict', extra: '{}' }), 'DatabaseErrorException')
			assert.match(error.message, /is of type jsonb but expression is of type text.*SQLState: 42804$/)
			const id = await add({ name: 'cast', extra: sql`CAST(${'{}'} AS jsonb)` })
			const { extra } = await db.selectFrom('person').select('extra').where('id', '=', id).executeTakeFirstOrThrow()
			assert.deepEqual(extra, {})
		})
	}

	test('update and delete', async () => {
		const ids = [await add({ name: 'up 1' }), await add({ name: 'up 2' })]
		const updated = await db.updateTable('person').set({ age: 7 }).where('id', 'in', ids).executeTakeFirst()
		assert.equal(updated.numUpdatedRows, 2n)
		const rows = await db.selectFrom('person').select(['name', 'age']).where('name', 'like', 'up%').orderBy('name').execute()
		assert.deepEqual(rows, [{ name: 'up 1', age: 7 }, { name: 'up 2', age: 7 }])
		const deleted = await db.deleteFrom('person').where('id', '=', ids[0]).executeTakeFirst()
		assert.equal(deleted.numDeletedRows, 1n)
		assert.equal((await db.deleteFrom('person').where('id', '=', ids[0]).executeTakeFirst()).numDeletedRows, 0n)
	})

	test('several rows in one INSERT', async () => {
		const result = await db.insertInto('person').values([{ name: 'many 1', age: 1 }, { name: 'many 2', age: null }]).executeTakeFirst()
		assert.equal(result.numInsertedOrUpdatedRows, 2n)
		const ages = await db.selectFrom('person').select('age').where('name', 'like', 'many%').orderBy('name').execute()
		assert.deepEqual(ages, [{ age: 1 }, { age: null }])
	})

	if (expected.returning) {
		test('rows that an UPDATE and a DELETE return', async () => {
			await add({ name: 'back', age: 1 })
			const up = await db.updateTable('person').set((eb) => ({ age: eb('age', '+', 1) })).where('name', '=', 'back').returning(['name', 'age']).execute()
			assert.deepEqual(up, [{ name: 'back', age: 2 }])
			assert.deepEqual(await db.deleteFrom('person').where('name', '=', 'back').returning('age').execute(), [{ age: 2 }])
		})
	}

	test('an empty result', async () => {
		assert.deepEqual(await db.selectFrom('person').selectAll().where('id', '=', -1).execute(), [])
		await refused(db.selectFrom('person').selectAll().where('id', '=', -1).executeTakeFirstOrThrow(), 'Error', 'no result')
	})
})

describe('queries', () => {
	before(async () => {
		const owner = await add({ name: 'owner', age: 50 })
		await add({ name: 'lonely', age: 51 })
		await db.insertInto('pet').values([{ owner, name: 'Rex', species: 'dog' }, { owner, name: 'Tom', species: 'cat' }]).execute()
	})

	test('inner join', async () => {
		const rows = await db.selectFrom('person').innerJoin('pet', 'pet.owner', 'person.id')
			.select(['person.name as person', 'pet.name as pet']).orderBy('pet.name').execute()
		assert.deepEqual(rows, [{ person: 'owner', pet: 'Rex' }, { person: 'owner', pet: 'Tom' }])
	})

	test('left join, group and having', async () => {
		const rows = await db.selectFrom('person').leftJoin('pet', 'pet.owner', 'person.id').where('age', '>=', 50)
			.select(({ fn }) => ['person.name', fn.count('pet.id').as('pets')]).groupBy('person.name').orderBy('person.name').execute()
		assert.deepEqual(rows, [{ name: 'lonely', pets: 0 }, { name: 'owner', pets: 2 }])
	})

	test('subquery and with', async () => {
		const rows = await db.with('dogs', (q) => q.selectFrom('pet').selectAll().where('species', '=', 'dog'))
			.selectFrom('person').select('name').where('id', 'in', (eb) => eb.selectFrom('dogs').select('owner')).execute()
		assert.deepEqual(rows, [{ name: 'owner' }])
	})

	test('plain SQL with values', async () => {
		const { rows } = await sql`SELECT name FROM pet WHERE species = ${'cat'} AND name <> ':1'`.execute(db)
		assert.deepEqual(rows, [{ name: 'Tom' }])
	})

	test('an error of the database', async () => {
		const error = await refused(db.selectFrom('nowhere').selectAll().execute(), 'DatabaseErrorException')
		assert.match(error.message, expected.noTable)
	})
})

describe('transactions', () => {
	const names = async (on = db) => (await on.selectFrom('person').select('name').where('name', 'like', 'tx%').orderBy('name').execute()).map((row) => row.name)

	test('commit', async () => {
		await db.transaction().execute(async (tx) => {
			await add({ name: 'tx 1' }, tx)
			assert.deepEqual(await names(tx), ['tx 1'])
			assert.deepEqual(await names(), [])
		})
		assert.deepEqual(await names(), ['tx 1'])
	})

	test('rollback', async () => {
		await refused(db.transaction().execute(async (tx) => {
			await add({ name: 'tx 2' }, tx)
			throw new RangeError('mine')
		}), 'RangeError', 'mine')
		assert.deepEqual(await names(), ['tx 1'])
	})

	test('rollback after a failed statement', async () => {
		await refused(db.transaction().execute(async (tx) => {
			await add({ name: 'tx 3' }, tx)
			await tx.selectFrom('nowhere').selectAll().execute()
		}), 'DatabaseErrorException')
		assert.deepEqual(await names(), ['tx 1'])
	})

	test('many at once', async () => {
		await Promise.all(Array.from({ length: 8 }, (_, i) => db.transaction().execute((tx) => add({ name: `tx many ${i}` }, tx))))
		assert.equal((await names()).length, 9)
	})
})

test('introspection', async () => {
	const tables = await db.introspection.getTables()
	const person = tables.find((table) => table.name === 'person')
	const { name, isNullable, isAutoIncrementing } = person.columns.find((column) => column.name === 'id')
	assert.deepEqual({ name, isNullable, isAutoIncrementing }, { name: 'id', isNullable: false, isAutoIncrementing: true })
	assert.ok(tables.some((table) => table.name === 'pet'))
})

if (expected.migrates) {
	test('migrations', async () => {
		const { Migrator } = await import('kysely')
		const migrations = {
			'1_lake': { up: (on) => on.schema.createTable('lake').addColumn('id', 'serial', (c) => c.primaryKey()).execute(), down: (on) => on.schema.dropTable('lake').execute() },
		}
		const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
		const results = async (step) => {
			const { error, results } = await step
			assert.ifError(error)
			return results.map(({ migrationName, direction, status }) => `${migrationName} ${direction} ${status}`)
		}
		assert.deepEqual(await results(migrator.migrateToLatest()), ['1_lake Up Success'])
		assert.deepEqual(await results(migrator.migrateToLatest()), [])
		assert.deepEqual(await results(migrator.migrateDown()), ['1_lake Down Success'])
	})
}
