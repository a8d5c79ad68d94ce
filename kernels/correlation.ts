import { Fft3 } from './fft'
import { reserve } from './memory'

/** Volumes of a tissue grid: three pairs of classes, the energy with the extent, and the body. */
const CLASS_PAIRS = 3
const ENERGY = 3
const BODY = 4

/** Fourier transforms of complex volumes, one after the other: re, then im, float32 [nx, ny, nz]; nx a multiple of 4. */
export function transform(volumes: usize, count: i32, nx: i32, ny: i32, nz: i32): void {
  const fft = new Fft3(nx, ny, nz)
  const bytes = 4 * nx * ny * nz
  for (let i = 0; i < count; i++) fft.transform(volumes + 2 * bytes * i, volumes + (2 * i + 1) * bytes)
}

/**
 * How alike two tissue grids are over all shifts: the correlation of their classes, divided by half the energy of both
 * where they overlap; -1 where their bodies share less than `leastShared`.
 * @param query,template five transformed volumes each
 * @param score,shared float32 per shift; `shared` is the body of both there, in cells
 */
export function scoreShifts(
  query: usize,
  template: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  leastShared: f32,
  score: usize,
  shared: usize,
): void {
  const fft = new Fft3(nx, ny, nz)
  const bytes = 4 * nx * ny * nz
  const spare = reserve(bytes)
  const energy = reserve(bytes)
  correlate(fft, query, template, CLASS_PAIRS, bytes, score, spare)
  correlate(fft, query + 2 * ENERGY * bytes, template + 2 * ENERGY * bytes, 1, bytes, energy, spare)
  correlate(fft, query + 2 * BODY * bytes, template + 2 * BODY * bytes, 1, bytes, shared, spare)
  const part = <f32>4 / <f32>bytes
  for (let i = 0; i < bytes; i += 4) {
    const both = load<f32>(shared + i) * part
    const half = (load<f32>(energy + i) * part) / 2
    store<f32>(shared + i, both)
    store<f32>(score + i, both < leastShared ? -1 : (load<f32>(score + i) * part) / (half + <f32>1e-3))
  }
}

/** The real part of the correlation of volumes, summed, over all shifts; not divided by the length. */
function correlate(fft: Fft3, q: usize, t: usize, count: i32, bytes: i32, re: usize, im: usize): void {
  for (let i = 0; i < bytes; i += 16) {
    let sumR = f32x4.splat(0)
    let sumI = f32x4.splat(0)
    for (let k = 0; k < count; k++) {
      const at = 2 * bytes * k + i
      const zr = v128.load(q + at)
      const zi = v128.load(q + at + bytes)
      const wr = v128.load(t + at)
      const wi = v128.load(t + at + bytes)
      sumR = f32x4.add(sumR, f32x4.add(f32x4.mul(zr, wr), f32x4.mul(zi, wi)))
      sumI = f32x4.add(sumI, f32x4.sub(f32x4.mul(zi, wr), f32x4.mul(zr, wi)))
    }
    v128.store(re + i, sumR)
    v128.store(im + i, sumI)
  }
  fft.transform(im, re)
}
