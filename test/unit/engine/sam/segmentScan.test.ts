import { describe, expect, it } from 'vitest'
import type { BoxMm } from '../../../../src/shared/geometry/points.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { PAPER_MARGIN } from '../../../../src/engine/sam/prompts/boxMargin.js'
import type { SlicePlanRequest } from '../../../../src/engine/sam/slicePlan.js'
import { segmentScan, type SegmentOptions } from '../../../../src/engine/sam/segmentScan.js'
import type { LabelVolume, Volume } from '../../../../src/shared/geometry/volume.js'
import { boxIsMask, fakeSegmenter } from '../../../support/fakeSegmenter.js'
import { ORIENTATIONS, storeAs } from '../../../support/orientations.js'

/** Anisotropic on purpose: 1 x 2 x 3 mm, RAS. */
const scan: Volume<Int16Array> = {
  data: Int16Array.from({ length: 20 * 15 * 10 }, (_, i) => ((i * 7919) % 400) - 160),
  size: [20, 15, 10],
  affine: [1, 0, 0, -10, 0, 2, 0, -14, 0, 0, 3, -12, 0, 0, 0, 1],
}

/** Box around whole voxels of `scan`, both ends inclusive. */
function voxels(x0: number, x1: number, y0: number, y1: number, z0: number, z1: number): BoxMm {
  return { min: [x0 - 10.5, 2 * y0 - 15, 3 * z0 - 13.5], max: [x1 - 9.5, 2 * y1 - 13, 3 * z1 - 10.5] }
}

function organ(labelValue: number, boxesMm: BoxMm | BoxMm[], more: Partial<SlicePlanRequest> = {}): SlicePlanRequest {
  return {
    structure: { name: `organ ${labelValue}`, labelValue },
    boxesMm: Array.isArray(boxesMm) ? boxesMm : [boxesMm],
    ...more,
  }
}

const exact: Partial<SegmentOptions> = {
  margin: { unit: 'mm', values: [0, 0, 0] },
  sliceStep: 1,
}

function voxelCount({ data }: LabelVolume, labelValue: number): number {
  return Array.from(data).filter((value) => value === labelValue).length
}

function labelAt({ data, size }: LabelVolume, x: number, y: number, z: number): number {
  return data[x + size[0] * (y + size[1] * z)]
}

