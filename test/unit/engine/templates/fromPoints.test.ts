import { writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { templateFromPoints } from '../../../../src/engine/templates/fromPoints.js'
import { formatMarkups } from '../../../../src/shared/slicerMarkups.js'
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
      message: expect.stringMatching(
        /no point \[x, y, z\] in mm for inferior, .*left of "Node": place all six\.$/,
      ) as string,
    })
  })

  it('takes the points that the scan editor writes', async () => {
    const points = {
      left: [-1, 2, 3],
      right: [4, 5, 6],
      anterior: [1, 1, 1],
      posterior: [0, 0, 0],
      superior: [9, 9, 9],
      inferior: [8, 8, 8],
    } as const
    const structures = [{ name: 'Node', color: '#3cb44b', points }]
    await writeFile(at('a.mrk.json'), `\uFEFF${formatMarkups({ points: { structures }, others: [{ type: 'Line' }] })}`)
    const { scan } = await templateFromPoints(at('s.json'), at('a_ct.nii.gz'), at('a.mrk.json'), [])
    expect(scan.structures['Node'].points).toEqual(points)
    for (const [text, message] of [
      ['nonsense', /is not JSON: name a points file/],
      ['{"markups": []}', /holds no structure/],
      ['{"markups": 7}', /not a 3D Slicer markups file/],
    ] as const) {
      await writeFile(at('bad.mrk.json'), text)
      await expect(templateFromPoints(at('s.json'), at('a_ct.nii.gz'), at('bad.mrk.json'), [])).rejects.toMatchObject({
        kind: 'template',
        message: expect.stringMatching(message) as string,
      })
    }
  })
})
