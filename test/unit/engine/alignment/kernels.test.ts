import { describe, expect, it } from 'vitest'
import { adamDeform } from '../../../../src/engine/alignment/adamDeform.js'
import { IDENTITY } from '../../../../src/engine/alignment/affineMap.js'
import type { DescribedQuery } from '../../../../src/engine/alignment/describe.js'
import { cellCount, type ChannelGrid, type GridVolume } from '../../../../src/engine/alignment/grid.js'
import { openKernels } from '../../../../src/engine/alignment/kernels.js'
import { matchBlocks } from '../../../../src/engine/alignment/matchBlocks.js'
import { mindSsc } from '../../../../src/engine/alignment/mindSsc.js'
import { sampleVolume } from '../../../../src/engine/alignment/sampleVolume.js'
import { makeRandom } from '../../../../src/engine/numeric/random.js'
import type { Size3 } from '../../../../src/shared/geometry/points.js'
import { blockMeans, clamped, descended, matchedBlocks, mindOf } from './referenceKernels.js'

const random = makeRandom(7)
const numbers = (count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => low + (high - low) * random())

/** A template whose descriptors rise and fall slowly, and a query that shows it moved; one block in eight is not seen. */
function pair(templateSize: Size3, size: Size3): { readonly query: DescribedQuery; readonly template: ChannelGrid } {
  const [nx, ny] = templateSize
  const waves = Array.from({ length: 12 }, () => numbers(4, 0.3, 0.9))
  const value = (c: number, x: number, y: number, z: number): number =>
    127 + 120 * Math.sin(waves[c][0] * x + waves[c][3]) * Math.cos(waves[c][1] * y) * Math.sin(waves[c][2] * z + 1)
  const data = Uint8Array.from({ length: 12 * cellCount({ size: templateSize }) }, (_, i) => {
    const cell = Math.floor(i / 12)
    return value(i % 12, cell % nx, Math.floor(cell / nx) % ny, Math.floor(cell / (nx * ny)))
  })
  const blocks = cellCount({ size })
  const low = [-2, -1, 0] as const
  const shown = Uint8Array.from({ length: 12 * blocks }, (_, i) => {
    const block = Math.floor(i / 12)
    const [x, y, z] = [block % size[0], Math.floor(block / size[0]) % size[1], Math.floor(block / (size[0] * size[1]))]
    return value(i % 12, low[0] + 2 * x + 0.8, low[1] + 2 * y - 0.6, low[2] + 2 * z + 1.3)
  })
  const seen = Uint8Array.from({ length: blocks }, () => (random() > 0.125 ? 1 : 0))
  return {
    query: { map: IDENTITY, low, size, data: shown, seen, firm: seen },
    template: { size: templateSize, originMm: [0, 0, 0], spacingMm: 6, channels: 12, data },
  }
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, within: number): void {
  expect(actual.length).toBe(expected.length)
  const off = Array.from(actual, (value, i) => Math.abs(value - expected[i]))
  expect(Math.max(...off)).toBeLessThan(within)
}

