import path from 'node:path'
import type { ModelCard } from '../../../shared/modelCard.js'
import type { Fit, InstalledModel, Normalisation, Preprocessing, RegistryEntry } from '../../../shared/modelTypes.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { readModelCard } from '../../medlam/model.js'
import type { Network, NetworkTensor } from '../../runtime/network.js'
import { readNpy } from '../../runtime/npy.js'
import { openNetwork } from '../../runtime/onnx.js'
import { recogniseExport, SOFT_TISSUE } from '../../sam/segmenter.js'

/** What the user says about slice images beyond what the graph tells. */
export interface OverviewFacts {
  readonly normalisation?: Normalisation
  readonly fit?: Fit
}

/** A file in the folder, and what is in it. */
export interface IdentifiedFile {
  readonly name: string
  readonly sha256: string
}

/**
 * Finds out what files in a folder are by loading them: a localizer has a card, which must name the networks that lie
 * there; a segmenter is recognised from its graphs.
 * @param entry the registry's word on preprocessing and window, where there is one
 * @throws MedlsamError `model` when the files are nothing that can be used here, `usage` when the user must say how
 *   slice images are prepared, or said something that is not so
 */
export async function identifyFiles(
  folder: string,
  files: readonly IdentifiedFile[],
  entry: RegistryEntry | null,
  facts: OverviewFacts = {},
): Promise<InstalledModel['use']> {
  const all = files.map(({ name }) => name).join(', ')
  const card = files.find(({ name }) => ends(name, '.json'))
  if (card !== undefined) {
    const read = await readModelCard(path.join(folder, card.name))
    if (entry !== null && entry.task !== 'localize')
      throw new MedlsamError(
        'model',
        `${card.name} is the card of a localizer (${read.kind}), but "${entry.id}" segments.`,
        folder,
      )
    if (isSaid(facts))
      throw new MedlsamError(
        'usage',
        `${card.name} is the card of a localizer, which says itself how scans are prepared: leave that out.`,
        folder,
        { remedy: { option: 'noPreparation' } },
      )
    requireNamedFiles(card.name, read, files, folder)
    return { task: 'localize', card: card.name }
  }
  if (entry?.task === 'localize')
    throw new MedlsamError(
      'model',
      `The localizer "${entry.id}" needs its card, a .json file that says how to run it, beside the networks.`,
      folder,
    )
  if (!files.some(({ name }) => ends(name, '.onnx')))
    throw new MedlsamError('model', `There is no network (.onnx) among ${all}: name all files of the model.`, folder)
  const networks: Network[] = []
  const constants: NetworkTensor[] = []
  try {
    for (const { name } of files) {
      if (ends(name, '.onnx')) networks.push(await openNetwork(path.join(folder, name), { provider: 'cpu' }))
      if (ends(name, '.npy')) constants.push(await readNpy(path.join(folder, name)))
    }
    const found = recogniseExport(networks, { preprocessing: null, constants }, entry?.title ?? all)
    if ('refusal' in found) throw new MedlsamError('model', `The segmenter ${all} ${found.refusal}.`, folder)
    const own = found.runner.ownPreprocessing
    if (
      own !== null &&
      ((facts.normalisation ?? own.normalisation) !== own.normalisation || (facts.fit ?? own.fit) !== own.fit)
    ) {
      throw new MedlsamError(
        'usage',
        `${all} have the layout ${found.layout}, whose slice images are always prepared as normalisation ${own.normalisation} and fit ${own.fit}: leave that out.`,
        folder,
        { remedy: { option: 'noPreparation' } },
      )
    }
    return {
      task: 'segment',
      layout: found.layout,
      preprocessing: own ?? openPreprocessing(all, entry?.preprocessing, facts),
      windowHu: entry?.windowHu ?? SOFT_TISSUE,
    }
  } finally {
    for (const network of networks) await network.release()
  }
}

/** How slice images are prepared where graphs leave it open: as the user or the registry says. */
function openPreprocessing(
  files: string,
  known: Preprocessing | undefined,
  { normalisation, fit }: OverviewFacts,
): Preprocessing {
  if (known !== undefined && (normalisation ?? known.normalisation) === known.normalisation)
    return { ...known, fit: fit ?? known.fit }
  if (normalisation !== undefined)
    return { normalisation, fit: fit ?? (normalisation === 'minMax' ? 'stretch' : 'pad') }
  throw new MedlsamError(
    'usage',
    `From ${files} SAM cannot be told from MedSAM, which wants other slice images: say how they were prepared in training, or which known model it is.`,
    undefined,
    { remedy: { option: 'normalisation' } },
  )
}

/** A card is of no use without the very files that it names. */
function requireNamedFiles(cardName: string, card: ModelCard, files: readonly IdentifiedFile[], folder: string): void {
  const named = [
    card.position,
    card.features,
    ...(card.kind === 'patch' && card.weights !== undefined ? [card.weights] : []),
  ]
  for (const { file, sha256 } of named) {
    const present = files.find(({ name }) => name === file)
    if (present === undefined)
      throw new MedlsamError(
        'model',
        `The card ${cardName} names ${file}, which is not among the files: name it too, as it lies beside the card.`,
        folder,
      )
    if (present.sha256 !== sha256)
      throw new MedlsamError(
        'model',
        `${file} has SHA-256 ${present.sha256} instead of ${sha256}, which the card ${cardName} names: they do not belong together, or one is damaged.`,
        folder,
      )
  }
}

function isSaid({ normalisation, fit }: OverviewFacts): boolean {
  return normalisation !== undefined || fit !== undefined
}

function ends(name: string, ending: string): boolean {
  return name.toLowerCase().endsWith(ending)
}
