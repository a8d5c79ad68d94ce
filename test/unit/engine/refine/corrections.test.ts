import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EditedLabels, RefineRequest } from '../../../../src/protocol/editedLabels.js'
import type { LabelVolume, Volume } from '../../../../src/shared/geometry/volume.js'
import { applyRuns, diffLabels, NO_RUNS } from '../../../../src/shared/labelEdit/voxelRuns.js'
import { MedlsamError } from '../../../../src/shared/medlsamError.js'
import { packRuns, unpackRuns } from '../../../../src/shared/node/packedRuns.js'
import { EditedLabelMaps } from '../../../../src/engine/editing/editedLabelMap.js'
import { Corrections } from '../../../../src/engine/refine/corrections.js'
import { writeScan } from '../../../../src/engine/scanFiles/writeScan.js'
import { boxIsMask, fakeSegmenter } from '../../../support/fakeSegmenter.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const size = [20, 16, 8] as const
const scan: Volume<Int16Array> = {
  data: Int16Array.from({ length: 20 * 16 * 8 }, (_, at) => (at % 2 === 0 ? 40 : -1000)),
  size,
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1],
}
const scanPath = path.join(folder, 'a_ct.nii.gz')
await writeScan(scanPath, scan)

/** Labels of voxels in a box, ends inclusive. */
function block(
  value: number,
  from: readonly number[],
  to: readonly number[],
  data = new Uint8Array(20 * 16 * 8),
): Uint8Array<ArrayBuffer> {
  for (let z = from[2]; z <= to[2]; z++)
    for (let y = from[1]; y <= to[1]; y++) data.fill(value, from[0] + 20 * (y + 16 * z), to[0] + 1 + 20 * (y + 16 * z))
  return data
}
const organ = block(2, [2, 2, 1], [9, 9, 5])
const withOther = block(7, [12, 2, 1], [15, 9, 5], organ.slice())
const structure = { name: 'Organ', labelValue: 2 }

const maps = new EditedLabelMaps()
let sessions = 0
/** A new label map that holds these labels. */
function edited(data: Uint8Array): EditedLabels {
  const edits = [packRuns(diffLabels(new Uint8Array(data.length), data))]
  return { scanPath, basePath: null, baseStamp: null, session: `${++sessions}`, firstEdit: 0, edits }
}

function corrections(segmenter = fakeSegmenter(boxIsMask, { points: true, masks: true })): Corrections {
  return new Corrections(
    { segmenter: () => Promise.resolve(segmenter), templates: () => Promise.reject(new Error('not used')) },
    undefined,
  )
}

function applied({ data }: Pick<LabelVolume, 'data'>, packed: string): LabelVolume['data'] {
  const after = data.slice()
  applyRuns(after, unpackRuns(packed) ?? NO_RUNS)
  return after
}

describe('segmenting a structure again in a box', () => {
  it('replaces its mask alone, and leaves the voxels of others', async () => {
    const labels = edited(withOther)
    const map = await maps.openEditedLabelMap(labels)
    // Voxels 4 to 13, 2 to 7 and 2 to 4.
    const boxMm = { min: [3.5, 1.5, 3], max: [13.5, 7.5, 9] } as const
    const request = { labels, structure, lockedValues: [], boxMm, keepsShape: false }
    const { runs } = await corrections().segmentBox(request, map)
    const expected = block(7, [12, 2, 1], [15, 9, 5], block(2, [4, 2, 2], [13, 7, 4]))
    expect(applied(map.labels, runs)).toEqual(expected)
    expect(map.labels.data).toEqual(withOther)
  })

  it('stretches the mask that is there to its box, unless that lies elsewhere', async () => {
    const labels = edited(organ)
    const map = await maps.openEditedLabelMap(labels)
    // The segmenter finds nothing at all: what is left is the mask as it was, with its far wall moved by 4 mm.
    const blind = fakeSegmenter(() => -1)
    const request = { labels, structure, lockedValues: [] }
    const near = await corrections(blind).segmentBox(
      { ...request, boxMm: { min: [1.5, 1.5, 1], max: [13.5, 9.5, 11] } },
      map,
    )
    const stretched = applied(map.labels, near.runs)
    const middle = 20 * (5 + 16 * 3)
    expect(
      Array.from(stretched.subarray(middle, middle + 20))
        .map(Number)
        .lastIndexOf(2),
    ).toBeGreaterThan(11)
    const far = { ...request, boxMm: { min: [12.5, 1.5, 1], max: [18.5, 9.5, 11] } } as const
    await expect(corrections(blind).segmentBox(far, map)).rejects.toThrow('found nothing in the box of Organ')
  })

  it('says what is wrong with a box that has no volume, and with one outside of the scan', async () => {
    const labels = edited(organ)
    const map = await maps.openEditedLabelMap(labels)
    const tell = async (min: readonly [number, number, number], max: readonly [number, number, number]) =>
      corrections().segmentBox({ labels, structure, lockedValues: [], boxMm: { min, max } }, map)
    await expect(tell([3, 3, 3], [3, 9, 9])).rejects.toThrow('The box of Organ has no volume: draw it again.')
    await expect(tell([300, 3, 3], [320, 9, 9])).rejects.toThrow('The box of Organ lies outside the scan.')
  })
})

