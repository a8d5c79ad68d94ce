// Runs every suite and closes with one line "N passed, N failed". A suite that cannot run here is named with the command
// that makes it run, not hidden; with CI=true that is a failure.
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensurePython } from '../test/support/python.js'
import { readClosingLine, readPytest, readVitest } from './suites/reports.js'
import { runProgram } from './suites/runProgram.js'
import { Tally } from './suites/tally.js'

const ROOT = path.resolve(import.meta.dirname, '..')
const OUT = path.join(ROOT, 'out')
/** What a script returns that cannot run on this machine; its last line says why. */
const CANNOT_RUN = 77
/** The suite that stands on scans beside the project, which nobody else has. */
const REAL_SCANS = 'real scans'
const tally = new Tally(process.env['CI'] === 'true')
const began = performance.now()
const secondsSince = (start: number): number => (performance.now() - start) / 1000

/** A step that either works or not; one that others do not wait for is quiet and yields to them. */
async function step(name: string, args: readonly string[], beside = false): Promise<boolean> {
  const start = performance.now()
  const { status } = await runProgram('npm', ['run', '--silent', ...args], { cwd: ROOT, quiet: beside, yields: beside })
  tally.add(name, secondsSince(start), { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 })
  return status === 0
}

async function unit(): Promise<void> {
  const report = freshReport('vitest.json')
  const start = performance.now()
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  await runProgram('npx', ['vitest', 'run', ...reporters], { cwd: ROOT, yields: true })
  tally.add('unit', secondsSince(start), readVitest(report))
}

async function training(python: string): Promise<void> {
  const report = freshReport('pytest.xml')
  const start = performance.now()
  const args = ['-m', 'pytest', '-q', 'tests', `--junitxml=${report}`]
  // One thread, since it runs beside other suites.
  const env = { OMP_NUM_THREADS: '1' }
  await runProgram(python, args, { cwd: path.join(ROOT, 'training'), quiet: true, yields: true, env })
  tally.add('training', secondsSince(start), readPytest(report))
}

/** A script that prints its own closing line. */
async function scripted(name: string, script: string, timesFile: string, yields = false): Promise<void> {
  const times = freshReport(timesFile)
  const start = performance.now()
  const args = ['--import', 'tsx', path.join('scripts', script)]
  // One VSIX, which was packed before, is what all of them load.
  const { status, output } = await runProgram(process.execPath, args, {
    cwd: ROOT,
    yields,
    quiet: yields,
    env: { MEDLSAM_PACKED: '1' },
  })
  const why = output.trim().split('\n').at(-1) ?? ''
  if (status === CANNOT_RUN && name === REAL_SCANS) tally.hasNothingToAdd(name, why)
  else if (status === CANNOT_RUN) tally.cannotRun(name, why)
  else tally.add(name, secondsSince(start), readClosingLine(output, status, times))
}

function freshReport(name: string): string {
  const file = path.join(OUT, name)
  rmSync(file, { force: true })
  return file
}

/** The Python of the training suite, which the unit tests look for too; undefined where there is none. */
function pythonOrSay(): string | undefined {
  try {
    const python = ensurePython()
    process.env['MEDLSAM_PYTHON'] = python
    return python
  } catch (error) {
    tally.cannotRun('training', error instanceof Error ? error.message : String(error))
    return undefined
  }
}

/** The tools of the workbench, fetched while something else computes; the suites that need them say what is missing. */
async function fetchTools(): Promise<void> {
  await runProgram(process.execPath, ['--import', 'tsx', 'scripts/test-tools.ts'], { cwd: ROOT, quiet: true })
}

/** What drives a workbench: what it draws and waits for costs more the longer it takes, so little runs beside it. */
async function workbenches(): Promise<void> {
  await fetchTools()
  await scripted('e2e', 'test-e2e.ts', 'e2e.json')
  await scripted('integration', 'test-integration.mjs', 'integration.json')
}

/** What computes on one core, in the time that workbenches leave. */
async function checks(python: string | undefined): Promise<void> {
  await step('lint', ['lint'], true)
  await step('typecheck', ['typecheck'], true)
  if (python !== undefined) await training(python)
  await scripted(REAL_SCANS, 'test-real-scans.mjs', 'real-scans.json', true)
}

mkdirSync(OUT, { recursive: true })
const python = pythonOrSay()
if ((await step('build', ['build'])) && (await step('package', ['package']))) {
  // The unit tests take all there is: they come last, when few workbenches are left.
  const others = checks(python).then(unit)
  await Promise.all([workbenches(), others])
}
process.stdout.write(`\n${tally.report(secondsSince(began))}\n`)
process.exitCode = tally.failed === 0 ? 0 : 1
