// Bundles the extension, its webview and the engine process into dist.
import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')

/** WebAssembly that the engine's libraries look for in a folder `pipelines` beside their code, here the bundle. */
const PIPELINES = [
  ['image-io', 'nrrd-read-image'],
  ['image-io', 'meta-read-image'],
  ['morphological-contour-interpolation', 'morphological-contour-interpolation'],
]

/**
 * Bundles everything that VS Code runs.
 * @param bundle builds once, or builds and keeps watching
 */
export async function buildExtension(outdir = path.join(root, 'dist'), sourcemap = true, bundle = build) {
  const common = { bundle: true, outdir, sourcemap, minifySyntax: true, logLevel: 'warning' }
  await bundle({
    ...common,
    entryPoints: { extension: path.join(root, 'src/extension.ts') },
    platform: 'node',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node20',
    external: ['vscode'],
  })
  await bundle({
    ...common,
    entryPoints: { engine: path.join(root, 'src/engine/server/engineMain.ts') },
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    target: 'node20',
    // What is loaded on demand stays apart: wrapped into one file, modules with a top-level await come too late.
    splitting: true,
    chunkNames: 'engine-[hash]',
    external: ['onnxruntime-node'],
    // CommonJS libraries inside an ESM bundle still call require.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
  })
  await mkdir(path.join(outdir, 'pipelines'), { recursive: true })
  for (const [library, pipeline] of PIPELINES) {
    for (const ending of ['.js', '.wasm.zst']) {
      await copyFile(
        path.join(root, 'node_modules/@itk-wasm', library, 'dist/pipelines', pipeline + ending),
        path.join(outdir, 'pipelines', pipeline + ending),
      )
    }
  }
  await bundle({
    ...common,
    entryPoints: { webview: path.join(root, 'src/webview/webviewMain.ts') },
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    sourcemap: false,
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildExtension()
