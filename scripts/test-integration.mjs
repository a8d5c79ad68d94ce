// Runs test/integration inside the extension host of a real workbench: headless in code-server, or with `--desktop` in desktop VS Code.
// MEDLSAM_TEST_GREP=text runs the tests whose names hold it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')
const desktop = process.argv.includes('--desktop')
if (!desktop && (process.platform !== 'linux' || process.arch !== 'x64')) {
  console.log('the headless workbench of these tests is for linux-x64; use npm run test:desktop')
  process.exit(77)
}

// The unpacked VSIX is what gets loaded, so that these tests see what users get.
if (process.env.MEDLSAM_PACKED === undefined) {
  const packed = spawnSync(process.execPath, ['scripts/package.mjs', `--target=${process.platform}-${process.arch}`], {
    cwd: root,
    stdio: 'inherit',
  })
  if (packed.status !== 0) process.exit(1)
}
const suite = path.join(root, 'out/integration/index.cjs')
await build({
  entryPoints: [path.join(root, 'test/integration/index.ts')],
  outfile: suite,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', 'mocha'],
  logLevel: 'warning',
})

const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-integration-'))
const results = path.join(folder, 'results.json')
const workspace = path.join(folder, 'workspace')
const runner = desktop ? 'test/support/workbenchDesktop.ts' : 'test/support/workbenchHeadless.ts'
spawnSync(process.execPath, ['--import', 'tsx', runner, path.join(root, 'out/vsix'), suite, workspace], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, MEDLSAM_TEST_RESULTS: results },
  timeout: 15 * 60_000,
})
let exitCode = 1
try {
  const { stats, lines, tests } = JSON.parse(readFileSync(results, 'utf8'))
  writeFileSync(path.join(root, 'out/integration.json'), JSON.stringify(tests))
  console.log(lines.join('\n'))
  console.log(
    `${stats.passes} passed, ${stats.failures} failed${stats.pending > 0 ? `, ${stats.pending} skipped` : ''}`,
  )
  exitCode = stats.failures === 0 && stats.passes > 0 ? 0 : 1
} catch (error) {
  console.log(
    `no results came back from the extension host (${error instanceof Error ? error.message : String(error)})`,
  )
  console.log('0 passed, 1 failed')
}
rmSync(folder, { recursive: true, force: true })
process.exitCode = exitCode
