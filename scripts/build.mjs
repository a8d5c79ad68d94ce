// Bundles the command line and the extension, and copies what is embedded beside them. With --watch it goes on until it
// is stopped, and bundles again whenever a source changes.
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { build, context } from 'esbuild'
import { buildExtension } from './build-extension.mjs'
import { buildModels } from './build-models.mjs'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')
const { dependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))

const watching = process.argv.includes('--watch')

/** How many bundles are being made; the first build as a whole counts as one more. */
let building = 0

function begin() {
  if (building++ === 0 && watching) console.log('[watch] build started')
}

function end() {
  if (--building === 0 && watching) console.log('[watch] build finished')
}

/** Bundles, and again whenever a source changes. VS Code's task "watch" reads the lines that are printed. */
async function watch(options) {
  const announce = ({ onStart, onEnd }) => {
    onStart(begin)
    onEnd(end)
  }
  const bundle = await context({
    ...options,
    plugins: [...(options.plugins ?? []), { name: 'announce', setup: announce }],
  })
  // A source that is wrong has been shown by then, and is watched like any other.
  await bundle.rebuild().catch(() => undefined)
  await bundle.watch()
}

const bundle = watching ? watch : build

begin()
await rm(dist, { recursive: true, force: true })
await buildModels(path.join(dist, 'models'))

await bundle({
  entryPoints: { cli: path.join(root, 'src/cli/cliMain.ts') },
  outdir: dist,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // What is installed beside the command line stays out of the bundle; what is for development only goes in.
  external: Object.keys(dependencies),
  // Charts are loaded on demand.
  splitting: true,
  chunkNames: 'cli-[hash]',
  sourcemap: true,
  logLevel: 'warning',
  banner: { js: '#!/usr/bin/env node' },
})

await buildExtension(dist, true, bundle)
end()
