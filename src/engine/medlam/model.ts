import { createHash } from 'node:crypto'
import path from 'node:path'
import { modelCardSchema, type FeatureOutput, type ModelCard } from '../../shared/modelCard.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { readJson } from '../../shared/node/readJson.js'
import type { Network } from '../runtime/network.js'
import { checkedHash, openNetwork, type OpenNetworkOptions } from '../runtime/onnx.js'
import { salMm, type SalMm } from './salFrame.js'

/** A MedLAM model ready to run: its card and its networks. */
export interface MedlamModel {
  readonly card: ModelCard
  /** SHA-256 over everything that decides what the model computes; banks are keyed by it. */
  readonly hash: string
  /** Latents of a whole volume (dense) or of a patch (patch). */
  readonly position: Network
  /** Feature maps; the same network where one file has both. */
  readonly features: Network
  readonly correlate: Network
}

/** Hash of what a card makes the engine compute: networks and numbers, not prose. */
function modelHash(card: ModelCard): string {
  const { kind, spacingMm, huKnots, rangeMm, paddingVoxels } = card
  const networks =
    card.kind === 'dense'
      ? [card.position, card.features]
      : [card.position, card.features, card.patchVoxels, card.weights]
  return createHash('sha256')
    .update(JSON.stringify([kind, spacingMm, huKnots, rangeMm, paddingVoxels, networks]))
    .digest('hex')
}

/**
 * Reads and checks a model card.
 * @throws MedlsamError `model` when the file is missing, no JSON, or not a card
 */
export async function readModelCard(cardPath: string): Promise<ModelCard> {
  return readJson(cardPath, modelCardSchema, {
    what: 'The model card',
    kind: 'model',
    remedy: 'name the .json file beside the ONNX file',
  })
}

/**
 * Opens a MedLAM model: the card, and the ONNX files it names (beside it), checked against their hashes.
 * @param correlatePath the convolution graph that compares descriptors with feature maps
 * @throws MedlsamError `model`
 */
export async function openMedlamModel(
  cardPath: string,
  correlatePath: string,
  options: OpenNetworkOptions = {},
): Promise<MedlamModel> {
  const card = await readModelCard(cardPath)
  const beside = (file: string): string => path.join(path.dirname(cardPath), file)
  const open = (part: { file: string; sha256: string }): Promise<Network> =>
    openNetwork(beside(part.file), { ...options, sha256: part.sha256 })
  const correlate = await openNetwork(correlatePath, options)
  const hash = modelHash(card)
  switch (card.kind) {
    case 'dense': {
      const position = await open(card.position)
      const features = await open(card.features)
      requireNames(position, beside(card.position.file), [card.position.input], [card.position.output])
      requireNames(
        features,
        beside(card.features.file),
        [card.features.input],
        card.features.outputs.map((o) => o.name),
      )
      return { card, hash, position, features, correlate }
    }
    case 'patch': {
      if (card.weights !== undefined) await checkedHash(beside(card.weights.file), card.weights.sha256)
      const features = await open(card.features)
      const position = card.position.file === card.features.file ? features : await open(card.position)
      requireNames(position, beside(card.position.file), [card.position.input], [card.position.output])
      requireNames(
        features,
        beside(card.features.file),
        [card.features.input],
        card.features.outputs.map((o) => o.name),
      )
      return { card, hash, position, features, correlate }
    }
  }
}

/** Frees what the networks hold. */
export async function closeMedlamModel(model: MedlamModel): Promise<void> {
  await Promise.all([...new Set([model.position, model.features, model.correlate])].map((network) => network.release()))
}

function requireNames(network: Network, file: string, inputs: readonly string[], outputs: readonly string[]): void {
  const has = (list: Network['inputs'], name: string): boolean => list.some((item) => item.name === name)
  const missing = [...inputs.filter((n) => !has(network.inputs, n)), ...outputs.filter((n) => !has(network.outputs, n))]
  if (missing.length === 0) return
  const seen = [...network.inputs, ...network.outputs].map((item) => item.name).join(', ')
  throw new MedlsamError(
    'model',
    `${file} is not the MedLAM network its card describes: it lacks ${missing.join(', ')} and has ${seen}.`,
    file,
  )
}

/** The feature maps of a model, coarse to fine as its card lists them. */
export function featureOutputs(card: ModelCard): readonly FeatureOutput[] {
  return card.features.outputs
}

/** `r` of relative distance regression, the largest distance along each axis that the model can express. */
export function distanceRangeMm(card: ModelCard): SalMm {
  return salMm(...card.rangeMm)
}
