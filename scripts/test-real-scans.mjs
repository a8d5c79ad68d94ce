// Segments a real scan with the built-in templates and prints Dice per organ. Such scans lie beside the project and are
// no part of it; without them this suite says so and does not run (exit code 77).
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const data = path.resolve(root, '../shared/data/hn7/dev')
if (!existsSync(data)) {
  process.stdout.write(`no real scans at ${path.relative(root, data)}\n`)
  process.exit(77)
}
const { status } = spawnSync(
  'npx',
  ['tsx', 'bench/realScans.ts', data, '--limit', '1', '--slice-step', '4', '--assert'],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)
