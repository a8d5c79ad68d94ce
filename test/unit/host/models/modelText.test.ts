import { describe, expect, it } from 'vitest'
import type { ModelSummary, Precision, VariantSummary } from '../../../../src/shared/modelTypes.js'
import {
  decidesProvider,
  isNamed,
  modelContext,
  modelDescription,
  modelName,
  modelTooltip,
  namedPrecision,
  providerText,
  sizeText,
  verifiedText,
} from '../../../../src/host/models/modelText.js'

const variant = (state: VariantSummary['state'], sizeBytes: number | null = 4e7): VariantSummary => ({
  precision: 'fp32',
  state,
  sizeBytes,
  hashesKnown: true,
  files: [],
})
const model = (change: Partial<ModelSummary>): ModelSummary => ({
  id: 'sam',
  title: 'SAM',
  task: 'segment',
  origin: 'download',
  layout: 'meta',
  inputSizePx: 1024,
  preprocessing: null,
  provenance: '',
  license: null,
  importHint: null,
  variants: [],
  refusal: null,
  ...change,
})

describe('a model in the Models view', () => {
  it.each([
    [model({ variants: [variant('embedded')] }), true, 'segments · built in · in use', 'model segment usable'],
    [model({ variants: [variant('available')] }), false, 'segments · to download, 40 MB', 'model segment available'],
    [
      model({ variants: [variant('available', null)] }),
      false,
      'segments · to download, size unknown',
      'model segment available',
    ],
    [
      model({ variants: [variant('installed'), variant('available')] }),
      false,
      'segments · installed (fp32)',
      'model segment available installed usable',
    ],
    [
      model({ variants: [variant('damaged')] }),
      false,
      'segments · damaged: verify or remove it',
      'model segment installed',
    ],
    [model({ origin: 'import', importHint: 'get it' }), false, 'segments · to import', 'model segment importable'],
    [
      model({ variants: [variant('installed')], refusal: 'takes no boxes' }),
      false,
      'segments · installed (fp32)',
      'model segment installed',
    ],
    [
      model({ task: 'localize', variants: [variant('embedded')] }),
      true,
      'localizes · built in · in use',
      'model localize usable',
    ],
  ] as const)('says where it stands and offers what fits (%#)', (summary, current, description, context) => {
    expect(modelDescription(summary, current)).toBe(description)
    expect(modelContext(summary)).toBe(context)
  })

  it('tells sizes, checks and self-tests in a sentence', () => {
    expect(sizeText(2_500_000)).toBe('2.5 MB')
    expect(verifiedText([])).toMatchObject({ intact: true })
    expect(
      verifiedText([{ id: 'sam', precision: 'fp32', path: '/m/e.onnx', state: 'changed', trust: 'registry' }]),
    ).toEqual({ text: '/m/e.onnx of sam is changed: remove the model and get it again.', intact: false })
    expect(
      providerText({
        id: 'sam',
        chosen: 'cpu',
        trials: [
          { provider: 'cpu', encodeMs: 512.4, difference: 0, problem: null },
          { provider: 'cuda', encodeMs: null, difference: null, problem: 'no GPU' },
        ],
      }),
    ).toBe('sam is fastest on cpu: cpu 512 ms, cuda not (no GPU) per slice.')
  })

  it('is named with its precision where the id alone means another one, and knows itself by either', () => {
    const of = (precision: Precision, state: VariantSummary['state']): VariantSummary => ({
      ...variant(state),
      precision,
    })
    const both = model({ variants: [of('fp32', 'installed'), of('int8', 'installed')] })
    const small = model({ variants: [of('fp32', 'available'), of('int8', 'installed')] })
    const only = model({ variants: [of('int8', 'installed')] })
    expect([
      modelName(both, 'fp32'),
      modelName(both, 'int8'),
      modelName(small, 'int8'),
      modelName(only, 'int8'),
    ]).toEqual(['sam', 'sam@int8', 'sam@int8', 'sam'])
    expect(['sam', 'sam@int8', 'sam2@int8', 'other'].map((name) => isNamed(both, name))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect([namedPrecision(both, 'sam'), namedPrecision(both, 'sam@int8'), namedPrecision(small, 'sam@int8')]).toEqual([
      'fp32',
      'int8',
      null,
    ])
    expect(modelDescription(both, true, 'int8')).toBe('segments · installed (fp32, int8) · in use: int8')
  })

  it('tells in its tooltip what it takes, its licence, and where it lies', () => {
    const license = { spdx: 'MIT', url: 'https://example.org/licence', permissive: true }
    const tooltip = modelTooltip(
      model({
        provenance: 'From somewhere.',
        license,
        variants: [
          { ...variant('installed'), files: ['/models/sam/fp32/encoder.onnx', '/models/sam/fp32/decoder.onnx'] },
        ],
      }),
    )
    expect(tooltip.split('\n\n')).toEqual([
      'SAM',
      'From somewhere.',
      'Licence: MIT, https://example.org/licence.',
      'Layout: meta · Input: 1024 × 1024 px',
      'Folder: /models/sam/fp32',
    ])
  })

  it('decides on what runs go when it is the one they take and nobody has named a provider', () => {
    expect(decidesProvider('sam', 'sam', 'auto')).toBe(true)
    expect(decidesProvider('sam', 'sam', 'cpu')).toBe(false)
    expect(decidesProvider('sam', 'sam@int8', 'auto')).toBe(false)
  })
})
