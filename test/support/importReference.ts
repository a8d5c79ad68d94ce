import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { NetworkTensor } from '../../src/engine/runtime/network.js'
import { openNetwork } from '../../src/engine/runtime/onnx.js'
import { float32Data } from './float32Data.js'
import { findPython } from './python.js'

/** An input of a reference: numbers, or a ramp from low to high. */
interface ReferenceInput {
  readonly dims: readonly number[]
  readonly numbers?: readonly number[]
  readonly ramp?: readonly [number, number]
}

/** Every `step`th number of an output, as PyTorch computed it. */
interface ReferenceOutput {
  readonly name: string
  readonly dims: readonly number[]
  readonly step: number
  readonly numbers: readonly number[]
}

interface Reference {
  readonly cases: readonly {
    readonly graph: string
    readonly inputs: Readonly<Record<string, ReferenceInput>>
    readonly outputs: readonly ReferenceOutput[]
  }[]
}

/** How one output compares. */
export interface Comparison {
  readonly graph: string
  readonly output: string
  readonly dims: readonly number[]
  readonly largest: number
  readonly largestDifference: number
}

/** The first Python that can export with PyTorch; null where there is none. */
export const PYTHON = findPython(['torch', 'onnx'])

/** Writes a random checkpoint of an architecture and what PyTorch computes from it, by `medlam_training reference`. */
export function writeReference(python: string, folder: string, architecture: string, variants: boolean): void {
  const training = path.resolve(import.meta.dirname, '../../training')
  const { status, stderr } = spawnSync(
    python,
    ['-m', 'medlam_training', 'reference', folder, '--architecture', architecture, ...(variants ? ['--variants'] : [])],
    { cwd: training, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
}

/** Runs the ONNX files of a folder on the inputs of a reference and compares with the outputs PyTorch gave. */
export async function compareWithReference(referenceFile: string, folder: string): Promise<Comparison[]> {
  const { cases } = JSON.parse(readFileSync(referenceFile, 'utf8')) as Reference
  const found: Comparison[] = []
  for (const { graph, inputs, outputs } of cases) {
    const network = await openNetwork(path.join(folder, graph))
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, toTensor(input)]))
    const results = await network.run(feeds)
    await network.release()
    for (const { name, dims, step, numbers } of outputs) {
      const data = float32Data(results[name])
      if (results[name].dims.join() !== dims.join())
        throw new Error(`${graph} ${name} is ${results[name].dims.join()}, not ${dims.join()}`)
      const differences = numbers.map((number, i) => Math.abs(number - data[i * step]))
      found.push({
        graph,
        output: name,
        dims,
        largest: Math.max(...numbers.map(Math.abs)),
        largestDifference: Math.max(...differences),
      })
    }
  }
  return found
}

/** Element i of a ramp is i times the golden ratio, modulo 1, between low and high (as in reference.py). */
function toTensor({ dims, numbers, ramp }: ReferenceInput): NetworkTensor {
  if (ramp === undefined) return { data: Float32Array.from(numbers ?? []), dims }
  const [low, high] = ramp
  const count = dims.reduce((product, n) => product * n, 1)
  const data = Float32Array.from(
    { length: count },
    (_, i) => low + (high - low) * ((Math.imul(i, 2_654_435_761) >>> 0) / 2 ** 32),
  )
  return { data, dims }
}
