/** A test and how long it took. */
export interface TimedTest {
  readonly name: string
  readonly seconds: number
}

/** What a suite found. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped?: number
  readonly tests?: readonly TimedTest[]
}

const SLOWEST = 10

/** Adds up suites and closes with one line "N passed, N failed". */
export class Tally {
  readonly #totals = { passed: 0, failed: 0, skipped: 0 }
  readonly #lines: string[] = []
  readonly #missing: string[] = []
  readonly #tests: TimedTest[] = []

  constructor(private readonly inCi: boolean) {}

  add(suite: string, seconds: number, { passed, failed, skipped = 0, tests = [] }: Counts): void {
    this.#totals.passed += passed
    this.#totals.failed += failed
    this.#totals.skipped += skipped
    this.#tests.push(...tests.map(({ name, ...rest }) => ({ name: `${suite}: ${name}`, ...rest })))
    this.#lines.push(`${suite}: ${countsText(passed, failed, skipped)} (${seconds.toFixed(0)} s)`)
  }

  /** Names a suite that this machine cannot run; in CI that is a failure. */
  cannotRun(suite: string, why: string): void {
    this.#missing.push(`not run: ${suite} (${why})`)
    if (this.inCi) this.#totals.failed += 1
  }

  /** Names a suite that only adds to the others where its scans are at hand; no failure without them. */
  hasNothingToAdd(suite: string, why: string): void {
    this.#missing.push(`not run: ${suite} (${why})`)
  }

  get failed(): number {
    return this.#totals.failed
  }

  /** The slowest tests, the suites, what was not run, and the closing line. */
  report(seconds: number): string {
    const { passed, failed, skipped } = this.#totals
    const slowest = [...this.#tests].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST)
    return [
      'The slowest tests:',
      ...slowest.map(({ name, seconds: each }) => `  ${each.toFixed(1)} s  ${name}`),
      '',
      ...this.#lines,
      `all suites: ${seconds.toFixed(0)} s`,
      ...this.#missing,
      countsText(passed, failed, skipped),
    ].join('\n')
  }
}

function countsText(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
