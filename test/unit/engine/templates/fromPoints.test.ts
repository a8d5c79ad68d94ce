import { writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { templateFromPoints } from '../../../../src/engine/templates/fromPoints.js'
import { templateScans } from '../../../support/templateScans.js'

const { at, writePair } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
})

describe('a template of points', () => {
  it('takes points given by hand', async () => {
    const points = {
      left: [1, 2, 3],
      right: [4, 5, 6],
      anterior: [1, 1, 1],
      posterior: [0, 0, 0],
      superior: [9, 9, 9],
      inferior: [8, 8, 8],
    }
    await writeFile(at('points.json'), JSON.stringify({ Node: points }))
    const { scan, structures } = await templateFromPoints(at('s.json'), at('a_ct.nii.gz'), at('points.json'), [])
    expect(structures[0]).toMatchObject({ name: 'Node', labelValue: 1 })
    expect(scan.structures['Node'].points).toEqual(points)
    await writeFile(at('points.json'), JSON.stringify({ Node: { left: [1, 2] } }))
    await expect(templateFromPoints(at('s.json'), at('a_ct.nii.gz'), at('points.json'), [])).rejects.toMatchObject({
      kind: 'template',
    })
  })
})
