// Compiles kernels/, the loops of alignment, to WebAssembly.
import path from 'node:path'
import asc from 'assemblyscript/asc'

const root = path.resolve(import.meta.dirname, '..')

/** Writes kernels.wasm into a folder. */
export async function buildKernels(outdir) {
  const { error, stderr } = await asc.main([
    ...[path.join(root, 'kernels/index.ts'), '--outFile', path.join(outdir, 'kernels.wasm')],
    // Memory is given back as a whole after each call (kernels/memory.ts).
    ...['--runtime', 'stub', '--enable', 'simd', '--use', 'abort=', '-O3', '--noAssert'],
  ])
  if (error !== null) throw new Error(stderr.toString(), { cause: error })
}
