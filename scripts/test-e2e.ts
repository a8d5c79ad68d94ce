// Installs the packed VSIX into real workbenches and drives those with a browser each. Suites run in two lanes, since a
// suite waits for a third of its time; those of a lane share its workbench, each in a page and a folder of its own.
// `-- name` runs the suites whose file has that name.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { shareWorkbench } from '../test/e2e/sharedWorkbench.js'
import { ensureWorkbenchTools } from '../test/support/workbenchTools.js'

/** What the reporter wrote of a suite. */
interface Report {
  readonly stats: { readonly passes: number; readonly failures: number; readonly pending: number }
  readonly tests: readonly { readonly name: string; readonly seconds: number }[]
}

const ROOT = path.resolve(import.meta.dirname, '..')
const LANES = 2
/** The longest suites, which begin first so that none is left alone at the end. */
const LONGEST = ['run', 'folder', 'editor', 'templates']
const SUITE_LIMIT_MS = 20 * 60_000

try {
  ensureWorkbenchTools()
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error))
  process.exit(77)
}
if (process.env['MEDLSAM_PACKED'] === undefined) {
  const packed = spawnSync(process.execPath, ['scripts/package.mjs'], { cwd: ROOT, stdio: 'inherit' })
  if (packed.status !== 0) process.exit(1)
}

const wanted = process.argv.slice(2)
const waiting = readdirSync(path.join(ROOT, 'test/e2e'))
  .filter((name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .sort((a, b) => order(a) - order(b))
const reports: Report[] = []
const retried: string[] = []
await Promise.all(Array.from({ length: Math.min(LANES, waiting.length) }, runLane))
if (retried.length > 0) console.log(`tried twice: ${retried.join(', ')}`)
writeFileSync(path.join(ROOT, 'out/e2e.json'), JSON.stringify(reports.flatMap(({ tests }) => tests)))
const total = (key: keyof Report['stats']): number => reports.reduce((sum, { stats }) => sum + stats[key], 0)
const skipped = total('pending')
console.log(`${total('passes')} passed, ${total('failures')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exitCode = total('failures') === 0 && total('passes') > 0 ? 0 : 1

function order(spec: string): number {
  const at = LONGEST.indexOf(spec.replace('.test.ts', ''))
  return at === -1 ? LONGEST.length : at
}

/** Runs waiting suites one after the other in a workbench of this lane's own, until none is left. */
async function runLane(): Promise<void> {
  const workbench = await shareWorkbench()
  try {
    for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) {
      let report = await runSuite(spec, ['--bail'], workbench.env)
      if (report.stats.failures > 0) {
        // A workbench on a busy machine now and then loses a click to a redraw; a real defect fails in a fresh one too.
        console.log(`  ${spec} failed; once more from its start, in a fresh workbench`)
        retried.push(spec)
        report = await runSuite(spec, [], {})
      }
      reports.push(report)
    }
  } finally {
    await workbench.stop()
  }
}

/** Runs a suite in a process of its own; the browser's server lives in ours, so we must not sleep meanwhile. */
async function runSuite(
  spec: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Report> {
  const file = path.join(ROOT, `out/e2e-${spec}.json`)
  rmSync(file, { force: true })
  const suite = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'node_modules/mocha/bin/mocha.js',
      '--timeout',
      '300000',
      // A suite that failed may leave something open, which must not hold up the others.
      '--exit',
      ...flags,
      '--reporter',
      'scripts/mocha-reporter.cjs',
      '--reporter-option',
      `output=${file}`,
      path.join('test/e2e', spec),
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], timeout: SUITE_LIMIT_MS, env: { ...process.env, ...env } },
  )
  // Printed when the suite has ended: lines of two lanes in between each other could not be read.
  const [printed] = await Promise.all([text(suite.stdout), once(suite, 'exit')])
  process.stdout.write(printed)
  if (!existsSync(file)) return { stats: { passes: 0, failures: 1, pending: 0 }, tests: [] }
  return JSON.parse(readFileSync(file, 'utf8')) as Report
}
