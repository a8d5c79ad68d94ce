// Bundles the command line and the extension, and copies what is embedded beside them.
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { buildExtension } from './build-extension.mjs'
import { buildModels } from './build-models.mjs'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')
const { dependencies } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))

await rm(dist, { recursive: true, force: true })
await buildModels(path.join(dist, 'models'))

await build({
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

await buildExtension(dist)
