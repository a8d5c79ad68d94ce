import { describe, expect, it } from 'vitest'
import {
  describingNames,
  freeOutputName,
  isLabelMapName,
  labelMapsBeside,
  markupsName,
  outputName,
  ownNamedLabelMaps,
} from '../../../../src/host/editor/labelMapFiles.js'
import { parseLabelTable } from '../../../../src/host/editor/labelTable.js'

describe('names of scans', () => {
  it('tell label maps from scans', () => {
    expect(['a_seg.nii.gz', 'a_dseg.nii', 'a-labels.nrrd', 'seg.mha', 'a_seg_2.nii.gz'].map(isLabelMapName)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ])
    expect(['a_ct.nii.gz', 'segovia.nii.gz', 'a_seg.txt', 'unmasked.nii'].map(isLabelMapName)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('find the label maps of a scan, closest name first', () => {
    const folder = [
      'p1_ct.nii.gz',
      'p1_seg.nii.gz',
      'p1_ct_dseg.nii.gz',
      'p1_ct_2_dseg.nii.gz',
      'p12_seg.nii.gz',
      'p2_ct_dseg.nii.gz',
      'p1_ct_dseg.json',
    ]
    expect(labelMapsBeside('p1_ct.nii.gz', folder)).toEqual([
      'p1_ct_dseg.nii.gz',
      'p1_ct_2_dseg.nii.gz',
      'p1_seg.nii.gz',
    ])
    const many = ['a_10_dseg.nii.gz', 'a_9_dseg.nii.gz', 'a_mine_dseg.nii.gz', 'a_seg_3.nii.gz', 'a_dseg.nii.gz']
    expect(labelMapsBeside('a.nii.gz', many)).toEqual([
      'a_dseg.nii.gz',
      'a_10_dseg.nii.gz',
      'a_9_dseg.nii.gz',
      'a_seg_3.nii.gz',
      'a_mine_dseg.nii.gz',
    ])
  })

  it('leave the label maps of another scan to it, though its name begins the same', () => {
    const folder = [
      'P1.nii.gz',
      'P1_followup.nii.gz',
      'P1_seg.nii.gz',
      'P1_followup_dseg.nii.gz',
      'case_1_ct.nii.gz',
      'case_1_2_ct.nii.gz',
      'case_1_2_ct_dseg.nii.gz',
      'case_1_2_seg.nii.gz',
    ]
    expect(labelMapsBeside('P1.nii.gz', folder)).toEqual(['P1_seg.nii.gz'])
    expect(labelMapsBeside('P1_followup.nii.gz', folder)).toEqual(['P1_followup_dseg.nii.gz'])
    expect(labelMapsBeside('case_1_ct.nii.gz', folder)).toEqual([])
    expect(labelMapsBeside('case_1_2_ct.nii.gz', folder)).toEqual(['case_1_2_ct_dseg.nii.gz', 'case_1_2_seg.nii.gz'])
    expect(labelMapsBeside('P1.nii', ['P1.nii', 'P1.nii.gz', 'P1_seg.nii.gz'])).toEqual(['P1_seg.nii.gz'])
  })

  it('give a further output a number that belongs to no other scan', () => {
    expect(freeOutputName('ct.nii.gz', ['ct.nii.gz', 'ct_dseg.nii.gz'])).toBe('ct_2_dseg.nii.gz')
    expect(freeOutputName('ct.nii.gz', ['ct.nii.gz', 'ct_2.nii.gz', 'ct_dseg.nii.gz', 'ct_3_dseg.nii.gz'])).toBe(
      'ct_4_dseg.nii.gz',
    )
  })

  it('leave label maps that people named to their sidecars', () => {
    expect(
      ownNamedLabelMaps([
        'p1_ct.nii.gz',
        'P2.nrrd',
        'p1_seg.nii.gz',
        'p1_ct_2_dseg.nii.gz',
        'p2-labels.nrrd',
        'mine_dseg.nii.gz',
        'p12_seg.nii.gz',
        'mine_dseg.json',
      ]),
    ).toEqual(['mine_dseg.nii.gz', 'p12_seg.nii.gz'])
  })

  it('give outputs and points their names', () => {
    expect(outputName('p1_ct.nii.gz', 1)).toBe('p1_ct_dseg.nii.gz')
    expect(outputName('p1_ct.nrrd', 3)).toBe('p1_ct_3_dseg.nii.gz')
    expect(markupsName('p1_ct.nii.gz')).toBe('p1_ct.mrk.json')
    expect(describingNames('p1_dseg.nii.gz')).toEqual({
      sidecar: 'p1_dseg.json',
      tables: ['p1_dseg.tsv', 'p1_dseg_dseg.tsv'],
    })
  })
})

describe('a table of label names', () => {
  it('is read whatever the order of its columns', () => {
    expect(parseLabelTable('color\tname\tindex\n#112233\tLarynx\t6\n')).toEqual([
      { name: 'Larynx', labelValue: 6, color: '#112233' },
    ])
  })

  it('leaves out rows that make no sense and fills in colours', () => {
    expect(parseLabelTable('index\tname\n0\tBackground\nx\tY\n2\tMandible\n')).toEqual([
      { name: 'Mandible', labelValue: 2, color: '#fffac8' },
    ])
  })

  it('is empty without the columns it needs', () => {
    expect(parseLabelTable('')).toEqual([])
    expect(parseLabelTable('id\tlabel\n1\tA\n')).toEqual([])
  })
})
