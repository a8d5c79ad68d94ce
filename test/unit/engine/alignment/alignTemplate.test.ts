import { beforeAll, describe, expect, it } from 'vitest'
import { makeAlignmentTemplate, type AlignmentTemplate } from '../../../../src/engine/alignment/alignmentTemplate.js'
import { alignScan, type ScanAlignment } from '../../../../src/engine/alignment/alignScan.js'
import { LEAST_EDGES, LEAST_TISSUE } from '../../../../src/engine/alignment/alignTemplate.js'
import { deformPoint } from '../../../../src/engine/alignment/deformation.js'
import { moveExtremePoints, movePoint } from '../../../../src/engine/alignment/movePoints.js'
import { prepareScan } from '../../../../src/engine/alignment/prepareScan.js'
import { maskOfPoints, templateMasks } from '../../../../src/engine/alignment/templateMasks.js'
import { turnScan } from '../../../../src/engine/alignment/turnScan.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { EXTREME_SIDES, mapSides } from '../../../../src/shared/geometry/points.js'
import { bodyAsVolume, bodyOnGrid, NAMES } from './syntheticBody.js'

const SIZE = [52, 38, 54] as const
const UPRIGHT: Affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]

function templateOfBody(): AlignmentTemplate {
  const { scan, labels } = bodyAsVolume(SIZE, UPRIGHT, (p) => p)
  return makeAlignmentTemplate({ id: 'body', scan: prepareScan(scan), masks: templateMasks(labels, NAMES) }, [9, 6])
}

function expectBox(
  found: ScanAlignment,
  name: string,
  min: readonly number[],
  max: readonly number[],
  withinMm: number,
): void {
  const structure = found.structures.find((each) => each.name === name)
  expect(structure?.status).toBe('found')
  const box = structure?.boxMm
  ;[0, 1, 2].forEach((axis) => {
    expect(Math.abs((box?.min[axis] ?? NaN) - min[axis])).toBeLessThan(withinMm)
    expect(Math.abs((box?.max[axis] ?? NaN) - max[axis])).toBeLessThan(withinMm)
  })
}

