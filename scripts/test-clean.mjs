// Runs the README's two commands as a newcomer does: on a clone of the committed HEAD, in an empty folder with nothing
// beside it. The exit code tells.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-clean-'))
const clone = path.join(folder, 'medlsam')
// What npm tells its scripts of this checkout is not meant for the clone.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$|NODE_OPTIONS$|MEDLSAM_PACKED$)/.test(name)),
)

function run(command, args, cwd) {
  console.log(`\n$ ${command} ${args.join(' ')}`)
  const { status } = spawnSync(command, args, { cwd, env, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`)
}

try {
  run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone], folder)
  run('npm', ['ci'], clone)
  run('npm', ['run', 'demo'], clone)
  run('npm', ['test'], clone)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
