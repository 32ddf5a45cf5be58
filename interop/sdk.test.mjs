// The AWS SDK for JavaScript, version 3: every operation, every kind of value,
// every error that it has a class for, and the service's limits.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import * as sdk from '@aws-sdk/client-rds-data'
import { client, engine, errorsUrl, execute, later, refused, target, value } from './target.mjs'

const expected = await import(`./sdk.${engine}.mjs`)

const {
	BatchExecuteStatementCommand, BeginTransactionCommand, CommitTransactionCommand, ExecuteSqlCommand,
	ExecuteStatementCommand, RollbackTransactionCommand,
} = sdk
const { resourceArn, secretArn } = target

const begin = async () => (await client.send(new BeginTransactionCommand(target))).transactionId
const commit = (transactionId) => client.send(new CommitTransactionCommand({ resourceArn, secretArn, transactionId }))
const rollback = (transactionId) => client.send(new RollbackTransactionCommand({ resourceArn, secretArn, transactionId }))
const batch = (sql, parameterSets, more) =>
	client.send(new BatchExecuteStatementCommand({ ...target, sql, parameterSets, ...more }))
const p = (name, value, typeHint) => ({ name, value, typeHint })
const names = (...list) => list.map((name) => [p('name', { stringValue: name })])
const insert = 'INSERT INTO interop (name) VALUES (:name)'
const count = async (like, more) =>
	(await value('SELECT count(*) FROM interop WHERE name LIKE :like', { parameters: [p('like', { stringValue: like })], ...more })).longValue

before(async () => {
	for (const sql of expected.setup) await execute(sql)
})

describe('values out', () => {
	for (const [sql, want, name = sql] of expected.out) {
		test(name, async () => assert.deepEqual(await value(`SELECT ${sql}`), want))
	}

	test('a long that JavaScript has no number for', async () => {
		// The SDK rounds it; longReturnType is there for that.
		assert.equal((await value('SELECT 9223372036854775807')).longValue, 2 ** 63)
		const exact = await value('SELECT 9223372036854775807', { resultSetOptions: { longReturnType: 'STRING' } })
		assert.deepEqual(exact, { stringValue: '9223372036854775807' })
	})

	if (expected.nullInArray) {
		test('NULL in an array', async () => {
			assert.deepEqual(await value(`SELECT ${expected.nullInArray}`), { arrayValue: { longValues: [1, null, 3] } })
		})
	}

	for (const [sql, name] of expected.refused) {
		test(`refused: ${sql}`, async () => {
			const error = await refused(execute(`SELECT ${sql}`), 'UnsupportedResultException',
				`The result contains the unsupported data type ${name}.`)
			assert.ok(error instanceof sdk.UnsupportedResultException)
			assert.deepEqual((await execute(`SELECT ${sql} WHERE 1 = 0`)).records, [])
		})
	}
})

describe('values in', () => {
	for (const { what, given, hint, sql, want } of expected.into) {
		test(what, async () => {
			assert.deepEqual((await execute(sql, { parameters: [p('p', given, hint)] })).records, [want])
		})
	}

	if (expected.refusedHint) {
		test(`the hint ${expected.refusedHint.hint} is refused`, async () => {
			const { given, hint, message } = expected.refusedHint
			await refused(execute('SELECT :p', { parameters: [p('p', given, hint)] }), 'ValidationException', message)
		})
	}

	test('NULL', async () => {
		const got = await value('SELECT name FROM interop WHERE name = :p UNION ALL SELECT :p', { parameters: [p('p', { isNull: true })] })
		assert.deepEqual(got, { isNull: true })
	})

	test('an array is refused', async () => {
		const parameters = [p('p', { arrayValue: { longValues: [1] } })]
		await refused(execute('SELECT :p', { parameters }), 'ValidationException', 'Array parameters are not supported')
	})

	test('a name beyond ASCII is refused', async () => {
		await refused(execute('SELECT :mäil', { parameters: [p('mäil', { longValue: 1 })] }), 'ValidationException',
			'Named parameter syntax is invalid, input: mäil')
	})

	test('a placeholder without a parameter is refused', async () => {
		await refused(execute('SELECT :nobody'), 'ValidationException')
	})
})

