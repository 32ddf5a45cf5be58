// data-api-client 1.x, and below it the AWS SDK for JavaScript, version 2, which
// is out of support and still in use.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import dataApi from 'data-api-client'
import { engine, refused, target, url } from './target.mjs'

const expected = await import(`./data-api-client.${engine}.mjs`)

// Version 2 of the SDK does not know the variable with the endpoint.
const api = dataApi({ ...target, engine: expected.engine, options: { endpoint: url } })

const insert = 'INSERT INTO things (name, n) VALUES (:name, :n)'
const names = async (like) => (await api.query('SELECT name FROM things WHERE name LIKE :like ORDER BY name', { like })).records.map((row) => row.name)

before(async () => {
	for (const sql of expected.setup) await api.query(sql)
})

describe('query', () => {
	test('values, in and out', async () => {
		const { records } = await api.query('SELECT :s AS s, :l AS l, :d AS d, :b AS b, :x AS x, :n AS n', {
			s: "it's 漢字", l: 9007199254740991, d: 1.5, b: true, x: Buffer.from([0, 255]), n: null,
		})
		const [{ x, b, ...rest }] = records
		assert.deepEqual(rest, { s: "it's 漢字", l: 9007199254740991, d: 1.5, n: null })
		assert.deepEqual(Buffer.from(x), Buffer.from([0, 255]))
		assert.equal(b, expected.true)
	})

	test('a row of every column', async () => {
		const at = new Date('2024-02-29T01:02:03.000Z')
		await api.query(expected.insertAll, { name: 'all', n: 7, price: '100.10', at, day: '2024-02-29', extra: '{"a":[1]}' })
		const { records } = await api.query("SELECT n, price, at, day, extra FROM things WHERE name = 'all'")
		const [{ extra, ...rest }] = records
		assert.deepEqual(rest, { n: 7, price: '100.10', at, day: new Date('2024-02-29T00:00:00Z') })
		expected.checkExtra(extra)
	})

	test('dates left alone', async () => {
		const plain = dataApi({ ...target, engine: expected.engine, options: { endpoint: url }, formatOptions: { deserializeDate: false } })
		const { records } = await plain.query("SELECT at, day FROM things WHERE name = 'all'")
		assert.deepEqual(records, [{ at: '2024-02-29 01:02:03', day: '2024-02-29' }])
	})

	// Without the metadata the client fails in its search for dates.
	test('rows without names', async () => {
		const { records } = await api.query({ sql: 'SELECT :a AS a, 2 AS b', parameters: { a: 1 }, hydrateColumnNames: false, includeResultMetadata: true })
		assert.deepEqual(records, [[1, 2]])
	})

	test('metadata', async () => {
		const { columnMetadata } = await api.query({ sql: 'SELECT n FROM things', includeResultMetadata: true })
		assert.equal(columnMetadata[0].label, 'n')
		assert.equal(columnMetadata[0].typeName, expected.intType)
	})

	test('counts', async () => {
		assert.equal((await api.query(insert, { name: 'count', n: 1 })).numberOfRecordsUpdated, 1)
		assert.equal((await api.query("UPDATE things SET n = 2 WHERE name = 'count'")).numberOfRecordsUpdated, 1)
		assert.equal((await api.query("DELETE FROM things WHERE name = 'nobody'")).numberOfRecordsUpdated, 0)
	})

	if (expected.insertId) {
		test('the key of an INSERT', async () => {
			const { insertId } = await api.query(insert, { name: 'key', n: 1 })
			const { records } = await api.query('SELECT id FROM things WHERE name = :name', { name: 'key' })
			assert.deepEqual(records, [{ id: insertId }])
		})
	}

	test('a cast', async () => {
		const { records } = await api.query('SELECT :v AS v', [{ name: 'v', value: '42', cast: expected.intCast }])
		assert.deepEqual(records, [{ v: 42 }])
	})

	test('no rows', async () => {
		assert.deepEqual((await api.query('SELECT n FROM things WHERE 1 = 0')).records, [])
	})

	// Many sets make a batch.
	test('a batch', async () => {
		const { updateResults } = await api.query(insert, [[{ name: 'b1', n: 1 }], [{ name: 'b2', n: 2 }], [{ name: 'b3', n: 3 }]])
		assert.equal(updateResults.length, 3)
		for (const one of updateResults) assert.equal('insertId' in one, expected.insertId)
		assert.deepEqual(await names('b_'), ['b1', 'b2', 'b3'])
	})

	test('an error of the database', async () => {
		const error = await refused(api.query('SELECT * FROM nowhere'), 'DatabaseErrorException')
		assert.equal(error.code, 'DatabaseErrorException')
		assert.equal(error.statusCode, 400)
		assert.match(error.message, expected.noTable)
		assert.match(error.requestId, /^[0-9a-f-]{36}$/)
	})

	// This client asks for a row's type only once, of the first row; that the
	// first is NULL must not matter.
	test('NULL in the first row', async () => {
		const { records } = await api.query("SELECT CAST(NULL AS char(1)) AS v UNION ALL SELECT 'x' ORDER BY v " + expected.nullsFirst)
		assert.deepEqual(records, [{ v: null }, { v: 'x' }])
	})
})

