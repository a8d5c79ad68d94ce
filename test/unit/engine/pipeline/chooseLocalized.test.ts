import { describe, expect, it } from 'vitest'
import { chooseLocalized } from '../../../../src/engine/pipeline/chooseLocalized.js'
import type { AlignmentLocalization } from '../../../../src/engine/pipeline/localizeByAlignment.js'
import type { DraftMask } from '../../../../src/engine/volume/draftMask.js'
import type { LocalizedStructure } from '../../../../src/shared/structure.js'

const LIVER = { name: 'Liver', labelValue: 1, color: '#aa0000' }
const HEART = { name: 'Heart', labelValue: 2, color: '#00aa00' }
const BOX = { min: [0, 0, 0], max: [10, 10, 10] } as const
const DRAFT: DraftMask = { originMm: [0, 0, 0], spacingMm: 3, size: [1, 1, 1], data: new Uint8Array(1), level: 0.5 }

function found(by: 'medlam' | 'align', confidence: number): LocalizedStructure[] {
  return [LIVER, HEART].map((structure) => ({
    ...structure,
    status: 'found',
    confidence,
    boxMm: BOX,
    boxVoxel: BOX,
    extremePointsMm: null,
    foundBy: by,
  }))
}

function aligned(verdict: AlignmentLocalization['verdict']): AlignmentLocalization {
  const structures =
    verdict === 'like'
      ? found('align', 0.6)
      : found('align', 0).map((structure) => ({ ...structure, status: 'not-found' as const, boxMm: null }))
  return { verdict, structures, drafts: new Map([['Liver', DRAFT]]), aroundAllMm: null }
}

describe('what auto believes', () => {
  it('is alignment where the scan is like the templates, with its drafts', () => {
    const { structures, drafts } = chooseLocalized([HEART, LIVER], {
      landmarks: found('medlam', 0.8),
      aligned: aligned('like'),
    })
    expect(structures.map(({ name, foundBy }) => [name, foundBy])).toEqual([
      ['Heart', 'align'],
      ['Liver', 'align'],
    ])
    expect(drafts.get('Liver')).toBe(DRAFT)
  })

  it('is MedLAM where no template is like the scan and MedLAM is sure, without drafts', () => {
    const { structures, drafts } = chooseLocalized([LIVER], {
      landmarks: found('medlam', 0.6),
      aligned: aligned('other'),
    })
    expect(structures[0].foundBy).toBe('medlam')
    expect(drafts.size).toBe(0)
  })

  it.each([
    ['other', 0.3],
    ['turned', 0.9],
  ] as const)('is nothing where the verdict is %s and MedLAM has %f', (verdict, confidence) => {
    const { structures } = chooseLocalized([LIVER, HEART], {
      landmarks: found('medlam', confidence),
      aligned: aligned(verdict),
    })
    expect(structures.map(({ status }) => status)).toEqual(['not-found', 'not-found'])
  })

  it('says of structures that only other templates have that these do not', () => {
    const spleen = { name: 'Spleen', labelValue: 9, color: '#0000aa' }
    const [answer] = chooseLocalized([spleen], { landmarks: found('medlam', 0.8), aligned: aligned('like') }).structures
    expect(answer).toMatchObject({ name: 'Spleen', status: 'not-found', boxMm: null })
    expect(answer.reason).toContain('do not have it')
  })
})
