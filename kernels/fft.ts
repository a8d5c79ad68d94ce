import { reserve } from './memory'

/**
 * Stockham's self-sorting transform (Van Loan, Computational Frameworks for the FFT, 1992), in steps of radix 4, 3 and 2,
 * of lines that lie side by side, four at least. Complex numbers are float32, real and imaginary parts apart.
 */
class Lines {
  /** cos and sin of -2 pi k / length. */
  private turns: usize

  constructor(
    private length: i32,
    /** Lines side by side, a multiple of 4. */
    private side: i32,
  ) {
    this.turns = reserve(8 * length)
    for (let k = 0; k < length; k++) {
      const angle = (-2 * Math.PI * <f64>k) / <f64>length
      store<f32>(this.turns + 8 * k, <f32>Math.cos(angle))
      store<f32>(this.turns + 8 * k, <f32>Math.sin(angle), 4)
    }
  }

  /** Transforms lines in place; the spare arrays are as long. */
  transform(re: usize, im: usize, spareRe: usize, spareIm: usize): void {
    let n = this.length
    let s = this.side
    let inSpare = false
    while (n > 1) {
      const radix = n % 4 == 0 ? 4 : n % 3 == 0 ? 3 : 2
      if (inSpare) this.step(radix, n, s, spareRe, spareIm, re, im)
      else this.step(radix, n, s, re, im, spareRe, spareIm)
      n /= radix
      s *= radix
      inSpare = !inSpare
    }
    if (!inSpare) return
    memory.copy(re, spareRe, 4 * this.length * this.side)
    memory.copy(im, spareIm, 4 * this.length * this.side)
  }

  private step(radix: i32, n: i32, s: i32, xr: usize, xi: usize, yr: usize, yi: usize): void {
    const m = n / radix
    const far = 4 * s * m
    for (let p = 0; p < m; p++) {
      const from = 4 * s * p
      const to = 4 * s * radix * p
      const turn = p * (this.length / n)
      if (radix == 2) this.radix2(xr + from, xi + from, yr + to, yi + to, far, 4 * s, turn)
      else if (radix == 3) this.radix3(xr + from, xi + from, yr + to, yi + to, far, 4 * s, turn)
      else this.radix4(xr + from, xi + from, yr + to, yi + to, far, 4 * s, turn)
    }
  }

  private cos(turn: i32): v128 {
    return f32x4.splat(load<f32>(this.turns + 8 * turn))
  }

  private sin(turn: i32): v128 {
    return f32x4.splat(load<f32>(this.turns + 8 * turn, 4))
  }

  private radix2(xr: usize, xi: usize, yr: usize, yi: usize, far: i32, s: i32, turn: i32): void {
    const c = this.cos(turn)
    const d = this.sin(turn)
    for (let q = 0; q < s; q += 16) {
      const ar = v128.load(xr + q)
      const ai = v128.load(xi + q)
      const br = v128.load(xr + q + far)
      const bi = v128.load(xi + q + far)
      v128.store(yr + q, f32x4.add(ar, br))
      v128.store(yi + q, f32x4.add(ai, bi))
      turned(f32x4.sub(ar, br), f32x4.sub(ai, bi), c, d, yr + q + s, yi + q + s)
    }
  }

  private radix3(xr: usize, xi: usize, yr: usize, yi: usize, far: i32, s: i32, turn: i32): void {
    const c1 = this.cos(turn)
    const d1 = this.sin(turn)
    const c2 = this.cos(2 * turn)
    const d2 = this.sin(2 * turn)
    const half = f32x4.splat(0.5)
    const root = f32x4.splat(<f32>0.8660254037844386)
    for (let q = 0; q < s; q += 16) {
      const ar = v128.load(xr + q)
      const ai = v128.load(xi + q)
      const br = v128.load(xr + q + far)
      const bi = v128.load(xi + q + far)
      const cr = v128.load(xr + q + 2 * far)
      const ci = v128.load(xi + q + 2 * far)
      const sumR = f32x4.add(br, cr)
      const sumI = f32x4.add(bi, ci)
      const midR = f32x4.sub(ar, f32x4.mul(half, sumR))
      const midI = f32x4.sub(ai, f32x4.mul(half, sumI))
      const turnR = f32x4.mul(root, f32x4.sub(bi, ci))
      const turnI = f32x4.mul(root, f32x4.sub(cr, br))
      v128.store(yr + q, f32x4.add(ar, sumR))
      v128.store(yi + q, f32x4.add(ai, sumI))
      turned(f32x4.add(midR, turnR), f32x4.add(midI, turnI), c1, d1, yr + q + s, yi + q + s)
      turned(f32x4.sub(midR, turnR), f32x4.sub(midI, turnI), c2, d2, yr + q + 2 * s, yi + q + 2 * s)
    }
  }

