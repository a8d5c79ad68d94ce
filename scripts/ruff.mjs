// Formats and lints the Python in training with ruff, which comes as WebAssembly: no Python is needed.
// `node scripts/ruff.mjs` checks, `--write` formats.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs'
import picomatch from 'picomatch'
import { parse } from 'smol-toml'

const root = path.resolve(import.meta.dirname, '..')
const write = process.argv.includes('--write')
const { lint: rules, ...settings } = parse(readFileSync(path.join(root, 'training/pyproject.toml'), 'utf8')).tool.ruff
const { 'per-file-ignores': perFolder = {}, ...lint } = rules

/** A checker for a file; ruff's WebAssembly sees no paths, so what a folder may ignore is added here. */
function workspaceFor(file) {
  const ignored = Object.entries(perFolder).flatMap(([glob, codes]) => (picomatch.isMatch(file, glob) ? codes : []))
  const options = { ...settings, lint: { ...lint, ignore: [...lint.ignore, ...ignored] } }
  return new Workspace(options, PositionEncoding.Utf16)
}

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'training/*.py'], {
  cwd: root,
  encoding: 'utf8',
})
let faults = 0
for (const file of files.trim().split('\n')) {
  const full = path.join(root, file)
  const text = readFileSync(full, 'utf8')
  const workspace = workspaceFor(path.relative('training', file))
  const formatted = workspace.format(text)
  if (formatted !== text) {
    if (write) writeFileSync(full, formatted)
    else {
      faults++
      console.error(`${file}: not formatted (npm run format)`)
    }
  }
  for (const { code, message, start_location: at } of workspace.check(write ? formatted : text)) {
    faults++
    console.error(`${file}:${at.row}:${at.column} ${code} ${message}`)
  }
}
process.exitCode = faults === 0 ? 0 : 1
