import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { parseItkSnapLabels, parseSlicerColors } from '../../../../src/shared/labelNames/colorTables.js'
import { firstUnpacked } from '../../../../src/shared/labelNames/firstUnpacked.js'
import { headerNames } from '../../../../src/shared/labelNames/headerNames.js'
import { parseJsonNames } from '../../../../src/shared/labelNames/jsonNames.js'
import { findLabelNames, type NamesFiles } from '../../../../src/shared/labelNames/labelNames.js'
import type { Structure } from '../../../../src/shared/structure.js'

const brief = (structures: readonly Structure[] | null): (string | number)[][] | undefined =>
  structures?.map(({ labelValue, name, color }) => [labelValue, name, color])
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

it('reads JSON of the Decathlon, of nnU-Net and plain names, without the background', () => {
  const both = [
    [1, 'Liver'],
    [2, 'Spleen'],
  ]
  for (const text of [
    '{"labels": {"0": "background", "1": "Liver", "2": "Spleen"}, "modality": {"0": "CT"}}',
    '{"labels": {"background": 0, "Spleen": 2, "Liver": 1}, "channel_names": {"0": "CT"}}',
    '{"1": "Liver", "2": "Spleen"}',
  ])
    expect(parseJsonNames(text)?.map(({ labelValue, name }) => [labelValue, name])).toEqual(both)
  expect(parseJsonNames('{"labels": {"whole": [1, 2]}}')).toBeNull()
  expect(parseJsonNames('no JSON')).toBeNull()
})

it('reads the label description of ITK-SNAP', () => {
  const text = [
    '################################################',
    '# ITK-SnAP Label Description File',
    '    0     0    0    0        0  0  0    "Clear Label"',
    '    1   255    0    0        1  1  1    "Left Kidney"',
    '    2     0  255   16      0.5  1  0    "Liver"',
  ].join('\r\n')
  expect(brief(parseItkSnapLabels(text))).toEqual([
    [1, 'Left Kidney', '#ff0000'],
    [2, 'Liver', '#00ff10'],
  ])
  expect(parseItkSnapLabels('just some text\nand more')).toBeNull()
})

it('reads a colour table of 3D Slicer', () => {
  const text =
    '# Color table file\n# 3 values\n0 Background 0 0 0 0\n1 left_lung 128 174 128 255\n5 aorta 216 101 79 255\n'
  expect(brief(parseSlicerColors(text))).toEqual([
    [1, 'left lung', '#80ae80'],
    [5, 'aorta', '#d8654f'],
  ])
})

it('reads the segments of a .seg.nrrd', () => {
  const header = [
    'NRRD0004',
    'type: unsigned char',
    'Segment0_Color:=0.5 0 1',
    'Segment0_LabelValue:=3',
    'Segment0_Name:=Mühle',
    'Segment1_LabelValue:=4',
    'Segment1_Name:=Rib',
    '',
    'Segment2_Name:=voxels that look like a field',
  ].join('\n')
  const [first, second, ...rest] = headerNames(bytes(header))
  expect([first.labelValue, first.name, first.color]).toEqual([3, 'Mühle', '#8000ff'])
  expect([second.labelValue, second.name, rest]).toEqual([4, 'Rib', []])
})

it("reads the label table in a NIfTI header's extension, also in packed files that are cut off", async () => {
  const xml =
    '<?xml version="1.0"?><CaretExtension><VolumeInformation><LabelTable>' +
    '<Label Key="1" Red="1.0" Green="0.5" Blue="0" Alpha="1"><![CDATA[spleen]]></Label>\n' +
    '<Label Key="52" Red="0" Green="0" Blue="1" Alpha="1">a &amp; b</Label>' +
    '</LabelTable></VolumeInformation></CaretExtension>'
  const noise = Uint8Array.from({ length: 50_000 }, (_, at) => (at * 7919) % 251)
  const packed = gzipSync(Buffer.concat([Buffer.alloc(352), Buffer.from(xml), noise]))
  const start = await firstUnpacked(Uint8Array.from(packed.subarray(0, packed.length - 20)), 4096)
  expect(brief(headerNames(start))).toEqual([
    [1, 'spleen', '#ff8000'],
    [52, 'a & b', '#0000ff'],
  ])
  expect(headerNames(new Uint8Array(400))).toEqual([])
})

it('takes a table of its own name first, then the header, then what is about the whole folder', async () => {
  const all: Record<string, string> = {
    'a_seg.tsv': 'index\tname\n1\tOwn\n',
    '../dataset.json': '{"labels": {"Shared": 1}}',
    'labels.json': '{"labels": {}}',
  }
  const header = 'NRRD0004\nSegment0_LabelValue:=1\nSegment0_Name:=Header\n\n'
  const files = (names: readonly string[], start = ''): NamesFiles => ({
    read: (path) => Promise.resolve(names.includes(path) ? bytes(all[path]) : null),
    start: () => (start === '' ? Promise.reject(new Error('gone')) : Promise.resolve(bytes(start))),
  })
  const found = async (...args: Parameters<typeof files>): Promise<unknown> => {
    const names = await findLabelNames('a_seg.nrrd', files(...args))
    return names && [names.structures.map(({ name }) => name).join(), names.from, names.isShared]
  }
  const every = Object.keys(all)
  expect(await found(every, header)).toEqual(['Own', 'a_seg.tsv', false])
  expect(await found(['../dataset.json'], header)).toEqual(['Header', 'a_seg.nrrd', false])
  expect(await found(['labels.json', '../dataset.json'])).toEqual(['Shared', '../dataset.json', true])
  expect(await found([])).toBeNull()
})
