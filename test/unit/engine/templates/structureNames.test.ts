import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readStructureNames } from '../../../../src/engine/templates/structureNames.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)

describe('structure names', () => {
  it('come from JSON with or without the outer "labels", from nnU-Net\'s dataset.json, and from a dseg.tsv', async () => {
    await writeFile(at('n1.json'), '{"labels": {"2": "Heart", "1": "Lung", "0": "background"}}')
    await writeFile(at('n2.json'), '{"2": "Heart", "1": "Lung"}')
    await writeFile(at('n3.tsv'), 'index\tname\tcolor\n1\tLung\t#123456\n2\tHeart\tnonsense\n')
    await writeFile(at('dataset.json'), '{"labels": {"background": 0, "Lung": 1, "Heart": 2}}')
    const expected = [
      { name: 'Lung', labelValue: 1 },
      { name: 'Heart', labelValue: 2 },
    ]
    for (const file of ['n1.json', 'n2.json', 'n3.tsv', 'dataset.json']) {
      expect((await readStructureNames(at(file))).map(({ name, labelValue }) => ({ name, labelValue }))).toEqual(
        expected,
      )
    }
    expect((await readStructureNames(at('n3.tsv')))[0].color).toBe('#123456')
  })

  it('are refused where two values have one name, one value has two, or a name is a region, all named', async () => {
    const cases = {
      'same.json': ['{"labels": {"1": "Kidney", "2": "Kidney"}}', /"Kidney" for two label values, 1 and 2/],
      'spaces.json': ['{"labels": {"1": " Kidney", "2": "Kidney "}}', /"Kidney" for two label values, 1 and 2/],
      'same.tsv': ['index\tname\n4\tKidney\n7\tKidney\n', /"Kidney" for two label values, 4 and 7/],
      'double.json': ['{"labels": {"Kidney": 1, "Spleen": 1}}', /value 1, "Kidney" and "Spleen"/],
      'region.json': ['{"labels": {"background": 0, "whole": [1, 2], "core": 2}}', /"whole" several values.*nnU-Net/],
    } as const
    for (const [name, [text, message]] of Object.entries(cases)) {
      await writeFile(at(name), text)
      await expect(readStructureNames(at(name))).rejects.toMatchObject({
        kind: 'template',
        message: expect.stringMatching(message) as string,
      })
    }
  })

  it('are read with a byte order mark', async () => {
    await writeFile(at('mark.json'), '\uFEFF{"labels": {"1": "Larynx"}}')
    await writeFile(at('mark.tsv'), Buffer.from('\uFEFFindex\tname\n1\tLarynx\n', 'utf16le'))
    for (const file of ['mark.json', 'mark.tsv'])
      expect(await readStructureNames(at(file))).toMatchObject([{ name: 'Larynx', labelValue: 1 }])
  })

  it.each([
    ['bad.json', 'nonsense'],
    ['bad2.json', '{"labels": {"x": "y"}}'],
    ['bad.tsv', 'a\tb\n1\t2'],
  ])('are refused in %s with the file named', async (file, text) => {
    await writeFile(at(file), text)
    await expect(readStructureNames(at(file))).rejects.toMatchObject({
      kind: 'template',
      message: expect.stringContaining(file),
    })
  })
})
