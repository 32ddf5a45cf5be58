// Writes how each test ended, one JSON object a line, for events_test.go.
import { inspect } from 'node:util'

// What the test runner says of every run.
const summary = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) \d/

export default async function* (source) {
	const names = []
	for await (const { type, data } of source) {
		if (type === 'test:start') {
			names[data.nesting] = data.name
			continue
		}
		// Such as an error after the test that caused it has ended.
		if (type === 'test:diagnostic' && !summary.test(data.message)) console.error(data.message)
		if (type !== 'test:pass' && type !== 'test:fail') continue
		const error = data.details.error
		// A group is reported by the tests in it, unless something of its own failed.
		const group = data.details.type === 'suite' || error?.failureType === 'subtestsFailed'
		if (group && (type === 'test:pass' || error.failureType === 'subtestsFailed')) continue
		const result = { path: [...names.slice(0, data.nesting), data.name], ms: data.details.duration_ms }
		if (type === 'test:fail' && data.todo === undefined) result.error = inspect(error.cause ?? error, { depth: 8 })
		else if (data.skip !== undefined) result.skipped = data.skip === true ? 'no reason given' : data.skip
		else if (data.todo !== undefined) result.error = 'marked as todo; a test is written or it is not there'
		yield JSON.stringify(result) + '\n'
	}
	yield JSON.stringify({ end: true }) + '\n'
}
