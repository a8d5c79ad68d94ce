// Bundles the command line and the extension, and copies what is embedded beside them.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'esbuild'
import { buildExtension } from './build-extension.mjs'
import { buildModels } from './build-models.mjs'

const root = path.resolve(import.meta.dirname, '..')
const dist = path.join(root, 'dist')

await rm(dist, { recursive: true, force: true })
await buildModels(path.join(dist, 'models'))

await build({
  entryPoints: { cli: path.join(root, 'src/cli/cliMain.ts') },
  outdir: dist,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  banner: { js: '#!/usr/bin/env node' },
})

await buildExtension(dist)
