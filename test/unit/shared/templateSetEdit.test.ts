import { beforeAll, describe, expect, it } from 'vitest'
import type { ExtremePoints } from '../../../src/shared/geometry/points.js'
import type { TemplateSet } from '../../../src/shared/templateSet.js'
import {
  addTemplate,
  onlyStructures,
  enableScan,
  removeScan,
  removeScanStructure,
  removeSetStructure,
  renameSetStructure,
  restoreRemoved,
  scansOfStructure,
  updateScanPoints,
} from '../../../src/shared/templateSetEdit.js'
import { scanOfFile } from '../../../src/shared/node/templateSetPaths.js'
import { NAMES, templateScans } from '../../support/templateScans.js'

const POINTS: ExtremePoints = {
  inferior: [0, 0, -1],
  posterior: [0, -1, 0],
  right: [1, 0, 0],
  superior: [0, 0, 1],
  anterior: [0, 1, 0],
  left: [-1, 0, 0],
}
const HASH = 'a'.repeat(64)
const SET: TemplateSet = {
  format: 'medlsam-template-set',
  formatVersion: 1,
  name: 'Mine',
  structures: [
    { name: 'Larynx', labelValue: 1, color: '#f58231' },
    { name: 'Mandible', labelValue: 2, color: '#fffac8' },
  ],
  scans: [
    {
      id: 'p1',
      path: 'scans/p1.nii.gz',
      sha256: HASH,
      enabled: true,
      structures: { Larynx: { points: POINTS, parts: [POINTS, POINTS] }, Mandible: { points: POINTS } },
    },
    { id: 'p2', path: 'scans/p2.nii.gz', sha256: HASH, enabled: true, structures: { Larynx: { points: POINTS } } },
  ],
}

describe('a template set', () => {
  it('knows its scans by their file, relative to itself', () => {
    expect(scanOfFile('/data/mine.medlsam.json', SET, '/data/scans/p2.nii.gz')?.id).toBe('p2')
    expect(scanOfFile('/data/mine.medlsam.json', SET, '/data/p2.nii.gz')).toBeUndefined()
  })

  it('renames a structure in all scans', () => {
    const renamed = renameSetStructure(SET, 'Larynx', 'Voice box')
    expect(scansOfStructure(renamed, 'Voice box')).toHaveLength(2)
    expect(scansOfStructure(renamed, 'Larynx')).toHaveLength(0)
  })

  it('removes a structure, or its points in one scan; a scan without points goes too', () => {
    expect(removeSetStructure(SET, 'Larynx').scans[1].structures).toEqual({})
    expect(removeScanStructure(SET, 'p2', 'Larynx').scans.map(({ id }) => id)).toEqual(['p1'])
    expect(removeScanStructure(SET, 'p1', 'Larynx').scans.map(({ id }) => id)).toEqual(['p1', 'p2'])
  })

  it('gets back just what was removed, whatever has changed since', () => {
    const without = removeSetStructure(SET, 'Larynx')
    expect(restoreRemoved(without, SET, without)).toEqual(SET)
    const edited: TemplateSet = {
      ...enableScan(without, 'p1', false),
      name: 'Renamed',
      structures: [...without.structures, { name: 'New', labelValue: 1, color: '#000000' }],
    }
    const restored = restoreRemoved(edited, SET, without)
    expect(restored).toMatchObject({
      name: 'Renamed',
      structures: [
        { name: 'Larynx', labelValue: 3 },
        { name: 'Mandible', labelValue: 2 },
        { name: 'New', labelValue: 1 },
      ],
    })
    expect(restored.scans.map(({ enabled }) => enabled)).toEqual([false, true])
    expect(scansOfStructure(restored, 'Larynx')).toHaveLength(2)

    for (const remove of [
      (set: TemplateSet) => removeScan(set, 'p2'),
      (set: TemplateSet) => removeScanStructure(set, 'p2', 'Larynx'),
      (set: TemplateSet) => removeScanStructure(set, 'p1', 'Larynx'),
    ]) {
      const after = remove(SET)
      expect(after).not.toEqual(SET)
      expect(restoreRemoved(after, SET, after)).toEqual(SET)
    }
  })

  it('gets back no points that are there anew, nor those of a structure that is gone by then', () => {
    const after = removeScanStructure(SET, 'p1', 'Larynx')
    const moved = { ...POINTS, left: [-5, 0, 0] } as const
    const anew: TemplateSet = {
      ...after,
      scans: after.scans.map((scan) =>
        scan.id === 'p1' ? { ...scan, structures: { ...scan.structures, Larynx: { points: moved } } } : scan,
      ),
    }
    expect(restoreRemoved(anew, SET, after)).toEqual(anew)
    expect(restoreRemoved(removeSetStructure(after, 'Larynx'), SET, after)).toEqual(removeSetStructure(after, 'Larynx'))
  })

  it('turns a scan off', () => {
    expect(enableScan(SET, 'p1', false).scans.map(({ enabled }) => enabled)).toEqual([false, true])
  })

  it('takes moved points over and drops the parts that were cut along the old ones', () => {
    const moved = { ...POINTS, left: [-2, 0, 0] } as const
    const updated = updateScanPoints(SET, 'p1', { structures: [{ name: 'Larynx', color: '#f58231', points: moved }] })
    expect(updated.scans[0].structures['Larynx']).toEqual({ points: moved })
    expect(updated.scans[0].structures['Mandible']).toEqual({ points: POINTS })
  })

  it('is left alone by equal, incomplete and unknown marks', () => {
    const marks = [
      { name: 'Larynx', color: '#f58231', points: POINTS },
      { name: 'Mandible', color: '#fffac8', points: { left: [9, 9, 9] } },
      { name: 'Unknown', color: '#000000', points: POINTS },
    ] as const
    expect(updateScanPoints(SET, 'p1', { structures: marks })).toEqual(SET)
  })
})

