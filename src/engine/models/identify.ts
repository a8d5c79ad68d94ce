import path from 'node:path'
import type { InstalledModel, Normalisation, Fit, RegistryEntry } from '../../protocol/models.js'
import { MedlsamError } from '../errors.js'
import { readModelCard } from '../medlam/model.js'
import type { Network, NetworkTensor } from '../runtime/network.js'
import { readNpy } from '../runtime/npy.js'
import { openNetwork } from '../runtime/onnx.js'
import { recogniseLayout, SOFT_TISSUE } from '../sam/segmenter.js'

/** What is known about pictures beyond what the graph tells. */
export interface PictureFacts {
  readonly normalisation?: Normalisation
  readonly fit?: Fit
}

/**
 * Finds out what files in a folder are by loading them: a localizer has a card, a segmenter is recognised from its
 * graphs.
 * @param entry the registry's word on preprocessing and window, where there is one
 * @throws MedlsamError `model` when the files are nothing that can be used here
 */
export async function identifyFiles(
  folder: string,
  files: readonly { readonly name: string }[],
  entry: RegistryEntry | null,
  facts: PictureFacts = {},
): Promise<InstalledModel['use']> {
  const card = files.find(({ name }) => name.endsWith('.json'))
  if (card !== undefined) {
    const { kind } = await readModelCard(path.join(folder, card.name))
    if (entry !== null && entry.task !== 'localize') throw new MedlsamError('model', `${card.name} is the card of a localizer (${kind}), but "${entry.id}" segments.`, folder)
    return { task: 'localize', card: card.name }
  }
  if (entry?.task === 'localize') throw new MedlsamError('model', `The localizer "${entry.id}" needs its card, a .json file that says how to run it, beside the networks.`, folder)
  const networks: Network[] = []
  const constants: NetworkTensor[] = []
  try {
    for (const { name } of files) {
      if (name.endsWith('.onnx')) networks.push(await openNetwork(path.join(folder, name), { provider: 'cpu' }))
      if (name.endsWith('.npy')) constants.push(await readNpy(path.join(folder, name)))
    }
    const preprocessing = {
      normalisation: facts.normalisation ?? entry?.preprocessing.normalisation ?? 'sam',
      fit: facts.fit ?? entry?.preprocessing.fit ?? 'pad',
    } as const
    const found = recogniseLayout(networks, { preprocessing, constants }, entry?.title ?? files.map(({ name }) => name).join(', '))
    if ('refusal' in found) throw new MedlsamError('model', `The segmenter ${files.map(({ name }) => name).join(', ')} ${found.refusal}.`, folder)
    return { task: 'segment', layout: found.layout, preprocessing, windowHu: entry?.windowHu ?? SOFT_TISSUE }
  } finally {
    for (const network of networks) await network.release()
  }
}