if (expected.arrays) {
	describe('arrays', () => {
		// The client does not unpack them; the service takes none (F0036).
		test('out', async () => {
			const { records } = await api.query("SELECT '{1,2}'::int[] AS a, '{x,y}'::text[] AS b, '{}'::float8[] AS c")
			assert.deepEqual(records, [{ a: { longValues: [1, 2] }, b: { stringValues: ['x', 'y'] }, c: { doubleValues: [] } }])
		})

		test('in, as a string with a cast', async () => {
			const { records } = await api.query('SELECT 3 = ANY(:list) AS found', [{ name: 'list', value: '{1,2,3}', cast: 'int[]' }])
			assert.deepEqual(records, [{ found: true }])
		})

		test('in, as an array', async () => {
			await refused(api.query('SELECT :list', { list: { arrayValue: { longValues: [1] } } }), 'ValidationException', 'Array parameters are not supported')
		})
	})
}

describe('transaction', () => {
	test('commit', async () => {
		const results = await api.transaction()
			.query(insert, { name: 't1', n: 1 })
			.query((result) => [insert, { name: 't2', n: result.numberOfRecordsUpdated + 1 }])
			.query('SELECT n FROM things WHERE name LIKE :like ORDER BY n', { like: 't_' })
			.commit()
		assert.deepEqual(results[2].records, [{ n: 1 }, { n: 2 }])
		assert.deepEqual(results[3], { transactionStatus: 'Transaction Committed' })
		assert.deepEqual(await names('t_'), ['t1', 't2'])
	})

	test('rollback', async () => {
		let status
		const call = api.transaction()
			.query(insert, { name: 't3', n: 1 })
			.query('SELECT * FROM nowhere')
			.rollback((error, answer) => (status = answer.transactionStatus))
			.commit()
		await refused(call, 'DatabaseErrorException')
		assert.equal(status, 'Rollback Complete')
		assert.deepEqual(await names('t_'), ['t1', 't2'])
	})
})

test('the five operations by themselves', async () => {
	const { transactionId } = await api.beginTransaction()
	const parameters = [{ name: 'name', value: { stringValue: 'own 1' } }, { name: 'n', value: { isNull: true } }]
	await api.executeStatement({ sql: insert, parameters, transactionId })
	const parameterSets = [[{ name: 'name', value: { stringValue: 'own 2' } }, { name: 'n', value: { longValue: 1 } }]]
	assert.equal((await api.batchExecuteStatement({ sql: insert, parameterSets, transactionId })).updateResults.length, 1)
	assert.equal((await api.commitTransaction({ transactionId })).transactionStatus, 'Transaction Committed')
	assert.deepEqual(await names('own%'), ['own 1', 'own 2'])
	const error = await refused(api.rollbackTransaction({ transactionId }), 'TransactionNotFoundException')
	assert.equal(error.statusCode, 404)
})