describe('results', () => {
	test('metadata', async () => {
		const { columnMetadata } = await execute('SELECT id, name, price, more, 1 AS n FROM interop', { includeResultMetadata: true })
		assert.equal(columnMetadata.length, expected.metadata.length)
		for (const [i, want] of expected.metadata.entries()) {
			const got = columnMetadata[i]
			assert.deepEqual(Object.fromEntries(Object.keys(want).map((key) => [key, got[key]])), want)
			assert.equal(got.tableName, want.name === 'n' ? '' : 'interop')
		}
	})

	test('metadata comes when asked for only', async () => {
		assert.equal((await execute('SELECT 1')).columnMetadata, undefined)
	})

	test('no rows', async () => {
		const got = await execute('SELECT id FROM interop WHERE 1 = 0')
		assert.deepEqual(got.records, [])
		assert.equal(got.formattedRecords, undefined)
	})

	test('a statement that returns no rows', async () => {
		const got = await execute(insert, { parameters: names('plain')[0], includeResultMetadata: true })
		assert.equal(got.numberOfRecordsUpdated, 1)
		assert.equal(got.records, undefined)
		assert.equal(got.columnMetadata, undefined)
		assert.equal((await execute("UPDATE interop SET price = 1 WHERE name = 'plain'")).numberOfRecordsUpdated, 1)
		assert.equal((await execute("DELETE FROM interop WHERE name = 'plain'")).numberOfRecordsUpdated, 1)
	})

	if (expected.returning) {
		test('rows of an INSERT', async () => {
			const { records, generatedFields } = await execute(insert + expected.returning, { parameters: names('returned')[0] })
			assert.equal(typeof records[0][0].longValue, 'number')
			assert.deepEqual(generatedFields ?? [], [])
		})
	}

	test('formatted as JSON', async () => {
		const sql = "SELECT 1 AS a, 'x' AS b, 1.50 AS c, NULL AS d"
		const got = await execute(sql, { formatRecordsAs: 'JSON' })
		assert.equal(got.records, undefined)
		assert.equal(got.columnMetadata, undefined)
		assert.deepEqual(JSON.parse(got.formattedRecords), [{ a: 1, b: 'x', c: '1.50', d: null }])
		const numbers = { formatRecordsAs: 'JSON', resultSetOptions: { decimalReturnType: 'DOUBLE_OR_LONG', longReturnType: 'STRING' } }
		assert.deepEqual(JSON.parse((await execute(sql, numbers)).formattedRecords), [{ a: '1', b: 'x', c: 1.5, d: null }])
	})

	test('formatted as JSON with two equal labels', async () => {
		await refused(execute('SELECT 1 AS a, 2 AS a', { formatRecordsAs: 'JSON' }), 'UnsupportedResultException')
	})

	test('resultSetOptions', async () => {
		const resultSetOptions = { decimalReturnType: 'DOUBLE_OR_LONG', longReturnType: 'STRING' }
		const { records } = await execute('SELECT CAST(1.25 AS decimal(5, 2)), CAST(7 AS decimal(5, 0)), 8', { resultSetOptions })
		assert.deepEqual(records, [[{ doubleValue: 1.25 }, { longValue: 7 }, { stringValue: '8' }]])
		assert.deepEqual(await value('SELECT 1.50', { resultSetOptions: { decimalReturnType: 'STRING' } }), { stringValue: '1.50' })
	})
})

describe('batch', () => {
	test('one result for each set', async () => {
		const { updateResults } = await batch(insert, names('batch a', 'batch b', 'batch c'))
		assert.equal(updateResults.length, 3)
		for (const one of updateResults) assert.equal(one.generatedFields?.length ?? 0, expected.returning ? 0 : 1)
		assert.equal(await count('batch %'), 3)
	})

	test('no set runs nothing', async () => {
		assert.deepEqual((await batch('this is no SQL', [])).updateResults ?? [], [])
	})

	test('the sets of a failed one', async () => {
		await refused(batch(insert, names('again', 'again')), 'DatabaseErrorException', expected.duplicate)
		assert.equal(await count('again'), 0)
	})
})