describe('segmentScan', () => {
  it('ends early with the organs that have all their slices', async () => {
    const end = new AbortController()
    const requests = [organ(5, voxels(2, 5, 3, 8, 1, 3)), organ(6, voxels(8, 12, 3, 8, 2, 6))]
    const { labels, structures } = await segmentScan(scan, requests, fakeSegmenter(), exact, {
      endEarly: end.signal,
      // Slices 1 to 4.
      onProgress: (done) => {
        if (done === 4) end.abort()
      },
    })
    expect(structures.map(({ name }) => name)).toEqual(['organ 5'])
    expect([voxelCount(labels, 5), voxelCount(labels, 6)]).toEqual([4 * 6 * 3, 0])
  })

  it('puts a mask where its box is, and measures it', async () => {
    const { labels, structures } = await segmentScan(scan, [organ(5, voxels(2, 5, 3, 8, 4, 6))], fakeSegmenter(), exact)
    expect(labels.data).toBeInstanceOf(Uint8Array)
    expect(labels.size).toEqual(scan.size)
    expect(labels.affine).toEqual(scan.affine)
    let sumHu = 0
    for (let z = 0; z < 10; z++) {
      for (let y = 0; y < 15; y++) {
        for (let x = 0; x < 20; x++) {
          const inside = x >= 2 && x <= 5 && y >= 3 && y <= 8 && z >= 4 && z <= 6
          expect({ x, y, z, label: labelAt(labels, x, y, z) }).toEqual({ x, y, z, label: inside ? 5 : 0 })
          if (inside) sumHu += scan.data[x + 20 * (y + 15 * z)]
        }
      }
    }
    expect(structures).toEqual([
      {
        status: 'segmented',
        name: 'organ 5',
        labelValue: 5,
        voxels: 72,
        volumeMl: 0.432,
        meanHu: sumHu / 72,
        emptySlices: 0,
        meanIouPrediction: expect.closeTo(0.9) as number,
      },
    ])
  })

  it.each(ORIENTATIONS)('gives every patient point the same label in a scan stored as $name', async (order) => {
    // The mask depends on the slice image, so an image that is turned or mirrored would show.
    const bright = (
      x: number,
      y: number,
      box: Parameters<typeof boxIsMask>[2],
      { data, width, height, pixelMm }: Parameters<typeof boxIsMask>[3],
    ): number => (boxIsMask(x, y, box, { data, width, height, pixelMm }) > 0 ? data[y * width + x] - 100 : -1)
    const requests = [organ(1, voxels(2, 9, 3, 8, 1, 6)), organ(2, voxels(8, 15, 6, 12, 3, 8))]
    const expected = await segmentScan(scan, requests, fakeSegmenter(bright), exact)
    const found = await segmentScan(storeAs(scan, order), requests, fakeSegmenter(bright), exact)
    const { data, size, affine } = expected.labels
    const expectedStored = storeAs({ data: Uint8Array.from(data), size, affine }, order)
    expect(found.labels.data).toEqual(expectedStored.data)
    expect(found.structures).toEqual(
      expected.structures.map((s) => ({
        ...s,
        ...('meanHu' in s ? { meanHu: expect.closeTo(s.meanHu, 6) as number } : {}),
      })),
    )
  })

  it.each([1, 2])(
    'hands an organ over as soon as its last slice is done, at slice step %i, and the end is the same as without',
    async (sliceStep) => {
      const requests = [
        organ(1, voxels(2, 5, 3, 8, 1, 7)),
        organ(2, voxels(8, 12, 3, 8, 1, 4)),
        organ(3, voxels(8, 12, 10, 12, 9, 9), { onePiece: true }),
      ]
      const order: string[] = []
      const seen: { readonly name: string; readonly counts: number[] }[] = []
      const options = { ...exact, sliceStep }
      const segmentation = await segmentScan(scan, requests, fakeSegmenter(), options, {
        onProgress: (done, _total, organs) => order.push(`${done}: ${organs.join(' ')}`),
        onEarlyMask: ({ masks: [mask], labels }) => {
          order.push(mask.name)
          seen.push({ name: mask.name, counts: [1, 2, 3].map((value) => voxelCount(labels, value)) })
          return Promise.resolve()
        },
      })
      const full = [1, 2, 3].map((value) => voxelCount(segmentation.labels, value))
      expect(seen).toEqual([
        { name: 'organ 2', counts: [0, full[1], 0] },
        { name: 'organ 1', counts: [full[0], full[1], 0] },
        { name: 'organ 3', counts: full },
      ])
      // Organ 2 comes before any slice that it has no part in.
      expect(order.indexOf('organ 2')).toBe(order.findIndex((line) => line.endsWith(': organ 1')) - 1)
      expect(segmentation).toEqual(await segmentScan(scan, requests, fakeSegmenter(), options))
    },
  )

  it('encodes each slice once however many organs need it', async () => {
    const segmenter = fakeSegmenter()
    const progress: string[] = []
    const requests = [
      organ(1, voxels(2, 5, 3, 8, 1, 4)),
      organ(2, voxels(8, 12, 3, 8, 3, 6)),
      organ(3, voxels(8, 12, 10, 12, 3, 3)),
    ]
    const result = await segmentScan(scan, requests, segmenter, exact, {
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    })
    expect(segmenter.images).toHaveLength(6)
    expect(result.encoderRuns).toBe(6)
    expect(result.decoderRuns).toBe(4 + 4 + 1)
    expect(progress).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6'])
  })

  it('encodes a slice once more for an organ with its own window', async () => {
    const bone = { level: 400, width: 1800 }
    const requests = [organ(1, voxels(2, 5, 3, 8, 1, 4)), organ(2, voxels(8, 12, 3, 8, 3, 6), { windowHu: bone })]
    const result = await segmentScan(scan, requests, fakeSegmenter(), exact)
    expect(result.encoderRuns).toBe(8)
  })

  it('settles overlaps by the larger logit, not by order', async () => {
    const [a, b] = [organ(1, voxels(2, 9, 3, 10, 4, 4)), organ(2, voxels(6, 15, 3, 10, 4, 4))]
    const forth = await segmentScan(scan, [a, b], fakeSegmenter(), exact)
    const back = await segmentScan(scan, [b, a], fakeSegmenter(), exact)
    expect(labelAt(forth.labels, 6, 6, 4)).toBe(1)
    expect(labelAt(forth.labels, 9, 6, 4)).toBe(2)
    for (const label of [1, 2]) expect(voxelCount(back.labels, label)).toBe(voxelCount(forth.labels, label))
  })

  it('clamps a box to the scan and reports one that lies outside', async () => {
    const requests = [
      organ(1, voxels(-30, 3, -30, 2, -5, 1)),
      organ(2, voxels(40, 45, 3, 8, 4, 6)),
      organ(3, voxels(2, 5, 3, 8, 20, 25)),
    ]
    const { labels, structures } = await segmentScan(scan, requests, fakeSegmenter(), exact)
    expect(structures.map(({ status }) => status)).toEqual(['segmented', 'failed', 'failed'])
    expect(structures[1]).toMatchObject({ reason: 'The box of organ 2 lies outside the scan.' })
    expect(voxelCount(labels, 1)).toBe(4 * 3 * 2)
  })

  it('reports an organ of which the model finds nothing', async () => {
    const { structures } = await segmentScan(
      scan,
      [organ(1, voxels(2, 5, 3, 8, 4, 6))],
      fakeSegmenter(() => -3),
      exact,
    )
    expect(structures).toEqual([
      {
        status: 'failed',
        name: 'organ 1',
        labelValue: 1,
        reason: 'The segmenter found nothing in the box of organ 1.',
      },
    ])
  })

  it('grows boxes by a margin in mm, or as the paper does', async () => {
    const box = voxels(8, 11, 6, 8, 4, 5)
    const millimetres = await segmentScan(scan, [organ(1, box)], fakeSegmenter(), {
      ...exact,
      margin: { unit: 'mm', values: [1, 2, 3] },
    })
    expect(voxelCount(millimetres.labels, 1)).toBe(6 * 5 * 4)
    const segmenter = fakeSegmenter()
    const paper = await segmentScan(scan, [organ(1, box)], segmenter, { ...exact, margin: PAPER_MARGIN })
    expect(paper.encoderRuns).toBe(6)
    // 30 mm fill the square of 1024 pixels, so ten of them are 0.293 mm: 0.293 columns and 0.146 rows.
    expect(segmenter.boxes[0].x1 - segmenter.boxes[0].x0).toBeCloseTo(4 + 2 * 0.293, 3)
    expect(segmenter.boxes[0].y1 - segmenter.boxes[0].y0).toBeCloseTo(3 + 2 * 0.1465, 3)
  })

  it('follows the parts of an organ', async () => {
    const parts = [voxels(2, 5, 3, 6, 0, 1), voxels(12, 15, 3, 6, 8, 9)]
    const { labels } = await segmentScan(scan, [organ(1, parts)], fakeSegmenter(), {
      ...exact,
      partsMode: 'interpolate',
    })
    expect(labelAt(labels, 3, 4, 0)).toBe(1)
    expect(labelAt(labels, 8, 4, 4)).toBe(1)
    expect(labelAt(labels, 3, 4, 8)).toBe(0)
    expect(labelAt(labels, 13, 4, 9)).toBe(1)
  })

  it('removes stray pieces of an organ that is one piece, and fills holes', async () => {
    // Two islands, the larger with a hole: columns count from the patient's right.
    const islands = (x: number, y: number): number =>
      (x >= 2 && x <= 6 && y >= 4 && y <= 8 && !(x === 4 && y === 6)) || (x >= 10 && x <= 11 && y === 5) ? 1 : -1
    const requests = [organ(1, voxels(0, 19, 0, 14, 4, 5), { onePiece: true })]
    const { labels } = await segmentScan(scan, requests, fakeSegmenter(islands), exact)
    expect(voxelCount(labels, 1)).toBe(2 * 25)
    const kept = await segmentScan(scan, [organ(1, voxels(0, 19, 0, 14, 4, 5))], fakeSegmenter(islands), exact)
    expect(voxelCount(kept.labels, 1)).toBe(2 * 27)
  })

  it('runs every Nth slice and the ends of every organ, and fills between', async () => {
    const requests = [organ(1, voxels(2, 9, 3, 10, 1, 8)), organ(2, voxels(12, 17, 3, 10, 3, 7))]
    const whole = await segmentScan(scan, requests, fakeSegmenter(), exact)
    for (const order of ORIENTATIONS.filter((_, i) => i % 11 === 0)) {
      const segmenter = fakeSegmenter()
      const stored = storeAs(scan, order)
      const stepped = await segmentScan(stored, requests, segmenter, { ...exact, sliceStep: 4 })
      // Slices 1, 4, 8 of the first organ, 3, 4, 7 of the second.
      expect(segmenter.images).toHaveLength(5)
      expect(stepped.decoderRuns).toBe(6)
      const { data, size, affine } = whole.labels
      expect(stepped.labels.data).toEqual(storeAs({ data: Uint8Array.from(data), size, affine }, order).data)
    }
  })

  it('fills between contours of a few pixels that move from slice to slice', async () => {
    const moving = (x: number, y: number, box: Parameters<typeof boxIsMask>[2]): number =>
      Math.abs(x + 0.5 - (box.x0 + box.x1) / 2) < 1 && y >= 5 && y <= 6 ? 1 : -1
    const parts = [voxels(4, 7, 3, 10, 0, 1), voxels(8, 11, 3, 10, 8, 9)]
    const { labels, structures } = await segmentScan(
      scan,
      [organ(1, parts, { onePiece: true })],
      fakeSegmenter(moving),
      { ...exact, partsMode: 'interpolate', sliceStep: 3 },
    )
    expect(structures[0]).toMatchObject({ status: 'segmented', emptySlices: 0 })
    const perSlice = Array.from(
      { length: 10 },
      (_, z) => labels.data.subarray(z * 300, (z + 1) * 300).filter((label) => label === 1).length,
    )
    for (const count of perSlice) expect(count).toBeGreaterThanOrEqual(2)
    for (const count of perSlice) expect(count).toBeLessThanOrEqual(6)
  })

  it('shows several slices at once and puts each mask where its slice is, whatever else is looked for', async () => {
    const requests = [organ(1, voxels(2, 5, 3, 8, 1, 7)), organ(2, voxels(8, 12, 3, 8, 3, 6))]
    const shown = { region: { min: [-10, -14, -12], max: [4, 10, 15] }, slicesPerSide: 2, apartMm: 0 } as const
    const one = await segmentScan(scan, requests, fakeSegmenter(), exact)
    const segmenter = fakeSegmenter()
    const several = await segmentScan(scan, requests, segmenter, { ...exact, shown })
    expect(several.labels).toEqual(one.labels)
    expect(several.decoderRuns).toBe(one.decoderRuns)
    // Four slices on each: 0 to 3 and 4 to 7.
    expect(several.encoderRuns).toBe(2)
    const alone = fakeSegmenter()
    await segmentScan(scan, [requests[1]], alone, { ...exact, shown })
    expect(alone.images).toEqual(segmenter.images)
  })

  it('cuts a mask that goes on into the next slice of the tile', async () => {
    const everywhere = fakeSegmenter(() => 1)
    const { labels } = await segmentScan(scan, [organ(1, voxels(0, 19, 0, 14, 2, 2))], everywhere, {
      ...exact,
      shown: { region: 'whole', slicesPerSide: 2, apartMm: 0 },
    })
    expect(voxelCount(labels, 1)).toBe(20 * 15)
    for (let z = 0; z < 10; z++) expect(labelAt(labels, 10, 7, z)).toBe(z === 2 ? 1 : 0)
  })

  it('fills an ellipse in each box where there is neither a segmenter nor anything known of the organ', async () => {
    const { labels, structures, encoderRuns, decoderRuns } = await segmentScan(
      scan,
      [organ(1, voxels(4, 11, 3, 10, 2, 6))],
      null,
      { ...exact, sliceStep: 3 },
    )
    expect([encoderRuns, decoderRuns]).toEqual([0, 0])
    expect(structures[0].status).toBe('segmented')
    expect(voxelCount(labels, 1) / (8 * 8 * 5)).toBeCloseTo(Math.PI / 4, 1)
    expect(labelAt(labels, 7, 6, 4)).toBe(1)
    expect(labelAt(labels, 4, 3, 4)).toBe(0)
  })

  it('fills slices that the model does not see with what the draft says of them', async () => {
    // An organ that moves one column to the left per slice: contours seven slices apart do not even touch.
    const cells = [20, 30, 30] as const
    const data = new Uint8Array(20 * 30 * 30)
    for (let z = 0; z < 30; z++)
      for (let y = 0; y < 30; y++)
        for (let x = 0; x < 20; x++)
          if (y >= 12 && y < 18 && x >= Math.floor(z / 3) + 3 && x < Math.floor(z / 3) + 6)
            data[x + 20 * (y + 30 * z)] = 255
    const draft = { originMm: [-10, -14, -13] as const, spacingMm: 1, size: cells, data, level: 0.5 }
    const request = organ(1, voxels(0, 19, 0, 14, 0, 9), { draft })
    const segmenter = fakeSegmenter()
    const { labels, encoderRuns } = await segmentScan(scan, [request], segmenter, { ...exact, sliceStep: 7 })
    expect(encoderRuns).toBe(2)
    for (let z = 0; z < 10; z++) {
      const filled = Array.from({ length: 20 }, (_, x) => x).filter((x) => labelAt(labels, x, 7, z) === 1)
      expect(filled).toEqual([z + 3, z + 4, z + 5])
    }
  })

  it('uses 16 bits for labels over 255', async () => {
    const { labels } = await segmentScan(scan, [organ(300, voxels(2, 5, 3, 8, 4, 6))], fakeSegmenter(), exact)
    expect(labels.data).toBeInstanceOf(Uint16Array)
    expect(voxelCount(labels, 300)).toBe(72)
  })

  it('stops between network runs when told to', async () => {
    const controller = new AbortController()
    const segmenter = fakeSegmenter()
    const running = segmentScan(scan, [organ(1, voxels(2, 5, 3, 8, 1, 8))], segmenter, exact, {
      signal: controller.signal,
      onProgress: (done) => {
        if (done === 3) controller.abort()
      },
    })
    const error: unknown = await running.catch((e: unknown) => e)
    expect(error instanceof MedlsamError && error.kind).toBe('cancelled')
    expect(segmenter.images).toHaveLength(3)
  })
})
