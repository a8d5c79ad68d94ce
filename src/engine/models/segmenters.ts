import path from 'node:path'
import { defined } from '../../shared/defined.js'
import type { InstalledModel, Preprocessing, Registry, TileUse } from '../../shared/modelTypes.js'
import { mostExact, splitModelName } from '../../shared/modelTypes.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { WindowHu } from '../sam/slices/sliceImage.js'
import type { SegmenterFile } from '../sam/segmenter.js'
import { notInstalled } from './notInstalled.js'
import { installedFiles, readInstalled, type InstalledVariant } from './install/installed.js'

/** The segmenter that is taken when none is named. */
export const DEFAULT_SEGMENTER = 'mobilesam'

/** A segmenter's files, and what its graphs cannot tell. */
export interface SegmenterSource {
  readonly id: string
  readonly files: readonly SegmenterFile[]
  readonly preprocessing?: Preprocessing
  readonly windowHu?: WindowHu
  readonly tiles?: TileUse
}

/** Where segmenters lie. */
export interface SegmenterPlaces {
  readonly registry: Registry
  readonly assetsFolder: string
  readonly modelsFolder: string
}

/**
 * Finds a segmenter: a built-in or installed one by its id, `id@int8` for one of its precisions, or ONNX files given as
 * `encoder.onnx,decoder.onnx`.
 * @throws MedlsamError `usage` for an id that is unknown or not installed
 */
export async function findSegmenter(
  name: string,
  { registry, assetsFolder, modelsFolder }: SegmenterPlaces,
): Promise<SegmenterSource> {
  const files = name.split(',')
  if (files.every((file) => /\.(onnx|npy)$/i.test(file)) && files.some((file) => /\.onnx$/i.test(file))) {
    return { id: files.map((file) => path.basename(file)).join(','), files: files.map((file) => ({ path: file })) }
  }
  const { id, precision: asked } = splitModelName(name)
  const entry = registry.models.find((candidate) => candidate.id === id)
  const isKnown =
    asked === null ||
    entry?.origin === 'import' ||
    entry?.variants.some(({ precision }) => precision === asked) === true
  if (entry?.task === 'segment' && entry.origin === 'embedded' && isKnown) {
    const [variant] = entry.variants
    const { preprocessing, windowHu, tiles } = entry
    return {
      id,
      files: variant.files.map((file) => ({
        path: path.join(assetsFolder, file.name),
        ...defined({ sha256: file.sha256 ?? undefined }),
      })),
      preprocessing,
      windowHu,
      ...defined({ tiles }),
    }
  }
  const { variants } = await readInstalled(modelsFolder)
  const chosen = bestOf(
    variants.filter(({ model }) => model.id === id && (asked === null || model.precision === asked)),
  )
  if (chosen?.model.use.task === 'segment') {
    const { preprocessing, windowHu } = chosen.model.use
    return {
      id: asked === null ? id : `${id}@${asked}`,
      files: installedFiles(chosen),
      preprocessing,
      windowHu,
      ...defined({ tiles: entry?.task === 'segment' ? entry.tiles : undefined }),
    }
  }
  if (chosen !== undefined || entry?.task === 'localize')
    throw new MedlsamError('usage', `"${id}" is a localizer, not a segmenter.`, undefined, {
      remedy: { option: 'localizer' },
    })
  if (entry !== undefined && !isKnown)
    throw new MedlsamError(
      'usage',
      `The segmenter "${id}" exists in ${entry.variants.map(({ precision }) => precision).join(', ')}, not in ${asked}.`,
    )
  if (entry !== undefined) throw notInstalled('segmenter', name, entry, asked)
  const usable = [
    ...registry.models
      .filter(({ task, origin }) => task === 'segment' && origin === 'embedded')
      .map((model) => model.id),
    ...new Set(variants.filter(({ model }) => model.use.task === 'segment').map(({ model }) => model.id)),
  ]
  throw new MedlsamError(
    'usage',
    `There is no segmenter "${name}": use ${usable.join(', ')}, or the files of one as encoder.onnx,decoder.onnx.`,
  )
}

/** What to call an installed segmenter so that this precision of it is used: its id where that is enough. */
export async function nameOf({ id, precision }: InstalledModel, modelsFolder: string): Promise<string> {
  const { variants } = await readInstalled(modelsFolder)
  return bestOf(variants.filter(({ model }) => model.id === id))?.model.precision === precision
    ? id
    : `${id}@${precision}`
}

/** The one that is taken when no precision is named. */
function bestOf(variants: readonly InstalledVariant[]): InstalledVariant | undefined {
  const precision = mostExact(variants.map(({ model }) => model.precision))
  return variants.find(({ model }) => model.precision === precision)
}
