// Bundles the extension, its webview and the engine process into dist.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')


/** Bundles everything that VS Code runs. */
export async function buildExtension(outdir = path.join(root, 'dist')) {
  const common = { bundle: true, outdir, sourcemap: true, logLevel: 'warning' }
  await build({
    ...common,
    entryPoints: { extension: path.join(root, 'src/extension.ts') },
    platform: 'node',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node20',
    external: ['vscode'],
  })
  await build({
    ...common,
    entryPoints: { webview: path.join(root, 'src/webview/main.ts') },
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: false,
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExtension()
