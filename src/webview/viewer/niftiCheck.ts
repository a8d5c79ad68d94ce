/** Sizes in bytes per voxel of the NIfTI data types that hold one number. */
const BYTES_PER_VOXEL: Readonly<Partial<Record<number, number>>> = {
  2: 1,
  4: 2,
  8: 4,
  16: 4,
  64: 8,
  256: 1,
  512: 2,
  768: 4,
  1024: 8,
  1280: 8,
}
const COLOUR_TYPES = [128, 2304]

/**
 * Looks at a NIfTI header before the renderer does, which would draw garbage or never end.
 * Returns what is wrong in one sentence, or null.
 */
export function niftiProblem(buffer: ArrayBuffer): string | null {
  if (buffer.byteLength < 348) return 'The file is too short for a NIfTI header. Copy it again from where it came.'
  const view = new DataView(buffer)
  const header = readHeader(view)
  if (header === null) return 'This is not a NIfTI file, whatever its name says. Export the scan again as NIfTI.'
  const { dims, dataType, offset } = header
  if (COLOUR_TYPES.includes(dataType))
    return 'The image holds colours, not one number per voxel. Convert it to grey values first.'
  const bytesPerVoxel = BYTES_PER_VOXEL[dataType]
  if (bytesPerVoxel === undefined)
    return `The voxels have the data type ${dataType}, which cannot be shown. Convert the scan to 16-bit integers or floats.`
  if (dims.some((dim) => !Number.isFinite(dim) || dim < 1))
    return `The header gives the size ${dims.join(' x ')}, which is no volume. Export the scan again.`
  if (dims.filter((dim) => dim > 1).length < 3)
    return `This is a flat image of ${dims.join(' x ')} pixels, not a scan with slices. Export all slices as one volume.`
  const expected = dims.reduce((product, dim) => product * dim, bytesPerVoxel) + offset
  if (expected > buffer.byteLength) {
    return `The file is cut short: its header promises ${Math.round(expected)} bytes and ${buffer.byteLength} are there. Copy it again from where it came.`
  }
  return null
}

interface Header {
  readonly dims: readonly number[]
  readonly dataType: number
  readonly offset: number
}

function readHeader(view: DataView): Header | null {
  for (const little of [true, false]) {
    const size = view.getInt32(0, little)
    if (size === 348) {
      return {
        dims: [1, 2, 3].map((axis) => view.getInt16(40 + 2 * axis, little)),
        dataType: view.getInt16(70, little),
        offset: Math.max(352, view.getFloat32(108, little)),
      }
    }
    if (size === 540 && view.byteLength >= 540) {
      return {
        dims: [1, 2, 3].map((axis) => Number(view.getBigInt64(16 + 8 * axis, little))),
        dataType: view.getInt16(12, little),
        offset: Number(view.getBigInt64(168, little)),
      }
    }
  }
  return null
}
