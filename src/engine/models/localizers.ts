import path from 'node:path'
import { MedlsamError } from '../../shared/medlsamError.js'
import { EMBEDDED_MEDLAM } from './assets.js'
import { readInstalled } from './install/installed.js'
import { notInstalled } from './notInstalled.js'
import type { SegmenterPlaces } from './segmenters.js'

/**
 * The card of a localizer: the path itself when it is one, else that of a built-in or installed model.
 * @throws MedlsamError `usage` for an id that is unknown or not installed
 */
export async function findLocalizer(
  name: string,
  { registry, assetsFolder, modelsFolder }: SegmenterPlaces,
): Promise<string> {
  if (/\.json$/i.test(name)) return name
  const entry = registry.models.find(({ id }) => id === name)
  if (entry?.task === 'localize' && entry.origin === 'embedded') return path.join(assetsFolder, EMBEDDED_MEDLAM)
  const { variants } = await readInstalled(modelsFolder)
  const installed = variants.find(({ model }) => model.id === name)
  if (installed?.model.use.task === 'localize') return path.join(installed.folder, installed.model.use.card)
  if (installed !== undefined || entry?.task === 'segment')
    throw new MedlsamError('usage', `"${name}" is a segmenter, not a localizer.`, undefined, {
      remedy: { option: 'segmenter' },
    })
  if (entry !== undefined) throw notInstalled('localizer', name, entry, null)
  const usable = [
    ...registry.models.filter(({ task, origin }) => task === 'localize' && origin === 'embedded').map(({ id }) => id),
    ...variants.filter(({ model }) => model.use.task === 'localize').map(({ model }) => model.id),
  ]
  throw new MedlsamError(
    'usage',
    `There is no localizer "${name}": use ${usable.join(', ')}, or the card (.json) of one.`,
  )
}
