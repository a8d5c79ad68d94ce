// What F5 opens: builds, and makes a folder with a synthetic scan (no patient) where there is none yet.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const folder = path.join(root, 'out/playground')

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root })
  if (status !== 0) process.exit(status ?? 1)
}

run('scripts/build.mjs')
mkdirSync(folder, { recursive: true })
for (const patient of [1, 2]) {
  const prefix = path.join(folder, `patient-${patient}`)
  if (!existsSync(`${prefix}_seg_dseg.tsv`)) run('dist/cli.js', 'synthesize', prefix, '--seed', String(patient))
}