  private radix4(xr: usize, xi: usize, yr: usize, yi: usize, far: i32, s: i32, turn: i32): void {
    const c1 = this.cos(turn)
    const d1 = this.sin(turn)
    const c2 = this.cos(2 * turn)
    const d2 = this.sin(2 * turn)
    const c3 = this.cos(3 * turn)
    const d3 = this.sin(3 * turn)
    for (let q = 0; q < s; q += 16) {
      const ar = v128.load(xr + q)
      const ai = v128.load(xi + q)
      const br = v128.load(xr + q + far)
      const bi = v128.load(xi + q + far)
      const cr = v128.load(xr + q + 2 * far)
      const ci = v128.load(xi + q + 2 * far)
      const dr = v128.load(xr + q + 3 * far)
      const di = v128.load(xi + q + 3 * far)
      const evenR = f32x4.add(ar, cr)
      const evenI = f32x4.add(ai, ci)
      const oddR = f32x4.add(br, dr)
      const oddI = f32x4.add(bi, di)
      const acR = f32x4.sub(ar, cr)
      const acI = f32x4.sub(ai, ci)
      const bdR = f32x4.sub(bi, di)
      const bdI = f32x4.sub(dr, br)
      v128.store(yr + q, f32x4.add(evenR, oddR))
      v128.store(yi + q, f32x4.add(evenI, oddI))
      turned(f32x4.add(acR, bdR), f32x4.add(acI, bdI), c1, d1, yr + q + s, yi + q + s)
      turned(f32x4.sub(evenR, oddR), f32x4.sub(evenI, oddI), c2, d2, yr + q + 2 * s, yi + q + 2 * s)
      turned(f32x4.sub(acR, bdR), f32x4.sub(acI, bdI), c3, d3, yr + q + 3 * s, yi + q + 3 * s)
    }
  }
}

/** Stores a complex number times c + i d. */
function turned(r: v128, i: v128, c: v128, d: v128, toR: usize, toI: usize): void {
  v128.store(toR, f32x4.sub(f32x4.mul(r, c), f32x4.mul(i, d)))
  v128.store(toI, f32x4.add(f32x4.mul(r, d), f32x4.mul(i, c)))
}

/**
 * Fourier transforms of volumes of one size, in place, not divided by their length; x runs fastest, and nx is a multiple
 * of 4. Lengths are products of twos and threes. For the inverse exchange re and im, and divide.
 */
export class Fft3 {
  private spareRe: usize
  private spareIm: usize
  private alongX: Lines
  private alongY: Lines
  private alongZ: Lines
  private fourRe: usize
  private fourIm: usize

  constructor(
    private nx: i32,
    private ny: i32,
    private nz: i32,
  ) {
    const length = nx * ny * nz
    this.spareRe = reserve(4 * length)
    this.spareIm = reserve(4 * length)
    this.fourRe = reserve(16 * nx)
    this.fourIm = reserve(16 * nx)
    this.alongX = new Lines(nx, 4)
    this.alongY = new Lines(ny, nx)
    this.alongZ = new Lines(nz, nx * ny)
  }

  transform(re: usize, im: usize): void {
    const plane = 4 * this.nx * this.ny
    const rows = this.ny * this.nz
    for (let row = 0; row < rows; row += 4) {
      turnRows(re, row, rows, this.nx, this.fourRe, false)
      turnRows(im, row, rows, this.nx, this.fourIm, false)
      this.alongX.transform(this.fourRe, this.fourIm, this.spareRe, this.spareIm)
      turnRows(re, row, rows, this.nx, this.fourRe, true)
      turnRows(im, row, rows, this.nx, this.fourIm, true)
    }
    for (let z = 0; z < this.nz; z++) this.alongY.transform(re + plane * z, im + plane * z, this.spareRe, this.spareIm)
    this.alongZ.transform(re, im, this.spareRe, this.spareIm)
  }
}

/** Four rows of a volume side by side, or back; the last row stands for rows beyond the end. */
function turnRows(volume: usize, row: i32, rows: i32, nx: i32, four: usize, isBack: bool): void {
  const p = volume + 4 * nx * row
  const q = volume + 4 * nx * min(rows - 1, row + 1)
  const r = volume + 4 * nx * min(rows - 1, row + 2)
  const s = volume + 4 * nx * min(rows - 1, row + 3)
  for (let x = 0; x < 4 * nx; x += 16) {
    const at = four + 4 * x
    const a = isBack ? v128.load(at) : v128.load(p + x)
    const b = isBack ? v128.load(at, 16) : v128.load(q + x)
    const c = isBack ? v128.load(at, 32) : v128.load(r + x)
    const d = isBack ? v128.load(at, 48) : v128.load(s + x)
    const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5)
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7)
    const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5)
    const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
    v128.store(isBack ? p + x : at, v128.shuffle<i32>(abLow, cdLow, 0, 1, 4, 5))
    v128.store(isBack ? q + x : at + 16, v128.shuffle<i32>(abLow, cdLow, 2, 3, 6, 7))
    v128.store(isBack ? r + x : at + 32, v128.shuffle<i32>(abHigh, cdHigh, 0, 1, 4, 5))
    v128.store(isBack ? s + x : at + 48, v128.shuffle<i32>(abHigh, cdHigh, 2, 3, 6, 7))
  }
}
