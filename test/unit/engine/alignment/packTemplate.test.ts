import { describe, expect, it } from 'vitest'
import { packedTemplateSchema, packTemplate, unpackTemplate } from '../../../../src/engine/alignment/packTemplate.js'
import { makeAlignmentTemplate, SHARED_DESCRIPTOR_MM } from '../../../../src/engine/alignment/alignmentTemplate.js'
import { templateMasks } from '../../../../src/engine/alignment/templateMasks.js'
import { bodyAsVolume, bodyOnGrid, NAMES } from './syntheticBody.js'

const SIZE = [30, 24, 20] as const
const { labels } = bodyAsVolume(SIZE, [3, 0, 0, 30, 0, 3, 0, 20, 0, 0, 3, 0, 0, 0, 0, 1], (p) => p)
const template = makeAlignmentTemplate(
  { id: 'body', scan: bodyOnGrid(SIZE, [30, 20, 0], (p) => p), masks: templateMasks(labels, NAMES) },
  SHARED_DESCRIPTOR_MM,
)

describe('a packed alignment template', () => {
  it('comes back with its masks as they were and its descriptors to 4 bits', () => {
    const back = unpackTemplate('body', packedTemplateSchema.parse(packTemplate(template)))
    expect(back?.masks).toEqual(template.masks)
    expect(back?.boxMm).toEqual(template.boxMm)
    expect(back?.descriptors.map(({ size, spacingMm }) => [size, spacingMm])).toEqual(
      template.descriptors.map(({ size, spacingMm }) => [[...size], spacingMm]),
    )
    const worst = (back?.descriptors ?? []).flatMap(({ data }, i) =>
      Array.from(data, (value, at) => Math.abs(value - template.descriptors[i].data[at])),
    )
    expect(worst.length).toBeGreaterThan(1000)
    expect(worst.reduce((most, off) => Math.max(most, off), 0)).toBeLessThanOrEqual(8)
  })

  it('is the same when it is packed again', () => {
    const packed = packTemplate(template)
    const back = unpackTemplate('body', packed)
    expect(back === null ? null : packTemplate(back)).toEqual(packed)
  })

  it('is refused when its cells are cut or too many', () => {
    const packed = packTemplate(template)
    const cut = { ...packed.tissue, cells: packed.tissue.cells.subarray(0, 20) }
    expect(unpackTemplate('body', { ...packed, tissue: cut })).toBeNull()
    const [x, y, z] = packed.tissue.size
    expect(unpackTemplate('body', { ...packed, tissue: { ...packed.tissue, size: [x, y, z - 1] } })).toBeNull()
  })
})
