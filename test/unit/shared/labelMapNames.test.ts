import { describe, expect, it } from 'vitest'
import {
  freeLabelMapName,
  isLabelMapName,
  labelMapNameOf,
  labelMapsBeside,
  labelTableNameOf,
  labelTableNamesOf,
  ownNamedLabelMaps,
  sidecarNameOf,
} from '../../../src/shared/labelMapNames.js'

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

  it('leave the label maps of a folder of slices beside it to that', () => {
    const names = ['pat_dseg.nii.gz', 'pat_2_dseg.nii.gz', 'pat_3_dseg.nii.gz']
    const folders = ['pat', 'pat_2', 'pat_4']
    expect(labelMapsBeside('pat', names, folders)).toEqual(['pat_dseg.nii.gz', 'pat_3_dseg.nii.gz'])
    expect(labelMapsBeside('pat_2', names, folders)).toEqual(['pat_2_dseg.nii.gz'])
    expect(freeLabelMapName('pat', names, folders)).toBe('pat_5_dseg.nii.gz')
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
    expect(freeLabelMapName('ct.nii.gz', ['ct.nii.gz', 'ct_dseg.nii.gz'])).toBe('ct_2_dseg.nii.gz')
    expect(freeLabelMapName('ct.nii.gz', ['ct.nii.gz', 'ct_2.nii.gz', 'ct_dseg.nii.gz', 'ct_3_dseg.nii.gz'])).toBe(
      'ct_4_dseg.nii.gz',
    )
  })

  it('leave label maps that users named to their sidecars', () => {
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

  it('leave label maps to the editor only where it can show them, and know scans that it cannot open', () => {
    const folder = ['P1.nii.gz', 'P1_followup.img.gz', 'P1_followup_dseg.nii.gz', 'P1_seg.img.gz', 'P1_seg.mha']
    expect(labelMapsBeside('P1.nii.gz', folder)).toEqual(['P1_seg.mha'])
    expect(ownNamedLabelMaps([...folder, 'mine_seg.img.gz', 'mine_seg.nii'])).toEqual(['mine_seg.nii'])
  })

  it('give label maps and what describes them their names', () => {
    expect(labelMapNameOf('p1_ct.nii.gz')).toBe('p1_ct_dseg.nii.gz')
    expect(labelMapNameOf('p1_ct.nii.gz', 1)).toBe('p1_ct_dseg.nii.gz')
    expect(labelMapNameOf('p1_ct.nrrd', 3)).toBe('p1_ct_3_dseg.nii.gz')
    expect(sidecarNameOf('p1_dseg.nii.gz')).toBe('p1_dseg.json')
    expect(labelTableNamesOf('p1_dseg.nii.gz')).toEqual(['p1_dseg.tsv', 'p1_dseg_dseg.tsv'])
    expect(['p1_dseg.nii.gz', 'p1.nii'].map(labelTableNameOf)).toEqual(['p1_dseg.tsv', 'p1_dseg.tsv'])
  })
})
