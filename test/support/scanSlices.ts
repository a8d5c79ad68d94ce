import { readScan } from '../../src/engine/scanFiles/readScan.js'
import { spacingMm } from '../../src/shared/geometry/affine.js'
import { writeSlices, type SliceFacts } from './dicomFixture.js'

/** What is taken off the stored values of CT. */
const OFFSET = 1024

/**
 * Writes a scan as the slices of a DICOM series, in no order.
 * @param scanPath an axial scan whose axes are those of the patient
 * @returns their paths
 */
export async function writeScanAsSlices(scanPath: string, folder: string, facts: SliceFacts = {}): Promise<string[]> {
  const { data, size, affine } = await readScan(scanPath)
  const [columns, rows, count] = size
  const [x, y] = spacingMm(affine)
  // RAS becomes LPS.
  const lps = (index: number): [number, number, number] => [-affine[3], -affine[7], affine[11] + affine[10] * index]
  const slices = Array.from({ length: count }, (_, index): SliceFacts => {
    const hu = data.subarray(index * columns * rows, (index + 1) * columns * rows)
    return {
      ...{ instance: index + 1, columns, rows, pixelSpacing: [y, x], position: lps(index) },
      orientation: [-affine[0] / x, 0, 0, 0, -affine[5] / y, 0],
      stored: Array.from(hu, (value) => Math.round(value) + OFFSET),
      intercept: -OFFSET,
      ...facts,
    }
  })
  return writeSlices(folder, [...slices.slice(1), ...slices.slice(0, 1)], (at) => `IM${String(at).padStart(4, '0')}`)
}
