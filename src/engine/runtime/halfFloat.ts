/** IEEE 754 half precision, rounded to the nearest, ties to even; magnitudes beyond 65504 become infinite. */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const half = new Uint16Array(values.length)
  for (let i = 0; i < half.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000
    const magnitude = bits[i] & 0x7fffffff
    if (magnitude >= 0x47800000) half[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00)
    else if (magnitude < 0x38800000) half[i] = sign | halfSubnormal(values[i])
    else half[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  }
  return half
}

/** Multiples of 2^-24, the spacing of the smallest halves. */
function halfSubnormal(value: number): number {
  const units = Math.abs(value) * 2 ** 24
  const low = Math.floor(units)
  const rest = units - low
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low
}

/** Half precision back to numbers. */
export function fromHalf(half: Uint16Array): Float32Array {
  const values = new Float32Array(half.length)
  const bits = new Uint32Array(values.buffer)
  for (let i = 0; i < half.length; i++) {
    const sign = (half[i] & 0x8000) << 16
    const magnitude = half[i] & 0x7fff
    if (magnitude >= 0x7c00) bits[i] = sign | 0x7f800000 | ((magnitude & 0x3ff) << 13)
    else if (magnitude >= 0x400) bits[i] = sign | ((magnitude << 13) + 0x38000000)
    else values[i] = (sign === 0 ? 1 : -1) * magnitude * 2 ** -24
  }
  return values
}