describe('transactions', () => {
	test('commit', async () => {
		const transactionId = await begin()
		assert.ok(transactionId.length <= 192)
		await execute(insert, { transactionId, parameters: names('tx a')[0] })
		await batch(insert, names('tx b', 'tx c'), { transactionId })
		assert.equal(await count('tx %', { transactionId }), 3)
		assert.equal(await count('tx %'), 0)
		assert.equal((await commit(transactionId)).transactionStatus, 'Transaction Committed')
		assert.equal(await count('tx %'), 3)
	})

	test('rollback', async () => {
		const transactionId = await begin()
		await execute(insert, { transactionId, parameters: names('gone')[0] })
		assert.equal((await rollback(transactionId)).transactionStatus, 'Rollback Complete')
		assert.equal(await count('gone'), 0)
	})

	test('a failed statement leaves it open and unusable', async () => {
		const transactionId = await begin()
		await refused(execute('SELEC 1', { transactionId }), 'DatabaseErrorException', expected.syntaxError)
		if (expected.aborted) {
			await refused(execute('SELECT 1', { transactionId }), 'DatabaseErrorException', expected.aborted)
		}
		assert.equal((await rollback(transactionId)).transactionStatus, 'Rollback Complete')
	})

	test('an id that was never given', async () => {
		const transactionId = 'bm8gc3VjaCBpZA=='
		const calls = [
			() => execute('SELECT 1', { transactionId }),
			() => batch(insert, names('x'), { transactionId }),
			() => commit(transactionId),
			() => rollback(transactionId),
		]
		for (const call of calls) {
			const error = await refused(call(), 'TransactionNotFoundException', `Transaction ${transactionId} is not found`)
			assert.ok(error instanceof sdk.TransactionNotFoundException)
			assert.equal(error.$metadata.httpStatusCode, 404)
		}
	})

	test('an id that has ended', async () => {
		const transactionId = await begin()
		await commit(transactionId)
		await refused(execute('SELECT 1', { transactionId }), 'TransactionNotFoundException')
		await refused(rollback(transactionId), 'TransactionNotFoundException')
	})

	test('an id that nobody used for three minutes', async () => {
		const transactionId = await begin()
		await execute(insert, { transactionId, parameters: names('expired')[0] })
		await later('2m59s')
		await execute('SELECT 1', { transactionId })
		await later('3m1s')
		await refused(commit(transactionId), 'TransactionNotFoundException')
		assert.equal(await count('expired'), 0)
	})

	test('a second statement while one runs', async () => {
		const transactionId = await begin()
		const calls = await Promise.allSettled([
			execute(expected.sleep(1), { transactionId }),
			execute(expected.sleep(1), { transactionId }),
		])
		assert.deepEqual(calls.map((call) => call.status).sort(), ['fulfilled', 'rejected'])
		const { reason } = calls.find((call) => call.status === 'rejected')
		assert.equal(`${reason.name}: ${reason.message}`, 'DatabaseErrorException: Transaction is still running a query')
		await rollback(transactionId)
	})
})

describe('statements', () => {
	test('several in one call', async () => {
		await refused(execute('SELECT 1; SELECT 2'), 'ValidationException', "Multistatements aren't supported.")
		assert.deepEqual(await value("SELECT ';'"), { stringValue: ';' })
	})

	test('a schema is refused', async () => {
		await refused(execute('SELECT 1', { schema: 'public' }), 'ValidationException', "The schema parameter isn't supported")
	})

	test('one that runs for too long', async () => {
		const error = await refused(execute(expected.sleep(20)), 'StatementTimeoutException')
		assert.ok(error instanceof sdk.StatementTimeoutException)
		assert.equal(error.$metadata.httpStatusCode, 400)
		assert.equal(typeof error.dbConnectionId, 'number')
	})

	test('one whose caller goes away', async () => {
		const aborted = client.send(new ExecuteStatementCommand({ ...target, sql: expected.sleep(1.5) }), { abortSignal: AbortSignal.timeout(100) })
		await refused(aborted, 'AbortError')
	})

	test('many at once', async () => {
		const got = await Promise.all(Array.from({ length: 100 }, (_, i) => value('SELECT :i', { parameters: [p('i', { longValue: i })] })))
		assert.deepEqual(got.map((field) => field.longValue), Array.from({ length: 100 }, (_, i) => i))
	})
})

describe('limits', () => {
	test('a result of 1 MiB', async () => {
		const transactionId = await begin()
		const { records } = await execute(expected.uuids(expected.mostUuids), { transactionId })
		assert.equal(records.length, expected.mostUuids)
		const error = await refused(execute(expected.uuids(expected.mostUuids + 1), { transactionId }),
			'UnsupportedResultException', 'The result exceeds the size limit 1 MB.')
		assert.ok(error instanceof sdk.UnsupportedResultException)
		await execute('SELECT 1', { transactionId }) // is not lost by it
		await commit(transactionId)
	})

	test('a text longer than a row is said to be', async () => {
		const long = 'x'.repeat(500_000)
		assert.deepEqual(await value('SELECT :s', { parameters: [p('s', { stringValue: long })] }), { stringValue: long })
	})

	test('SQL of 65,536 characters', async () => {
		const sql = (length) => 'SELECT 1 -- '.padEnd(length, '-')
		assert.deepEqual(await value(sql(65536)), { longValue: 1 })
		await refused(execute(sql(65537)), 'ValidationException')
	})

	test('a request of 4 MiB', async () => {
		const sized = (length) => execute('SELECT length(:s)', { parameters: [p('s', { stringValue: 'x'.repeat(length) })] })
		const { records } = await sized(4 * 2 ** 20 - 4096)
		assert.deepEqual(records, [[{ longValue: 4 * 2 ** 20 - 4096 }]])
		const error = await refused(sized(4 * 2 ** 20), 'RequestEntityTooLargeException')
		assert.equal(error.$metadata.httpStatusCode, 413)
	})
})