const { at, writePair, setOf } = templateScans()

beforeAll(async () => {
  await writePair('a', 0)
  await writePair('b', 10)
})

describe('adding templates to a set', () => {
  it('takes only the structures that are asked for', async () => {
    const { scans, structures } = await setOf(at('s.json'), ['a'])
    const only = onlyStructures({ scan: scans[0], structures }, ['Lump', 'Unknown'])
    expect(only.structures.map(({ name }) => name)).toEqual(['Lump'])
    expect(only.scan).toEqual({ ...scans[0], structures: { Lump: scans[0].structures['Lump'] } })
  })

  it('keeps names, values and the order of scans when scans are added, also one that is there', async () => {
    const set = await setOf(at('s.json'), ['b', 'a', 'b'])
    expect(set.scans.map((scan) => scan.id)).toEqual(['b_ct', 'a_ct'])
    expect(set.structures).toEqual(NAMES)
    const clash = addTemplate(set, {
      scan: { ...set.scans[0], path: 'elsewhere/b_ct.nii.gz' },
      structures: [{ name: 'New', labelValue: 3, color: '#000000' }],
    })
    expect(clash.structures.map((structure) => structure.labelValue)).toEqual([3, 4])
    expect(clash.scans.map((scan) => scan.id)).toEqual(['b_ct', 'a_ct', 'b_ct-2'])
  })

  it('keeps what the set knows of a scan that is added again: other structures, parts and prior of equal points, and whether it is in use', async () => {
    const made = await setOf(at('s.json'), ['a'])
    const known = made.scans[0]
    const lump = known.structures['Lump']
    const set: TemplateSet = { ...made, scans: [{ ...known, enabled: false }] }
    const again = (points: typeof lump.points, sha256 = known.sha256): TemplateSet => {
      const { parts, appearance, drawnIn, ...marked } = { ...lump, points }
      expect([parts, appearance, drawnIn].every((kept) => kept !== undefined)).toBe(true)
      return addTemplate(set, {
        scan: {
          ...known,
          id: 'other',
          sha256,
          markups: 'a_ct.mrk.json',
          structures: { Lump: marked, Node: { points } },
        },
        structures: [...NAMES, { name: 'Node', labelValue: 1, color: '#000000' }],
      })
    }
    const nearly = {
      ...lump.points,
      left: [lump.points.left[0] + 1e-6, lump.points.left[1], lump.points.left[2]],
    } as const
    expect(again(nearly).scans).toEqual([
      { ...known, enabled: false, markups: 'a_ct.mrk.json', structures: { Lump: lump, Node: { points: nearly } } },
    ])
    const moved = { ...lump.points, left: [-99, 0, 0] } as const
    expect(again(moved).scans[0].structures['Lump']).toEqual({ points: moved, onePiece: true })
    const only = addTemplate(set, {
      scan: { ...known, structures: { Node: { points: moved } } },
      structures: [{ name: 'Node', labelValue: 1, color: '#000000' }],
    })
    expect(only.scans[0].structures).toEqual({ Lump: lump, Node: { points: moved } })
    const changed = addTemplate(set, {
      scan: { ...known, sha256: 'f'.repeat(64), structures: { Node: { points: moved } } },
      structures: [],
    })
    expect(changed.scans).toEqual([
      { ...known, sha256: 'f'.repeat(64), enabled: false, structures: { Node: { points: moved } } },
    ])
  })
})
