import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXTREME_SIDES, SIDE_AXIS } from '../../../../src/shared/geometry/points.js'
import { extremePointsOfLabels } from '../../../../src/engine/labels/extremePoints.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'

const templates = path.resolve(import.meta.dirname, '../../../../../shared/data/hn7/templates')
const missing = existsSync(templates) ? null : `no real scans at ../shared/data/hn7/templates`

describe.skipIf(missing !== null)(`Real head-and-neck scans${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  const scans = missing === null ? readdirSync(templates).filter((name) => name.endsWith('_ct.nii.gz')) : []

  test.each(scans)('%s is read, and its organs lie where organs lie', async (name) => {
    const scan = await readScan(path.join(templates, name))
    expect(scan.data).toBeInstanceOf(Int16Array)
    const labels = await readLabelMap(path.join(templates, name.replace('_ct', '_seg')))
    expect([labels.size, labels.affine]).toEqual([scan.size, scan.affine])
    const organs = extremePointsOfLabels(labels, { maxParts: 6 })
    const at = (labelValue: number): (typeof organs)[number]['points'] => {
      const organ = organs.find((o) => o.labelValue === labelValue)
      if (organ === undefined) throw new Error(`label ${labelValue} is missing`)
      return organ.points
    }
    for (const { points } of organs) {
      for (const { side, axis, sign } of EXTREME_SIDES.map((s) => ({ side: s, ...SIDE_AXIS[s] }))) {
        for (const other of EXTREME_SIDES)
          expect(sign * points[side][axis]).toBeGreaterThanOrEqual(sign * points[other][axis])
      }
    }
    const [brainstem, cord, right, left, esophagus, mandible] = [1, 2, 3, 4, 5, 7].map(at)
    expect(left.right[0]).toBeLessThan(right.left[0])
    expect(brainstem.inferior[2]).toBeGreaterThan(cord.inferior[2])
    expect(mandible.inferior[2]).toBeGreaterThan(esophagus.superior[2])
    expect(mandible.anterior[1]).toBeGreaterThan(brainstem.anterior[1])
  })
})
