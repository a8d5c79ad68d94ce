/** Bytes per voxel by the words that NRRD and MetaImage use for types. */
const TYPE_BYTES: readonly (readonly [RegExp, number])[] = [
  [/long long|int64|longlong|double|met_long|met_ulong/i, 8],
  [/short|int16/i, 2],
  [/char|int8/i, 1],
  [/int|float/i, 4],
]
const HEADER_BYTES = 16_384

/** Bytes of the voxels that the header of a `.nrrd` or `.mha` file promises; null where it does not say. */
export function promisedBytes(buffer: ArrayBuffer): number | null {
  const header = new TextDecoder('latin1').decode(buffer.slice(0, HEADER_BYTES))
  const sizes = /^(?:sizes:|DimSize\s*=)\s*(\d+(?:\s+\d+)*)\s*$/m.exec(header)?.[1]
  const type = /^(?:type:|ElementType\s*=)\s*(.+)$/m.exec(header)?.[1]
  if (sizes === undefined || type === undefined) return null
  const bytesPerVoxel = TYPE_BYTES.find(([pattern]) => pattern.test(type))?.[1] ?? 1
  return sizes.split(/\s+/).reduce((product, size) => product * Number(size), bytesPerVoxel)
}
