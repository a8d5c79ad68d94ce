import { expect, it } from 'vitest'
import { updatedResult, type LabelledResult } from '../../../../src/engine/pipeline/updateResult.js'
import type { LabelVolume } from '../../../../src/shared/geometry/volume.js'
import type { Sidecar } from '../../../../src/shared/sidecar.js'

const labels = (...data: number[]): LabelVolume => ({
  data: Uint8Array.from(data),
  size: [data.length, 1, 1],
  affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
})

function sidecar(
  templates: string,
  structures: Readonly<Record<string, number>>,
  more: Partial<Sidecar> = {},
): Sidecar {
  return {
    templates: { name: templates, modelHash: '', ids: [] },
    structures: Object.entries(structures).map(([name, labelValue]) => ({ name, labelValue })),
    ...more,
  } as unknown as Sidecar
}

const result = (voxels: LabelVolume, report: Sidecar): LabelledResult => ({ labels: voxels, sidecar: report })

it('replaces a structure of the same name, adds new ones, and leaves the voxels of all others', () => {
  const earlier = result(labels(0, 1, 1, 2, 2, 7), sidecar('old', { Larynx: 1, Brainstem: 2 }))
  const fresh = result(labels(5, 5, 0, 5, 2, 2), sidecar('new', { Larynx: 5, Mandible: 2 }))
  const { labels: merged, sidecar: report } = updatedResult(earlier, fresh)
  // The larynx keeps its value; the mandible's is taken; a value that nobody names is somebody's all the same.
  expect([...merged.data]).toEqual([1, 1, 0, 2, 2, 7])
  expect(report.structures.map(({ name, labelValue }) => [name, labelValue])).toEqual([
    ['Larynx', 1],
    ['Brainstem', 2],
    ['Mandible', 3],
  ])
  expect(report.templates.name).toBe('new')
  expect(report.earlier?.map(({ structures, templates }) => [structures, templates.name])).toEqual([
    [['Brainstem'], 'old'],
  ])
})

it('knows who made what over several updates', () => {
  const first = result(labels(1, 2, 3, 0), sidecar('first', { A: 1, B: 2, C: 3 }))
  const second = updatedResult(first, result(labels(0, 9, 0, 0), sidecar('second', { B: 9 })))
  const third = updatedResult(second, result(labels(9, 0, 0, 0), sidecar('third', { A: 9 })))
  expect(third.sidecar.earlier?.map(({ structures, templates }) => [structures, templates.name])).toEqual([
    [['B'], 'second'],
    [['C'], 'first'],
  ])
  expect([...third.labels.data]).toEqual([1, 2, 3, 0])
})

it('says nothing of earlier runs where nothing is left of them', () => {
  const earlier = result(labels(1), sidecar('old', { A: 1 }))
  expect(updatedResult(earlier, result(labels(1), sidecar('new', { A: 1 }))).sidecar.earlier).toBeUndefined()
})
