import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { MedlsamError } from '../../shared/medlsamError.js'

/** Functions of `kernels/index.ts`, which says what they take. */
type KernelName =
  'sample' | 'mindSsc' | 'averageCells' | 'lookAtBlocks' | 'matchBlocks' | 'adamDeform' | 'transform' | 'scoreShifts'

type Numbers = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** Memory of the kernels, and calls of them. What was laid there is gone with the next {@link openKernels}. */
export interface Kernels {
  /** Room for so many bytes, of any content; its address. */
  readonly room: (bytes: number) => number
  /** Room for numbers, which are copied there; its address. */
  readonly put: (numbers: Numbers) => number
  /** Works on what lies at addresses. */
  readonly call: (kernel: KernelName, ...numbers: readonly number[]) => void
  /** Copies of so many numbers at an address. */
  readonly bytesAt: (address: number, count: number) => Uint8Array
  readonly floatsAt: (address: number, count: number) => Float32Array
}

const FILE = 'kernels.wasm'

/** @throws MedlsamError `internal` where the program has been built or installed without it */
function readKernels(): Uint8Array<ArrayBuffer> {
  const here = path.dirname(fileURLToPath(import.meta.url))
  // Beside the bundle, or in the build's output when run from sources.
  const file = [path.join(here, FILE), path.resolve(here, '../../../dist', FILE)].find((each) => existsSync(each))
  if (file === undefined) {
    throw new MedlsamError('internal', `A part of the program, ${FILE}, is missing: run "npm run build" or reinstall.`)
  }
  return new Uint8Array(readFileSync(file))
}

function callable({ exports }: WebAssembly.Instance, name: string): (...numbers: readonly number[]) => unknown {
  const found = exports[name]
  if (typeof found !== 'function') throw new MedlsamError('internal', `${FILE} has no ${name}: build it again.`)
  return (...numbers) => {
    try {
      return Reflect.apply(found, undefined, numbers) as unknown
    } catch (error) {
      // Kernels fail where memory cannot grow, and nowhere else.
      if (!(error instanceof WebAssembly.RuntimeError)) throw error
      throw new MedlsamError('internal', 'There is too little memory to align templates.', undefined, { cause: error })
    }
  }
}

interface LoadedKernels extends Kernels {
  readonly reset: () => unknown
}

function load(): LoadedKernels {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readKernels()))
  const { memory } = instance.exports
  if (!(memory instanceof WebAssembly.Memory)) throw new MedlsamError('internal', `${FILE} has no memory.`)
  const reserve = callable(instance, 'reserve')
  // Addresses are 32 bits without a sign.
  const room = (bytes: number): number => Number(reserve(bytes)) >>> 0
  return {
    room,
    put: (numbers) => {
      const address = room(numbers.byteLength)
      const from = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
      new Uint8Array(memory.buffer).set(from, address)
      return address
    },
    call: (kernel, ...numbers) => {
      callable(instance, kernel)(...numbers)
    },
    bytesAt: (address, count) => new Uint8Array(memory.buffer, address, count).slice(),
    floatsAt: (address, count) => new Float32Array(memory.buffer, address, count).slice(),
    reset: callable(instance, 'reset'),
  }
}

let loaded: LoadedKernels | null = null

/**
 * The kernels of this thread, loaded once, their memory empty.
 * @throws MedlsamError `internal` where they are missing
 */
export function openKernels(): Kernels {
  loaded ??= load()
  loaded.reset()
  return loaded
}