describe('errors', () => {
	const failures = [
		['SQL that is none', { sql: 'SELEC 1' }, 'DatabaseErrorException', expected.syntaxError],
		['no such database', { database: 'no_such' }, 'DatabaseErrorException', expected.noDatabase],
		['no such user', { secretArn: `${secretArn}-stranger` }, 'DatabaseErrorException', expected.noUser],
		['no such cluster', { resourceArn: `${resourceArn}-2` }, 'HttpEndpointNotEnabledException', `HttpEndpoint is not enabled for resource ${resourceArn}-2`],
		['no such secret', { secretArn: `${secretArn}-2` }, 'SecretsErrorException'],
		['no ARN', { resourceArn: 'my-cluster-in-aws' }, 'ValidationException'],
		['no SQL', { sql: '' }, 'ValidationException'],
	]
	for (const [what, request, name, message] of failures) {
		test(what, async () => {
			const error = await refused(execute('SELECT 1', request), name, message)
			assert.ok(error instanceof sdk.RDSDataServiceException)
			assert.ok(error instanceof (sdk[name] ?? Error))
			assert.equal(error.$fault, 'client')
			assert.equal(error.$metadata.httpStatusCode, 400)
			assert.match(error.$metadata.requestId, /^[0-9a-f-]{36}$/)
		})
	}

	test('an operation of the older service', async () => {
		const call = client.send(new ExecuteSqlCommand({ dbClusterOrInstanceArn: resourceArn, awsSecretStoreArn: secretArn, sqlStatements: 'SELECT 1' }))
		const error = await refused(call, 'UnknownOperationException')
		assert.equal(error.$metadata.httpStatusCode, 404)
	})

	// Statuses by class. The list has to be all that the SDK knows.
	const statuses = {
		AccessDeniedException: 403, BadRequestException: 400, DatabaseErrorException: 400, DatabaseNotFoundException: 404,
		DatabaseResumingException: 400, DatabaseUnavailableException: 504, ForbiddenException: 403,
		HttpEndpointNotEnabledException: 400, InternalServerErrorException: 500, InvalidResourceStateException: 400,
		InvalidSecretException: 400, NotFoundException: 404, SecretsErrorException: 400, ServiceUnavailableError: 503,
		StatementTimeoutException: 400, TransactionNotFoundException: 404, UnsupportedResultException: 400,
	}

	test('the list of classes', () => {
		const known = Object.keys(sdk).filter((name) => sdk[name].prototype instanceof sdk.RDSDataServiceException)
		assert.deepEqual(Object.keys(statuses), known.sort())
	})

	const failing = new sdk.RDSDataClient({ endpoint: errorsUrl, maxAttempts: 1 })
	const { database } = target
	for (const [name, status] of Object.entries(statuses)) {
		test(name, async () => {
			for (const command of [
				new ExecuteStatementCommand({ resourceArn, secretArn, database, sql: name }),
				new BatchExecuteStatementCommand({ resourceArn, secretArn, database, sql: name }),
				new BeginTransactionCommand({ resourceArn, secretArn, database: name }),
				new CommitTransactionCommand({ resourceArn, secretArn, transactionId: name }),
				new RollbackTransactionCommand({ resourceArn, secretArn, transactionId: name }),
			]) {
				const error = await refused(failing.send(command), name)
				assert.ok(error instanceof sdk[name])
				assert.equal(error.$metadata.httpStatusCode, status)
				assert.equal(error.$fault, status < 500 ? 'client' : 'server')
				// The model has no text for three of them; this SDK reads it all the same.
				assert.equal(error.message, `the text of ${name}`)
				if (name === 'StatementTimeoutException') assert.equal(error.dbConnectionId, 42)
			}
		})
	}

	for (const [name, status] of Object.entries({ ValidationException: 400, ThrottlingException: 400, InternalFailure: 500, ExpiredTokenException: 403 })) {
		test(`${name}, which is not in the model`, async () => {
			const error = await refused(failing.send(new ExecuteStatementCommand({ ...target, sql: name })), name, `the text of ${name}`)
			assert.ok(error instanceof sdk.RDSDataServiceException)
			assert.equal(error.$metadata.httpStatusCode, status)
		})
	}
})
