import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { readHeader } from '../../src/engine/scanFiles/readHeader.js'
import { writeLabelMap } from '../../src/engine/scanFiles/writeLabelMap.js'
import type { LabelVolume } from '../../src/shared/geometry/volume.js'
import { sliceAt, writeSlices, type SliceFacts } from './dicomFixture.js'

const [COLUMNS, ROWS, SLICES] = [40, 31, 7]
/** Names of the values in the label map, and the colours that are written beside it. */
export const DRAWN = [
  { labelValue: 1, name: 'RightKidney', color: '#ff0000' },
  { labelValue: 3, name: 'Liver', color: '#00ff00' },
  { labelValue: 8, name: 'Nebenhöhle', color: '#0000ff' },
] as const

/** A CT series in DICOM, and a label map on it. */
export interface LabelledSeries {
  readonly folder: string
  readonly labelMap: string
  readonly labels: LabelVolume
}

/**
 * Writes a small series, its slices in no order, and a label map with what is hard for contours: two holes beside each
 * other, an island in one of them, a structure at the edge of the picture, and pixels that touch at a corner.
 */
export async function writeLabelledSeries(folder: string, facts: SliceFacts = {}): Promise<LabelledSeries> {
  const stored = Array.from({ length: COLUMNS * ROWS }, (_, i) => 1000 + (i % COLUMNS))
  const order = [6, 0, 3, 1, 2, 5, 4]
  writeSlices(
    folder,
    order.map((z) => ({ ...sliceAt(z), columns: COLUMNS, rows: ROWS, stored, ...facts })),
  )
  const { size, affine } = await readHeader(folder)
  const data = new Uint8Array(COLUMNS * ROWS * SLICES)
  for (let z = 1; z < SLICES - 1; z++)
    for (let y = 0; y < ROWS; y++)
      for (let x = 0; x < COLUMNS; x++) data[x + COLUMNS * (y + ROWS * z)] = valueAt(x, y, z)
  const labels = { data, size, affine }
  const labelMap = `${folder}_dseg.nii.gz`
  await writeLabelMap(labelMap, labels, { niftiHeader: null, size, affine }, [])
  writeFileSync(
    `${folder}_dseg.tsv`,
    ['index\tname\tcolor', ...DRAWN.map((each) => `${each.labelValue}\t${each.name}\t${each.color}`), ''].join('\n'),
  )
  return { folder: path.resolve(folder), labelMap, labels }
}

function valueAt(x: number, y: number, z: number): number {
  const within = (centreX: number, centreY: number, radius: number): boolean =>
    Math.hypot(x - centreX, y - centreY) < radius
  if (within(23, 13, 1)) return 3
  if (within(18, 15, 12) && !within(14, 14, 3) && !within(23, 13, 2.5)) return 3
  if (x > 35 && y < 5 + z) return 1
  return (x === 2 && y === 2) || (x === 3 && y === 3) ? 8 : 0
}
