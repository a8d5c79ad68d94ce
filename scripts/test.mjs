// Runs every suite and closes with one line "N passed, N failed". A suite that cannot run here is named, not hidden;
// with CI=true that is a failure.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const inCi = process.env.CI === 'true'
const totals = { passed: 0, failed: 0, skipped: 0 }
const summary = []
mkdirSync(path.join(root, 'out'), { recursive: true })

function run(command, args, options = {}) {
  process.stdout.write(`\n== ${command} ${args.join(' ')}\n`)
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
}

function add(suite, passed, failed, skipped = 0) {
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
  summary.push(`${suite}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

function cannotRun(suite, why) {
  summary.push(`${suite}: not run, ${why}`)
  if (inCi) totals.failed++
}

/** A step that either works or not. */
function step(suite, command, args) {
  const { status } = run(command, args)
  add(suite, status === 0 ? 1 : 0, status === 0 ? 0 : 1)
  return status === 0
}

function vitest() {
  const report = path.join(root, 'out/vitest.json')
  rmSync(report, { force: true })
  run('npx', ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
  if (!existsSync(report)) return add('unit', 0, 1)
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  add('unit', numPassedTests, numFailedTests + (numFailedTests === 0 ? numFailedTestSuites : 0), numPendingTests)
}

/** The first Python that can import PyTorch and pytest. */
function findPython() {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import torch, onnx, nibabel, scipy, pytest']).status === 0,
  )
}

function training() {
  if (!existsSync(path.join(root, 'training/tests'))) return
  const python = findPython()
  if (python === undefined)
    return cannotRun('training', 'no Python with torch, onnx, nibabel, scipy and pytest (see training/README.md)')
  const report = path.join(root, 'out/pytest.xml')
  rmSync(report, { force: true })
  run(python, ['-m', 'pytest', '-q', 'tests', `--junitxml=${report}`], { cwd: path.join(root, 'training') })
  const counts = existsSync(report) ? /<testsuite [^>]*>/.exec(readFileSync(report, 'utf8'))?.[0] : undefined
  if (counts === undefined) return add('training', 0, 1)
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(counts)?.[1] ?? 0)
  const failed = count('failures') + count('errors')
  add('training', count('tests') - failed - count('skipped'), failed, count('skipped'))
}

/** A script that prints its own closing line, or says why it cannot run and returns 77. */
function scripted(suite, script) {
  const file = path.join(root, 'scripts', script)
  if (!existsSync(file)) return
  const { status, stdout } = run(process.execPath, [file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  process.stdout.write(stdout)
  if (status === 77) return cannotRun(suite, stdout.trim().split('\n').at(-1))
  const counts = [...stdout.matchAll(/^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1)
  if (counts === undefined) return add(suite, 0, 1)
  add(suite, Number(counts[1]), Math.max(Number(counts[2]), status === 0 ? 0 : 1), Number(counts[3] ?? 0))
}

if (step('build', 'npm', ['run', '--silent', 'build'])) {
  step('lint', 'npm', ['run', '--silent', 'lint'])
  vitest()
  training()
  scripted('real scans', 'test-real-scans.mjs')
  scripted('integration', 'test-integration.mjs')
  scripted('e2e', 'test-e2e.mjs')
}

process.stdout.write(`\n${summary.join('\n')}\n`)
process.stdout.write(
  `${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}\n`,
)
process.exitCode = totals.failed === 0 ? 0 : 1
