import { cellCount, gridBox, gridOver, perAxis, type ChannelGrid, type Grid, type GridVolume } from './grid.js'

/** Upper ends in HU of the tissue classes: air, lung, fat edge, fat, soft tissue, contrast and spongy bone, bone. */
export const CLASS_TOPS_HU = [-950, -500, -150, -30, 120, 300, Infinity] as const
/** Channels of a tissue grid: the seven classes, then the body. */
export const TISSUE_CHANNELS = 8
/** The channel of the body. */
export const BODY_CHANNEL = 7
/** What counts as body, in HU. */
const BODY_HU = -400
/** Cells with less body than this are margin, in 1 / 255. */
const BODY_CELL = 64
/** The share of a whole cell in its byte. */
export const WHOLE = 255

/** The class of each HU from -1024 to 1023, and the ends beyond. */
const CLASS_OF_HU = Uint8Array.from({ length: 2048 }, (_, i) => CLASS_TOPS_HU.findIndex((top) => i - 1024 < top))

/** Which tissue each cell of a scan is. */
export interface TissueCodes extends Grid {
  /** The class, and {@link BODY_CODE} more where it is body. */
  readonly codes: Uint8Array
}

const BODY_CODE = 8

/** The code of each HU from -1024 to 1023. */
const CODE_OF_HU = CLASS_OF_HU.map((code, i) => (i - 1024 > BODY_HU ? code + BODY_CODE : code))

/** Looks up which tissue each cell of a scan is, once for all grids of shares. */
export function tissueCodes({ data, size, originMm, spacingMm }: GridVolume): TissueCodes {
  const codes = new Uint8Array(data.length)
  for (let i = 0; i < data.length; i++) {
    const at = data[i] + 1024
    codes[i] = CODE_OF_HU[at < 0 ? 0 : at > 2047 ? 2047 : at]
  }
  return { size, originMm, spacingMm, codes }
}

/**
 * Shares of tissue classes and body in the cells of a coarse grid over a scan.
 * @param cellMm side of a cell in mm
 * @returns eight bytes per cell, 255 for a cell filled by the class; cells outside the scan are 0 in all
 */
export function tissueShares(scan: TissueCodes, cellMm: number): ChannelGrid {
  const grid = gridOver(gridBox(scan), cellMm)
  const [nx, ny, nz] = scan.size
  const cells = cellCount(grid)
  // Of each cell how often each code occurs.
  const counts = new Uint16Array(cells * 2 * BODY_CODE)
  const cellOf = (n: number): Int32Array =>
    Int32Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * scan.spacingMm) / cellMm))
  const [cx, cy, cz] = [cellOf(nx).map((cell) => cell * 2 * BODY_CODE), cellOf(ny), cellOf(nz)]
  for (let z = 0, at = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = grid.size[0] * (cy[y] + grid.size[1] * cz[z]) * 2 * BODY_CODE
      for (let x = 0; x < nx; x++, at++) counts[row + cx[x] + scan.codes[at]]++
    }
  }
  const nominal = (cellMm / scan.spacingMm) ** 3
  const data = new Uint8Array(cells * TISSUE_CHANNELS)
  for (let cell = 0; cell < cells; cell++) {
    const own = cell * 2 * BODY_CODE
    let [airy, body] = [0, 0]
    for (let c = own; c < own + BODY_CODE; c++) {
      airy += counts[c]
      body += counts[c + BODY_CODE]
    }
    const unit = WHOLE / Math.max(airy + body, nominal / 2)
    for (let c = 0, at = cell * TISSUE_CHANNELS; c < BODY_CHANNEL; c++, at++)
      data[at] = Math.round(unit * (counts[own + c] + counts[own + c + BODY_CODE]))
    data[cell * TISSUE_CHANNELS + BODY_CHANNEL] = Math.round(unit * body)
  }
  return { ...grid, channels: TISSUE_CHANNELS, data }
}

/** The part of a tissue grid that holds body; the whole grid where there is none. */
export function cropToBody(tissue: ChannelGrid): ChannelGrid {
  const [nx, ny, nz] = tissue.size
  const low = [nx, ny, nz]
  const high = [-1, -1, -1]
  for (let z = 0, at = BODY_CHANNEL; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += TISSUE_CHANNELS) {
        if (tissue.data[at] < BODY_CELL) continue
        const cell = [x, y, z]
        for (let axis = 0; axis < 3; axis++) {
          low[axis] = Math.min(low[axis], cell[axis])
          high[axis] = Math.max(high[axis], cell[axis])
        }
      }
    }
  }
  if (high[0] < 0) return tissue
  const size = perAxis((axis) => high[axis] - low[axis] + 1)
  const data = new Uint8Array(size[0] * size[1] * size[2] * TISSUE_CHANNELS)
  const row = size[0] * TISSUE_CHANNELS
  for (let z = 0, to = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++, to += row) {
      const from = TISSUE_CHANNELS * (low[0] + nx * (low[1] + y + ny * (low[2] + z)))
      data.set(tissue.data.subarray(from, from + row), to)
    }
  }
  const originMm = perAxis((axis) => tissue.originMm[axis] + low[axis] * tissue.spacingMm)
  return { ...tissue, size, originMm, data }
}
