// Packs the VSIX, installs it into a real workbench and drives that with a browser. `-- name` runs the suites whose file has that name.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('the headless workbench of these tests is for linux-x64')
  process.exit(77)
}
const wanted = process.argv.slice(2)
const specs = readdirSync(path.join(root, 'test/e2e')).filter(
  (name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))),
)

const packed = spawnSync(process.execPath, ['scripts/package.mjs'], { cwd: root, stdio: 'inherit' })
if (packed.status !== 0) process.exit(1)

const report = path.join(root, 'out/e2e.json')
const total = { passes: 0, failures: 0, pending: 0 }
for (const spec of specs) {
  let stats = runSuite(spec, ['--bail'])
  if (stats.failures > 0) {
    // A workbench on a busy machine now and then loses a click to a redraw; a real defect fails in a fresh workbench too.
    console.log(`  ${spec} failed; once more from its start, in a fresh workbench`)
    stats = runSuite(spec, [])
  }
  for (const key of Object.keys(total)) total[key] += stats[key]
}
const { passes, failures, pending } = total
console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}`)
process.exitCode = failures === 0 ? 0 : 1

function runSuite(spec, flags) {
  rmSync(report, { force: true })
  spawnSync(
    process.execPath,
    [
      '--import',
      'tsx',
      'node_modules/mocha/bin/mocha.js',
      '--timeout',
      '300000',
      ...flags,
      '--reporter',
      'scripts/mocha-reporter.cjs',
      '--reporter-option',
      `output=${report}`,
      path.join('test/e2e', spec),
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], timeout: 10 * 60_000 },
  )
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).stats : { passes: 0, failures: 1, pending: 0 }
}
