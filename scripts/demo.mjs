// The main job on what is embedded: a synthetic CT (no patient, nothing is downloaded) goes in, an organ label map comes out.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const cli = path.join(root, 'dist/cli.js')
const out = path.join(root, 'out/demo')
const SEED = 101

function run(title, args, okCodes = [0]) {
  process.stdout.write(`\n${title}\n$ ${args[0] === cli ? 'medlsam' : `node ${args[0]}`} ${args.slice(1).join(' ')}\n`)
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root })
  if (!okCodes.includes(status)) process.exit(status ?? 1)
}

if (!existsSync(cli)) run('Build', ['scripts/build.mjs'])
mkdirSync(out, { recursive: true })
const scan = 'out/demo/synthetic_ct.nii.gz'
run('A synthetic head-and-neck CT', [cli, 'synthesize', 'out/demo/synthetic', '--seed', String(SEED)])
// 3: some structures not found. The table says which and why.
run('Localize and segment with the built-in templates', [cli, 'segment', scan, '--templates', 'head-neck'], [0, 3])
