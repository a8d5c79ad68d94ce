import { expect, it } from 'vitest'
import type { ExtremePoints } from '../../../../src/shared/geometry/points.js'
import type { TemplateSet } from '../../../../src/shared/templateSet.js'
import { currentCheck } from '../../../../src/host/templates/checkRows.js'
import {
  enableScan,
  removeScanStructure,
  renameSetStructure,
  updateScanPoints,
} from '../../../../src/shared/templateSetEdit.js'

const POINTS: ExtremePoints = {
  inferior: [0, 0, -1],
  posterior: [0, -1, 0],
  right: [1, 0, 0],
  superior: [0, 0, 1],
  anterior: [0, 1, 0],
  left: [-1, 0, 0],
}
const color = '#f58231'
const SET: TemplateSet = {
  format: 'medlsam-template-set',
  formatVersion: 1,
  name: 'Mine',
  structures: [
    { name: 'Larynx', labelValue: 1, color },
    { name: 'Mandible', labelValue: 2, color },
  ],
  scans: ['p1', 'p2'].map((id) => ({
    id,
    path: `${id}.nii`,
    sha256: 'a'.repeat(64),
    enabled: true,
    structures: { Larynx: { points: POINTS }, Mandible: { points: POINTS } },
  })),
}
const row = (
  template: string,
  structure: string,
): { template: string; structure: string; wallErrorMm: number; flagged: boolean } => ({
  template,
  structure,
  wallErrorMm: 20,
  flagged: true,
})
const report = { problems: [], rows: [row('p1', 'Larynx'), row('p1', 'Mandible'), row('p2', 'Larynx')] }
const left = (now: TemplateSet): string[] =>
  currentCheck(report, SET, now).rows.map(({ template, structure }) => `${template} ${structure}`)

it('keeps what was measured with the points as they are', () => {
  expect(currentCheck(report, SET, enableScan({ ...SET, name: 'Other' }, 'p1', false))).toEqual(report)
})

it('forgets what was measured with other points, another scan or under another name', () => {
  expect(
    left(
      updateScanPoints(SET, 'p1', { structures: [{ name: 'Larynx', color, points: { ...POINTS, left: [-2, 0, 0] } }] }),
    ),
  ).toEqual(['p1 Mandible', 'p2 Larynx'])
  expect(left(removeScanStructure(SET, 'p2', 'Larynx'))).toEqual(['p1 Larynx', 'p1 Mandible'])
  expect(left(renameSetStructure(SET, 'Larynx', 'Voice box'))).toEqual(['p1 Mandible'])
  expect(left({ ...SET, scans: SET.scans.map((scan) => ({ ...scan, sha256: 'b'.repeat(64) })) })).toEqual([])
  expect(left({ ...SET, structures: [], scans: [] })).toEqual([])
})
