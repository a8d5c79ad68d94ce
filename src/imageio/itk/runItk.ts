import { z } from 'zod'
import type { Dtype } from '../voxels.js'
import type { ItkModule } from './itkModule.js'

/** The numbers of an image as ITK reads them: all of the file, in this machine's byte order. */
export interface ItkNumbers {
  readonly dtype: Dtype
  readonly sizes: readonly number[]
  /** Numbers per voxel. */
  readonly components: number
  readonly bytes: Uint8Array
}

const DTYPES = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float32',
  'float64',
] as const satisfies readonly Dtype[]

const imageSchema = z.object({
  imageType: z.object({ componentType: z.enum(DTYPES), components: z.int().positive() }),
  size: z.array(z.int().nonnegative()),
})

/** An option of a module of ITK-Wasm on its command line. */
export function itkOption(name: string): string {
  return `--${name}`
}

/** What such a module is to do. */
export interface ItkJob {
  /** The files that it finds, by their absolute paths in its own memory. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly args: readonly string[]
  /** Which of its outputs, in the order of the arguments, is the image. */
  readonly imageOutput: number
}

/** Runs a module of ITK-Wasm, which is good for one run, in its own memory; null where it fails. */
export function runItk(itk: ItkModule, { files, args, imageOutput }: ItkJob): ItkNumbers | null {
  try {
    for (const [path, bytes] of files) {
      itk.fs_mkdirs(path.slice(0, path.lastIndexOf('/')))
      itk.fs_writeFile(path, bytes)
    }
    itk.resetModuleStdout()
    itk.resetModuleStderr()
    return itk.callMain([...args, itkOption('memory-io')]) === 0 ? imageOf(itk, imageOutput) : null
  } catch {
    // It throws numbers, and traps where memory runs out.
    return null
  }
}

function imageOf(itk: ItkModule, output: number): ItkNumbers {
  const json = itk.UTF8ToString(
    itk.ccall('itk_wasm_output_json_address', 'number', ['number', 'number'], [0, output]) >>> 0,
  )
  const { imageType, size } = imageSchema.parse(JSON.parse(json))
  const three = ['number', 'number', 'number'] as const
  const from = itk.ccall('itk_wasm_output_array_address', 'number', three, [0, output, 0]) >>> 0
  const length = itk.ccall('itk_wasm_output_array_size', 'number', three, [0, output, 0]) >>> 0
  return {
    dtype: imageType.componentType,
    sizes: size,
    components: imageType.components,
    bytes: itk.HEAPU8.slice(from, from + length),
  }
}