describe('correcting by points', () => {
  const request = (labels: EditedLabels, more: Partial<RefineRequest>): RefineRequest => ({
    labels,
    structure,
    lockedValues: [],
    points: [],
    fixedSlices: [],
    made: null,
    ...more,
  })
  const point = { pointMm: [12, 5, 6], isInside: true } as const

  it('goes back to the mask before when its points are gone, although the labels hold what they did', async () => {
    const keeps = corrections()
    const labels = edited(organ)
    const first = await keeps.refine(request(labels, { points: [point] }), await maps.openEditedLabelMap(labels))
    const changed = applied({ data: organ }, first.runs)
    expect(changed).not.toEqual(organ)
    expect(first.made).toBe(first.runs)

    const next = { ...labels, firstEdit: 1, edits: [first.runs] }
    const again = await keeps.refine(
      request(next, { points: [point], made: first.made }),
      await maps.openEditedLabelMap(next),
    )
    expect(unpackRuns(again.runs)).toEqual(NO_RUNS)
    const none = await keeps.refine(request(next, { made: first.made }), await maps.openEditedLabelMap(next))
    expect(applied({ data: changed }, none.runs)).toEqual(organ)
    expect(unpackRuns(none.made)).toEqual(NO_RUNS)
  })

  it('tells early what changes on the slice of the latest point, as it will be in the answer', async () => {
    const keeps = corrections()
    const labels = edited(organ)
    const early: string[] = []
    const hooks = { onEarly: (runs: string) => early.push(runs) }
    const first = await keeps.refine(request(labels, { points: [point] }), await maps.openEditedLabelMap(labels), hooks)
    const changed = applied({ data: organ }, first.runs)
    const onSlice = (slice: number, data: ArrayLike<number>, others: ArrayLike<number>): number[] =>
      Array.from(data, (label, at) => (Math.floor(at / 320) === slice ? label : others[at]))
    expect(early).toHaveLength(1)
    expect(Array.from(applied({ data: organ }, early[0]))).toEqual(onSlice(3, changed, organ))

    // A point on the slice above, and the first one dragged: neighbours stay until the answer.
    const next = { ...labels, firstEdit: 1, edits: [first.runs] }
    const above = { pointMm: [12, 5, 8], isInside: true } as const
    const dragged = { pointMm: [11, 8, 6], isInside: true } as const
    const second = await keeps.refine(
      request(next, { points: [dragged, above], made: first.made, latestMm: dragged.pointMm }),
      await maps.openEditedLabelMap(next),
      hooks,
    )
    const after = applied({ data: changed }, second.runs)
    expect(early).toHaveLength(2)
    expect(Array.from(applied({ data: changed }, early[1]))).toEqual(onSlice(3, after, changed))
    expect(after).not.toEqual(changed)
  })

  it('keeps what fails from changing anything', async () => {
    const labels = edited(organ)
    const map = await maps.openEditedLabelMap(labels)
    const failing = {
      ...fakeSegmenter(boxIsMask, { points: true, masks: true }),
      decode: () => Promise.reject(new MedlsamError('model', 'The network gave up.')),
    }
    await expect(corrections(failing).refine(request(labels, { points: [point] }), map)).rejects.toThrow('gave up')
    expect(map.labels.data).toEqual(organ)
    const odd = request(labels, { points: [point], made: packRuns(Int32Array.of(1e6, 5, 0, 2)) })
    await expect(corrections().refine(odd, map)).rejects.toThrow('does not fit the labels any more')
  })

  it('refuses labels that do not lie on the voxels of the scan', async () => {
    const labels = edited(organ)
    const map = await maps.openEditedLabelMap(labels)
    const moved = { ...map, labels: { ...map.labels, affine: [2, ...map.labels.affine.slice(1)] as never } }
    await expect(corrections().refine(request(labels, { points: [point] }), moved)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('its voxels are not those of') as string,
    })
  })
})
