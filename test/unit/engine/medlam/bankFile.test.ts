import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXTREME_SIDES, mapSides } from '../../../../src/shared/geometry/points.js'
import type { BankPoints, TemplateBank } from '../../../../src/engine/medlam/templateBank.js'
import { readBank, roundBank, serialiseBank, writeBank } from '../../../../src/engine/medlam/bankFile.js'
import { latentOf } from '../../../../src/engine/medlam/salFrame.js'
import type { OrganPrior } from '../../../../src/shared/organPrior.js'
import { tempFolder } from '../../../support/tempFolder.js'

const points = (seed: number): BankPoints =>
  mapSides((side) => {
    const i = EXTREME_SIDES.indexOf(side)
    return {
      pointMm: [seed, i, -1.25],
      latent: latentOf(0.1 + seed, 1 / 3, -2e-7),
      descriptors: [Float32Array.from({ length: 5 }, (_, k) => Math.sin(seed + i + k))],
    }
  })

const prior: OrganPrior = {
  cover: Uint8Array.from({ length: 16 * 16 * 12 }, (_, i) => i % 6),
  organHu: Uint16Array.from({ length: 40 }, (_, i) => 10 * i),
  surroundingsHu: new Uint16Array(40).fill(250),
}

const bank: TemplateBank = {
  name: 'test',
  modelId: 'm',
  modelHash: 'h',
  credit: 'nobody',
  calibrations: new Map([
    ['A', { shiftMm: [0, -1, 2, 0, 3, 0], errorMm: [1, 2, 3, 4, 5, 6], similarity: [0.5, 0.5, 0.5, 0.5, 0.5, 0.5] }],
  ]),
  reliability: [{ confidence: 0.5, withinShare: 0.25, boxes: 40 }],
  structures: [{ name: 'A', labelValue: 1, color: '#112233' }],
  templates: [
    {
      id: 't',
      sha256: 's',
      structures: new Map([['A', { points: points(1), parts: [points(2)], onePiece: true, prior }]]),
      alignment: null,
    },
  ],
}

describe('template bank files', () => {
  it('keep latents exactly and descriptors to half precision', async () => {
    const file = path.join(tempFolder(), 'bank.msgpack')
    await writeBank(file, bank)
    const read = await readBank(file)
    expect(read).toEqual(roundBank(bank))
    const before = bank.templates[0].structures.get('A')
    const after = read.templates[0].structures.get('A')
    expect(after?.points.left.latent).toEqual(before?.points.left.latent)
    expect(after?.parts[0].right.pointMm).toEqual(before?.parts[0].right.pointMm)
    expect(after?.prior).toEqual(prior)
    before?.points.left.descriptors[0].forEach((value, i) => {
      expect(after?.points.left.descriptors[0][i]).toBeCloseTo(value, 3)
    })
  })

  it('have the same bytes for the same bank, and rounding twice changes nothing', () => {
    expect(serialiseBank(roundBank(bank))).toEqual(serialiseBank(bank))
  })

  it.each([
    ['a missing file', null],
    ['random bytes', Buffer.from('c1c1c1c1', 'hex')],
    ['another MessagePack document', Buffer.from('81a161c0', 'hex')],
    ['a file cut short', Buffer.from(serialiseBank(bank)).subarray(0, 200)],
  ])('refuse %s with one sentence that names the file', async (_, bytes) => {
    const file = path.join(tempFolder(), 'bad.msgpack')
    if (bytes !== null) await writeFile(file, bytes)
    await expect(readBank(file)).rejects.toMatchObject({ kind: 'template', message: expect.stringContaining(file) })
  })
})