describe('aligning a template', () => {
  let template: AlignmentTemplate
  beforeAll(() => {
    template = templateOfBody()
  })

  it('finds the same scan in its own place', async () => {
    const found = await alignScan(
      bodyOnGrid(SIZE, [0, 0, 0], (p) => p),
      [template],
    )
    expect(found.templates[0].edges).toBeGreaterThan(0.95)
    expectBox(found, 'Liver', [66.6, 36.5, 28], [131.4, 87.5, 62], 4)
    expectBox(found, 'RightLung', [86, 30, 65], [130, 86, 145], 4)
    expect(found.structures.find(({ name }) => name === 'Liver')?.inside).toBeGreaterThan(0.97)
  })

  it('follows a shift and a scale', async () => {
    const found = await alignScan(
      bodyOnGrid([56, 42, 58], [200, -80, 40], ([x, y, z]) => [(x - 203) / 1.08, (y + 77) / 1.08, (z - 43) / 1.08]),
      [template],
    )
    expectBox(
      found,
      'Liver',
      [203 + 1.08 * 66.6, -77 + 1.08 * 36.5, 43 + 1.08 * 28],
      [203 + 1.08 * 131.4, -77 + 1.08 * 87.5, 43 + 1.08 * 62],
      5,
    )
    const { deformation } = found.templates[0]
    const back = movePoint(deformation, [100, 60, 60])
    expect(back.offMm).toBeLessThan(0.1)
    deformPoint(deformation, back.pointMm).forEach((mm, axis) => {
      expect(mm).toBeCloseTo([100, 60, 60][axis], 0)
    })
    // A set that has points only: they move with the body, whatever the number of templates.
    const alignment = found.templates[0]
    const moved = moveExtremePoints([
      { alignment, points: mapSides(() => [100, 60, 60] as const) },
      { alignment, points: mapSides(() => [100, 60, 60] as const) },
    ])
    for (const side of EXTREME_SIDES) expect(moved[side]).toEqual(back.pointMm)
  })

  it('does not depend on how a scan is stored: reversed, anisotropic, oblique', async () => {
    const [c, s] = [Math.cos(0.12), Math.sin(0.12)]
    const affine: Affine = [-2 * c, 3 * s, 0, 150, 2 * s, 3 * c, 0, -8, 0, 0, 5, 0, 0, 0, 0, 1]
    const { scan } = bodyAsVolume([78, 42, 33], affine, (p) => p)
    const found = await alignScan(prepareScan(scan), [template])
    expectBox(found, 'Liver', [66.6, 36.5, 28], [131.4, 87.5, 62], 6)
  })

  it('reports what the field of view cuts, and how much is inside', async () => {
    const found = await alignScan(
      bodyOnGrid([52, 38, 37], [0, 0, 45], (p) => p),
      [template],
    )
    const liver = found.structures.find(({ name }) => name === 'Liver')
    expect(liver?.inside).toBeGreaterThan(0.3)
    expect(liver?.inside).toBeLessThan(0.75)
  })

  it('claims nothing in a mirrored scan, nor in one that shows something else', async () => {
    const mirrored = await alignScan(
      turnScan(
        bodyOnGrid(SIZE, [0, 0, 0], (p) => p),
        'right-left',
      ),
      [template],
    )
    expect(mirrored.structures.every(({ status }) => status === 'not-found')).toBe(true)
    expect(mirrored.structures[0].reason).toContain('right-left')
    const noise = bodyOnGrid(SIZE, [0, 0, 0], ([x, y, z]) => [75, 55 + ((x * 7 + y * 13 + z * 5) % 23), 80])
    const other = await alignScan(noise, [template])
    expect(other.structures.every(({ status }) => status === 'not-found')).toBe(true)
  })

  it('claims nothing where edges are alike and tissue is not', async () => {
    const scan = bodyOnGrid(SIZE, [0, 0, 0], (p) => p)
    // All but air and lung becomes bone; edges stay where they are.
    const other = { ...scan, data: scan.data.map((hu) => (hu > -300 ? hu + 220 : hu)) }
    const found = await alignScan(other, [template])
    expect(found.templates[0].edges).toBeGreaterThan(LEAST_EDGES)
    expect(found.templates[0].tissue).toBeLessThan(LEAST_TISSUE)
    expect(found.structures.filter(({ status }) => status === 'found')).toEqual([])
  })

  it('finds by their points alone structures that nobody has drawn, and has no mask of them', async () => {
    const points = mapSides((side) => {
      const at = { inferior: [98, 62, 28], superior: [98, 62, 62], posterior: [98, 37, 45] } as const
      const others = { anterior: [98, 87, 45], right: [66, 62, 45], left: [131, 62, 45] } as const
      return { ...at, ...others }[side]
    })
    const { scan } = bodyAsVolume(SIZE, UPRIGHT, (p) => p)
    const marked = makeAlignmentTemplate(
      { id: 'marked', scan: prepareScan(scan), masks: [maskOfPoints('Liver', points)] },
      [9, 6],
    )
    const moved = bodyOnGrid(SIZE, [12, 0, -9], (p) => p)
    const alone = await alignScan(moved, [marked])
    expectBox(alone, 'Liver', [66, 37, 28], [131, 87, 62], 5)
    expect(alone.structures[0].drawn).toBe(false)
    // Beside a template where it is drawn, that one alone says where it is.
    const both = await alignScan(moved, [marked, template])
    const liver = both.structures.find(({ name }) => name === 'Liver')
    expect([liver?.drawn, liver?.votes]).toEqual([true, 1])
  })

  it('deforms the templates that fit best, not all', async () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ ...template, id: `t${i}` }))
    const found = await alignScan(
      bodyOnGrid(SIZE, [0, 0, 0], (p) => p),
      many,
    )
    expect(found.templates).toHaveLength(5)
  })

  it('stops when it is cancelled', async () => {
    const abort = new AbortController()
    const aligning = alignScan(
      bodyOnGrid(SIZE, [0, 0, 0], (p) => p),
      [template, template],
      {
        signal: abort.signal,
        onProgress: () => {
          abort.abort(new Error('enough'))
        },
      },
    )
    await expect(aligning).rejects.toThrow('enough')
  })
})
