import { existsSync, readFileSync } from 'node:fs'
import type { Counts, TimedTest } from './tally.js'

const NOTHING: Counts = { passed: 0, failed: 1 }

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numFailedTestSuites: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly duration?: number | null }[]
  }[]
}

/** What Vitest's JSON report says; a file that could not be loaded counts as a failure. */
export function readVitest(file: string): Counts {
  if (!existsSync(file)) return NOTHING
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } = report
  return {
    passed: numPassedTests,
    failed: numFailedTests === 0 ? numFailedTestSuites : numFailedTests,
    skipped: numPendingTests,
    tests: testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ fullName, duration }) => ({ name: fullName, seconds: (duration ?? 0) / 1000 })),
    ),
  }
}

/** What pytest's JUnit report says. */
export function readPytest(file: string): Counts {
  if (!existsSync(file)) return NOTHING
  const text = readFileSync(file, 'utf8')
  const suite = /<testsuite [^>]*>/.exec(text)?.[0]
  if (suite === undefined) return NOTHING
  const count = (name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0)
  const failed = count('failures') + count('errors')
  const tests = [...text.matchAll(/<testcase [^>]*name="([^"]*)" time="([\d.]+)"/g)]
  return {
    passed: count('tests') - failed - count('skipped'),
    failed,
    skipped: count('skipped'),
    tests: tests.map(([, name, seconds]) => ({ name, seconds: Number(seconds) })),
  }
}

/** What the last line "N passed, N failed" of a script says, with the seconds of its tests where it wrote some. */
export function readClosingLine(output: string, status: number | null, timesFile: string): Counts {
  const line = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1)
  if (line === undefined) return NOTHING
  const [passed, failed, skipped] = line.slice(1).map((text: string | undefined) => Number(text ?? 0))
  return {
    passed,
    failed: Math.max(failed, status === 0 ? 0 : 1),
    skipped,
    tests: existsSync(timesFile) ? (JSON.parse(readFileSync(timesFile, 'utf8')) as TimedTest[]) : [],
  }
}
