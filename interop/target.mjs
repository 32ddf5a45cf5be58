// The Data API that a suite is run against, and what most suites need of it.
import assert from 'node:assert/strict'
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data'

const env = (name) => process.env[name] || assert.fail(`the variable ${name} is not set`)

export const engine = env('INTEROP_ENGINE')

// target has the members that every request needs.
export const target = {
	resourceArn: env('AURORA_CLUSTER_ARN'),
	secretArn: env('AURORA_SECRET_ARN'),
	database: env('AURORA_DATABASE'),
}

// url is the endpoint, for a client that does not know the variable.
export const url = env('AWS_ENDPOINT_URL_RDS_DATA')

// errorsUrl answers each call with the error that it names.
export const errorsUrl = env('INTEROP_ERRORS_URL')

// client gets everything from the environment, as one in production does.
export const client = new RDSDataClient({})

// execute sends a statement.
export const execute = (sql, more = {}) => client.send(new ExecuteStatementCommand({ ...target, sql, ...more }))

// value returns the one value of a statement's result, as a Field.
export const value = async (sql, more) => (await execute(sql, more)).records[0][0]

// later moves the server's clock.
export async function later(by) {
	const answer = await fetch(`${env('INTEROP_CLOCK_URL')}/?by=${by}`, { method: 'POST' })
	assert.equal(answer.status, 204)
}

// refused waits for a call to fail and returns its error.
export async function refused(call, name, message) {
	const error = await call.then(
		(answer) => assert.fail(`not refused: ${JSON.stringify(answer)}`),
		(error) => error,
	)
	assert.equal(error.name, name, `${error.name}: ${error.message}`)
	if (message instanceof RegExp) assert.match(error.message, message)
	else if (message !== undefined) assert.equal(error.message, message)
	return error
}