describe('kernels', () => {
  it('sample a volume between its voxels, and say which cells lie outside', () => {
    const size = [5, 4, 3] as const
    const volume: GridVolume = {
      size,
      originMm: [10, 20, 30],
      spacingMm: 3,
      data: Int16Array.from(numbers(60, -1000, 1000)),
    }
    const kernels = openKernels()
    const grid = { size: [7, 6, 5] as const, originMm: [7, 18, 28] as const, spacingMm: 2.5 }
    const { values, inside } = sampleVolume(kernels, volume, grid, [1, 0.1, 0, -2, -0.1, 1, 0, 1, 0, 0.05, 1, -1])
    const voxel = clamped(volume.data, size)
    const expected: number[] = []
    const isIn: number[] = []
    for (let i = 0; i < 210; i++) {
      const [x, y, z] = [7 + 2.5 * (i % 7), 18 + 2.5 * (Math.floor(i / 7) % 6), 28 + 2.5 * Math.floor(i / 42)]
      const p = [(x + 0.1 * y - 2 - 10) / 3, (-0.1 * x + y + 1 - 20) / 3, (0.05 * y + z - 1 - 30) / 3]
      isIn.push(p.every((at, axis) => at > -0.5 && at < size[axis] - 0.5) ? 1 : 0)
      const held = p.map((at, axis) => Math.min(size[axis] - 1, Math.max(0, at)))
      let sum = 0
      for (let k = 0; k < 8; k++) {
        const corner = [k & 1, (k >> 1) & 1, k >> 2].map((bit, axis) => Math.floor(held[axis]) + bit)
        const weight = corner.reduce((product, at, axis) => product * (1 - Math.abs(at - held[axis])), 1)
        sum += weight * voxel(corner[0], corner[1], corner[2])
      }
      expected.push(sum)
    }
    expectClose(kernels.floatsAt(values, 210), expected, 0.01)
    expect([...kernels.bytesAt(inside, 210)]).toEqual(isIn)
  })

  it.each([
    { size: [7, 5, 6] as const, step: 1 as const },
    { size: [8, 6, 10] as const, step: 2 as const },
  ])('describe cells by self-similarity, every $step of $size', ({ size, step }) => {
    const image = Float32Array.from(numbers(cellCount({ size }), -1100, 500))
    const kernels = openKernels()
    const at = mindSsc(kernels, kernels.put(image), { size }, step)
    const clipped = image.map((hu) => Math.min(350, Math.max(-900, hu)))
    const expected = blockMeans(mindOf(clipped, size, 243), size, step)
    // Bytes, and steps of 1/256 in the exponent.
    expectClose(kernels.bytesAt(at, expected.length), expected, 1.5)
  })

  it.each([1, 3, 4])('match blocks within %d cells', (reach) => {
    const { query, template } = pair([13, 11, 12], [6, 5, 4])
    const base = Int16Array.from(numbers(3 * 120, -1.5, 1.5), Math.round)
    const couplings = [0.003, 0.01, 0.03, 0.1, 0.3, 1]
    expectClose(
      matchBlocks(query, template, reach, base),
      matchedBlocks(query, template, reach, base, couplings),
      // Costs are whole steps: of two displacements that cost nearly the same either may be taken.
      0.1,
    )
    expectClose(
      matchBlocks(query, template, reach, null),
      matchedBlocks(query, template, reach, new Int16Array(360), couplings),
      0.1,
    )
  })

  it('descend to where the descriptors are most alike', () => {
    const { query, template } = pair([9, 8, 8], [4, 4, 3])
    const start = Float32Array.from(numbers(3 * 48, -0.5, 0.5))
    expectClose(adamDeform(query, template, start, 3), descended(query, template, start, 3), 0.02)
  })

  it('transform volumes and back', () => {
    const [size, count] = [[12, 6, 9] as const, 648]
    const volume = Float32Array.from(numbers(2 * count, -1, 1))
    const kernels = openKernels()
    const at = kernels.put(volume)
    kernels.call('transform', at, 1, ...size)
    const found = kernels.floatsAt(at, 2 * count)
    for (const [kx, ky, kz] of [
      [0, 0, 0],
      [1, 2, 3],
      [11, 5, 8],
      [3, 0, 4],
    ]) {
      let [re, im] = [0, 0]
      for (let i = 0; i < count; i++) {
        const turn = (kx * (i % 12)) / 12 + (ky * (Math.floor(i / 12) % 6)) / 6 + (kz * Math.floor(i / 72)) / 9
        const [c, s] = [Math.cos(-2 * Math.PI * turn), Math.sin(-2 * Math.PI * turn)]
        re += volume[i] * c - volume[count + i] * s
        im += volume[i] * s + volume[count + i] * c
      }
      const k = kx + 12 * (ky + 6 * kz)
      expect(found[k]).toBeCloseTo(re, 3)
      expect(found[count + k]).toBeCloseTo(im, 3)
    }
  })

  it('keep their answers when memory grows', () => {
    const kernels = openKernels()
    const at = kernels.put(Float32Array.of(1, 2, 3))
    kernels.room(300e6)
    expect([...kernels.floatsAt(at, 3)]).toEqual([1, 2, 3])
  })
})
