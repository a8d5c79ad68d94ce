import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkSameScan, keptStructures, untouchedSidecar } from '../../../../src/engine/pipeline/keptStructures.js'
import { outputPaths } from '../../../../src/engine/pipeline/outputPaths.js'
import { fingerprintInResult, structureFingerprint } from '../../../../src/engine/pipeline/structureFingerprint.js'
import { sha256Of } from '../../../../src/shared/node/hash.js'
import { DEFAULT_RUN_OPTIONS } from '../../../../src/shared/requests.js'
import { sidecarSchema, type Sidecar } from '../../../../src/shared/sidecar.js'
import { tempFolder } from '../../../support/tempFolder.js'

const HASH = 'a'.repeat(64)
const MODELS = { id: 'm', sha256: ['b'.repeat(64)], provider: 'cpu' }
const TEMPLATES = {
  name: 't',
  modelHash: HASH,
  ids: [],
  structureSha256: { Heart: '1'.repeat(64), Liver: '2'.repeat(64) },
}

const structure = (name: string, more: Partial<Sidecar['structures'][number]> = {}): Sidecar['structures'][number] => ({
  ...{ name, labelValue: 1, color: '#112233', status: 'found', confidence: 1 },
  ...{ boxMm: null, boxVoxel: null, extremePointsMm: null, volumeMl: 1, meanHu: 0 },
  ...more,
})
const sidecar = (structures: Sidecar['structures'], more: Partial<Sidecar> = {}): Sidecar => ({
  ...{ format: 'medlsam-result', formatVersion: 1, tool: { name: 'medlsam', version: '1' }, task: 'segment' },
  ...{ output: 'x', input: { path: 'x', sha256: HASH, timePoint: null }, templates: TEMPLATES },
  ...{ options: DEFAULT_RUN_OPTIONS, localizer: MODELS, segmenter: { ...MODELS, layout: 'meta' } },
  ...{ seconds: {}, warnings: [], encoderRuns: 0, decoderRuns: 0, structures },
  ...more,
})
const corrected = { origin: { kind: 'corrected', voxelsByTool: { brush: 12 } } } as const
const now = (
  options: Partial<typeof DEFAULT_RUN_OPTIONS> = {},
  sha256s: Readonly<Record<string, string>> = TEMPLATES.structureSha256,
) =>
  new Map(
    Object.entries(sha256s).map(([name, sha256]) => [
      name,
      structureFingerprint(
        { tool: '1', models: [HASH, ...MODELS.sha256], options: { ...DEFAULT_RUN_OPTIONS, ...options, bids: false } },
        sha256,
      ),
    ]),
  )

describe('What a run keeps of an earlier result', () => {
  const both = sidecar([structure('Heart', corrected), structure('Liver')])

  it('is what a person corrected or drew', () => {
    expect([...keptStructures(both, 'corrected', now())]).toEqual(['Heart'])
    const drawn = structure('Cyst', { origin: { kind: 'drawn', voxelsByTool: {} } })
    expect([...keptStructures(sidecar([drawn]), 'corrected', now())]).toEqual(['Cyst'])
    expect(keptStructures(sidecar([structure('Heart')]), 'corrected', now()).size).toBe(0)
  })

  it('is also what would come out just so, where that is asked for', () => {
    expect([...keptStructures(both, 'unchanged', now())]).toEqual(['Heart', 'Liver'])
    const more = { ...TEMPLATES.structureSha256, Liver: '3'.repeat(64) }
    expect([...keptStructures(both, 'unchanged', now({}, more))]).toEqual(['Heart'])
    expect([...keptStructures(both, 'unchanged', now({ sliceStep: 2 }))]).toEqual(['Heart'])
    // Which others are asked for decides nothing.
    expect(keptStructures(both, 'unchanged', now({ structures: ['Liver'] })).has('Liver')).toBe(true)
    expect(keptStructures(sidecar([structure('Liver', { status: 'failed' })]), 'unchanged', now()).size).toBe(0)
  })

  it('goes by the run that made each structure', () => {
    const { tool, templates, localizer, segmenter } = both
    const options = { ...DEFAULT_RUN_OPTIONS, sliceStep: 3 }
    const updated = { ...both, earlier: [{ structures: ['Liver'], tool, templates, options, localizer, segmenter }] }
    expect(fingerprintInResult(updated, 'Liver')).toBe(now({ sliceStep: 3 }).get('Liver'))
    expect(fingerprintInResult(sidecar([structure('Cyst')]), 'Cyst')).toBeNull()
  })

  it('is nothing of a file that another program has changed', async () => {
    const paths = outputPaths(path.join(tempFolder(), 'ct_dseg.nii.gz'), '')
    writeFileSync(paths.labelMap, 'labels')
    writeFileSync(paths.names, 'names')
    const outputSha256 = { labelMap: sha256Of('labels'), names: sha256Of('names') }
    writeFileSync(paths.sidecar, JSON.stringify(sidecar([structure('Heart', corrected)], { outputSha256 })))
    expect(await untouchedSidecar(paths)).toEqual(
      sidecarSchema.parse(sidecar([structure('Heart', corrected)], { outputSha256 })),
    )
    writeFileSync(paths.labelMap, 'other labels')
    expect(await untouchedSidecar(paths)).toBeNull()
  })

  it('is not put into the result of another scan', () => {
    expect(() => {
      checkSameScan(both, 'c'.repeat(64), 'ct_dseg.nii.gz')
    }).toThrow(/^ct_dseg\.nii\.gz holds corrections of a scan that has changed since/)
    expect(() => {
      checkSameScan(sidecar([structure('Heart')]), 'c'.repeat(64), 'x')
    }).not.toThrow()
  })
})
