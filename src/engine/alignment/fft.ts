/** Complex numbers, real and imaginary parts apart. */
export interface ComplexArray {
  readonly re: Float32Array
  readonly im: Float32Array
}

/** The smallest product of twos and threes that is at least `n`: the lengths {@link fft3} can transform. */
export function goodLength(n: number): number {
  let best = Infinity
  for (let threes = 1; threes < 3 * n; threes *= 3) {
    let length = threes
    while (length < n) length *= 2
    best = Math.min(best, length)
  }
  return best
}

interface Lines {
  /** Numbers along the transformed axis. */
  readonly length: number
  /** Lines that lie side by side, the number of one next to that of the other. */
  readonly side: number
}

/** One step over sequences of `n` numbers at stride `s`. */
interface Step {
  readonly radix: 2 | 3 | 4
  readonly n: number
  readonly s: number
  readonly offset: number
}

/**
 * One radix-2, -3 or -4 step of Stockham's self-sorting transform (Van Loan, Computational Frameworks for the FFT,
 * 1992): `x` holds sequences of `n` numbers at stride `s`; `y` receives them for the next step.
 */
function step({ radix, n, s, offset }: Step, x: ComplexArray, y: ComplexArray): void {
  const m = n / radix
  const far = s * m
  for (let p = 0; p < m; p++) {
    const place = { from: offset + s * p, far, to: offset + s * radix * p, s, angle: (-2 * Math.PI * p) / n }
    if (radix === 2) butterfly2(x, y, place)
    else if (radix === 3) butterfly3(x, y, place)
    else butterfly4(x, y, place)
  }
}

/** Where a butterfly reads and writes, and how far it turns its results. */
interface ButterflyStage {
  readonly from: number
  /** Distance of the numbers read. */
  readonly far: number
  readonly to: number
  /** Distance of the numbers written, and how many butterflies lie side by side. */
  readonly s: number
  /** Radians that the second result is turned by, the third by twice as much. */
  readonly angle: number
}

function butterfly2(x: ComplexArray, y: ComplexArray, { from, far, to, s, angle }: ButterflyStage): void {
  const [c1, s1] = [Math.cos(angle), Math.sin(angle)]
  const { re: xr, im: xi } = x
  const { re: yr, im: yi } = y
  for (let q = 0; q < s; q++) {
    const i = from + q
    const o = to + q
    const br = xr[i] - xr[i + far]
    const bi = xi[i] - xi[i + far]
    yr[o] = xr[i] + xr[i + far]
    yi[o] = xi[i] + xi[i + far]
    yr[o + s] = br * c1 - bi * s1
    yi[o + s] = br * s1 + bi * c1
  }
}

const HALF_ROOT_3 = Math.sqrt(3) / 2

function butterfly3(x: ComplexArray, y: ComplexArray, { from, far, to, s, angle }: ButterflyStage): void {
  const [c1, s1, c2, s2] = [Math.cos(angle), Math.sin(angle), Math.cos(2 * angle), Math.sin(2 * angle)]
  const { re: xr, im: xi } = x
  const { re: yr, im: yi } = y
  for (let q = 0; q < s; q++) {
    const i = from + q
    const o = to + q
    const sumR = xr[i + far] + xr[i + 2 * far]
    const sumI = xi[i + far] + xi[i + 2 * far]
    const midR = xr[i] - sumR / 2
    const midI = xi[i] - sumI / 2
    const turnR = HALF_ROOT_3 * (xi[i + far] - xi[i + 2 * far])
    const turnI = HALF_ROOT_3 * (xr[i + 2 * far] - xr[i + far])
    yr[o] = xr[i] + sumR
    yi[o] = xi[i] + sumI
    const ar = midR + turnR
    const ai = midI + turnI
    const br = midR - turnR
    const bi = midI - turnI
    yr[o + s] = ar * c1 - ai * s1
    yi[o + s] = ar * s1 + ai * c1
    yr[o + 2 * s] = br * c2 - bi * s2
    yi[o + 2 * s] = br * s2 + bi * c2
  }
}

function butterfly4(x: ComplexArray, y: ComplexArray, { from, far, to, s, angle }: ButterflyStage): void {
  const [c1, s1, c2, s2] = [Math.cos(angle), Math.sin(angle), Math.cos(2 * angle), Math.sin(2 * angle)]
  const [c3, s3] = [Math.cos(3 * angle), Math.sin(3 * angle)]
  const { re: xr, im: xi } = x
  const { re: yr, im: yi } = y
  for (let q = 0; q < s; q++) {
    const i = from + q
    const o = to + q
    const acR = xr[i] + xr[i + 2 * far]
    const acI = xi[i] + xi[i + 2 * far]
    const bdR = xr[i + far] + xr[i + 3 * far]
    const bdI = xi[i + far] + xi[i + 3 * far]
    const aR = xr[i] - xr[i + 2 * far]
    const aI = xi[i] - xi[i + 2 * far]
    const bR = xi[i + far] - xi[i + 3 * far]
    const bI = xr[i + 3 * far] - xr[i + far]
    yr[o] = acR + bdR
    yi[o] = acI + bdI
    const dR = acR - bdR
    const dI = acI - bdI
    const pR = aR + bR
    const pI = aI + bI
    const mR = aR - bR
    const mI = aI - bI
    yr[o + s] = pR * c1 - pI * s1
    yi[o + s] = pR * s1 + pI * c1
    yr[o + 2 * s] = dR * c2 - dI * s2
    yi[o + 2 * s] = dR * s2 + dI * c2
    yr[o + 3 * s] = mR * c3 - mI * s3
    yi[o + 3 * s] = mR * s3 + mI * c3
  }
}

/** Transforms lines in place, using `spare` of the same length. */
function transformLines({ length, side }: Lines, offset: number, data: ComplexArray, spare: ComplexArray): void {
  let [x, y] = [data, spare]
  let n = length
  let s = side
  while (n > 1) {
    const radix = n % 4 === 0 ? 4 : n % 3 === 0 ? 3 : 2
    step({ radix, n, s, offset }, x, y)
    n /= radix
    s *= radix
    ;[x, y] = [y, x]
  }
  if (x === data) return
  const count = length * side
  data.re.set(x.re.subarray(offset, offset + count), offset)
  data.im.set(x.im.subarray(offset, offset + count), offset)
}

/**
 * Fourier transform of a volume in place, not divided by its length; x runs fastest. Lengths are products of twos
 * and threes. For the inverse give `{ re: im, im: re }` and divide.
 */
export function fft3(data: ComplexArray, [nx, ny, nz]: readonly [number, number, number], spare: ComplexArray): void {
  for (let row = 0; row < ny * nz; row++) transformLines({ length: nx, side: 1 }, row * nx, data, spare)
  for (let z = 0; z < nz; z++) transformLines({ length: ny, side: nx }, z * nx * ny, data, spare)
  transformLines({ length: nz, side: nx * ny }, 0, data, spare)
}
