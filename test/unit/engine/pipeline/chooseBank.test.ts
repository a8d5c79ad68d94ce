import { describe, expect, it } from 'vitest'
import { makeAlignmentTemplate } from '../../../../src/engine/alignment/alignmentTemplate.js'
import type { TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { chooseBank } from '../../../../src/engine/pipeline/chooseBank.js'
import { joinBanks } from '../../../../src/engine/templates/builtInBanks.js'
import type { Affine } from '../../../../src/shared/geometry/affine.js'
import { bodyAsVolume, bodyOnGrid, type ToBody } from '../alignment/syntheticBody.js'

const SIZE = [40, 32, 36] as const
const UPRIGHT: Affine = [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]
const asIs: ToBody = (p) => p
/** Another body: front and head have changed places, and it is thinner. */
const other: ToBody = ([x, y, z]) => [x * 1.4, z * 0.9, y * 1.6]

function bank(name: string, toBody: ToBody, labelValue: number): TemplateBank {
  const scan = bodyOnGrid(SIZE, [0, 0, 0], toBody)
  return {
    name,
    modelId: 'm',
    modelHash: 'h',
    credit: `${name} by us.`,
    calibrations: new Map(),
    reliability: [],
    structures: [{ name: `${name} organ`, labelValue, color: '#000000' }],
    templates: [
      {
        id: name,
        sha256: name,
        structures: new Map(),
        alignment: makeAlignmentTemplate({ id: name, scan, masks: [] }, [9, 6]),
      },
    ],
  }
}

describe('the built-in bank that fits', () => {
  const [upright, turned] = [bank('upright', asIs, 1), bank('turned', other, 2)]

  it.each([
    ['upright', asIs],
    ['turned', other],
  ] as const)('is %s for a scan of its kind, whatever the order', async (name, toBody) => {
    const { scan } = bodyAsVolume(SIZE, UPRIGHT, toBody)
    for (const banks of [
      [upright, turned],
      [turned, upright],
    ])
      expect((await chooseBank(scan, banks, { threads: 1 })).name).toBe(name)
  })

  it('is asked for under one name that has the structures and credits of all', () => {
    const joined = joinBanks([upright, turned])
    expect(joined.structures.map(({ labelValue }) => labelValue)).toEqual([1, 2])
    expect(joined.templates.map(({ id }) => id)).toEqual(['upright', 'turned'])
    expect(joined.credit).toBe('upright by us. turned by us.')
  })
})
