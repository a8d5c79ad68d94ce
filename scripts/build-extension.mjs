// Bundles the extension, its webview and the engine process into dist.
import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildKernels } from './build-kernels.mjs'

const root = path.resolve(import.meta.dirname, '..')

/** WebAssembly that engine and scan editor look for in a folder `pipelines` beside their bundles. */
const PIPELINES = [
  ['image-io', 'nrrd-read-image'],
  ['image-io', 'meta-read-image'],
  ['dicom', 'read-image-dicom-file-series'],
  ['morphological-contour-interpolation', 'morphological-contour-interpolation'],
]

/** A file of a library's WebAssembly. */
function pipelineFile(library, file) {
  return path.join(root, 'node_modules/@itk-wasm', library, 'dist/pipelines', file)
}

/** Scripts of workers by what they are imported as: the page starts them from a blob. */
const WORKERS = {
  'reader-worker-source': 'src/webview/reader/readerWorker.ts',
  'surface-worker-source': 'src/webview/surfaces/surfaceWorker.ts',
}

/** Names of {@link WORKERS} stand for the bundled script as text. */
const workerAsText = {
  name: 'worker-as-text',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(reader|surface)-worker-source$/ }, (args) => ({ path: args.path, namespace: 'worker' }))
    onLoad({ filter: /.*/, namespace: 'worker' }, async (args) => {
      const { outputFiles, metafile } = await build({
        entryPoints: [path.join(root, WORKERS[args.path])],
        // The library does not export the scripts of its modules.
        alias: {
          'itk-nrrd-reader': pipelineFile('image-io', 'nrrd-read-image.js'),
          'itk-meta-reader': pipelineFile('image-io', 'meta-read-image.js'),
        },
        // Asked for in Node only.
        external: ['module'],
        logOverride: { 'empty-import-meta': 'silent' },
        bundle: true,
        platform: 'browser',
        format: 'iife',
        target: 'es2022',
        minify: true,
        write: false,
        metafile: true,
        absWorkingDir: root,
        logLevel: 'warning',
      })
      const watchFiles = Object.keys(metafile.inputs).map((file) => path.join(root, file))
      return { contents: outputFiles[0].text, loader: 'text', watchFiles }
    })
  },
}

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
    entryPoints: {
      engine: path.join(root, 'src/engine/server/engineMain.ts'),
      sample: path.join(root, 'src/lab/synthetic/sampleMain.ts'),
    },
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
  // A thread of the engine, and of the command line.
  await bundle({
    ...common,
    entryPoints: { alignWorker: path.join(root, 'src/engine/alignment/alignWorker.ts') },
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    target: 'node20',
  })
  await buildKernels(outdir)
  await mkdir(path.join(outdir, 'pipelines'), { recursive: true })
  for (const [library, pipeline] of PIPELINES) {
    for (const ending of ['.js', '.wasm.zst']) {
      await copyFile(pipelineFile(library, pipeline + ending), path.join(outdir, 'pipelines', pipeline + ending))
    }
  }
  await bundle({
    ...common,
    entryPoints: { webview: path.join(root, 'src/webview/webviewMain.ts') },
    plugins: [workerAsText],
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
