import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { modelCardSchema } from '../../../protocol/modelCard.js'
import { MedlsamError } from '../../errors.js'
import { writeFolderAtomic } from '../../files.js'
import { sha256File } from '../../hash.js'
import { TOOL_VERSION } from '../../version.js'
import { checkFile } from './checkFile.js'
import { writeGraphs, writeWeights, type WrittenFile } from './fillSkeleton.js'
import { openCheckpoint, type Checkpoint } from './openCheckpoint.js'
import { recognise, type Recognised } from './recognise.js'
import { readSkeletons, type SkeletonMap } from './skeleton.js'

/** What an imported model is; SAM and MedSAM differ only in the picture they want to see. */
export const IMPORTED_KINDS = ['sam', 'medsam', 'medlam'] as const

/** One of {@link IMPORTED_KINDS}. */
export type ImportedKind = (typeof IMPORTED_KINDS)[number]

/** Where an import stands: reading the checkpoint through, then writing the model. */
export interface ImportProgress {
  readonly stage: 'check' | 'write'
  readonly doneBytes: number
  readonly totalBytes: number
}

/** How to import. */
export interface ImportOptions {
  /** What it is; told by the weights and the file's name when absent. */
  readonly kind?: ImportedKind
  /** Identifier in a localizer's card; the kind when absent. */
  readonly id?: string
  readonly onProgress?: (progress: ImportProgress) => void
  readonly signal?: AbortSignal
}

/** A model made of a checkpoint: files in one folder that only work together. */
export interface ImportedModel {
  readonly kind: ImportedKind
  readonly task: 'localize' | 'segment'
  /** What the checkpoint's shape is called, e.g. `SAM ViT-B`. */
  readonly architecture: string
  readonly folder: string
  /** All files: graphs, weights and card. */
  readonly files: readonly WrittenFile[]
  /** The ONNX files to open, encoder before decoder. */
  readonly graphs: readonly string[]
  /** The card of a localizer, for `--medlam`; null for a segmenter. */
  readonly card: string | null
  /** The checkpoint it was made of. */
  readonly source: WrittenFile
}

const CARD_FILE = 'medlam.json'

/**
 * Turns a checkpoint of SAM ViT-B, MedSAM ViT-B or MedLAM into ONNX files by filling its tensors into a graph without
 * weights. Reads `.pth` (zip of tensors; nothing in it is executed) and `.safetensors`. Equal input, equal bytes.
 * @param folder becomes the model's folder; must not exist or be empty
 * @param skeletonsFolder `skeletons` in the folder of the built-in models
 * @throws MedlsamError `model` for a checkpoint that cannot be used, `usage`, `output`, `cancelled`; then nothing is written
 */
export async function importCheckpoint(checkpointPath: string, folder: string, skeletonsFolder: string, options: ImportOptions = {}): Promise<ImportedModel> {
  const { onProgress, signal } = options
  const skeletons = await readSkeletons(skeletonsFolder)
  const checkpoint = await openCheckpoint(checkpointPath)
  try {
    const recognised = recognise(checkpoint, skeletons)
    const { map } = recognised.skeleton
    const kind = kindOf(checkpointPath, map, options.kind)
    let files: readonly WrittenFile[] = []
    let sha256 = ''
    await writeFolderAtomic(folder, async (temporary) => {
      const total = checkpoint.file.sizeBytes
      sha256 = await checkFile(checkpoint, (doneBytes) => onProgress?.({ stage: 'check', doneBytes, totalBytes: total }), signal)
      files = await writeModel(checkpoint, recognised, temporary, sha256, options.id ?? kind, options)
    })
    return {
      kind,
      task: map.task,
      architecture: map.architecture,
      folder,
      files,
      graphs: map.graphs,
      card: map.card === undefined ? null : CARD_FILE,
      source: { name: path.basename(checkpointPath), sizeBytes: checkpoint.file.sizeBytes, sha256 },
    }
  } finally {
    await checkpoint.close()
  }
}

async function writeModel(
  checkpoint: Checkpoint,
  recognised: Recognised,
  folder: string,
  sourceSha256: string,
  id: string,
  { onProgress, signal }: ImportOptions,
): Promise<WrittenFile[]> {
  const { map } = recognised.skeleton
  const totalBytes = map.data.sizeBytes
  const weights = await writeWeights(checkpoint.file, recognised, folder, (doneBytes) => onProgress?.({ stage: 'write', doneBytes, totalBytes }), signal)
  const source = path.basename(checkpoint.file.path)
  const graphs = await writeGraphs(recognised, folder, { source, source_sha256: sourceSha256, weights_sha256: weights.sha256 })
  if (map.card === undefined) return [...graphs, weights]

  const { input, output, outputs, ...preparation } = map.card
  const [position, features] = graphs
  const card = {
    format: 'medlam-model',
    formatVersion: 1,
    id,
    kind: 'patch',
    ...preparation,
    position: { file: position.name, sha256: position.sha256, input, output },
    features: { file: features.name, sha256: features.sha256, input, outputs },
    weights: { file: weights.name, sha256: weights.sha256 },
    provenance: { importedFrom: source, sha256: sourceSha256, tool: `medlsam ${TOOL_VERSION}` },
  }
  modelCardSchema.parse(card)
  const cardPath = path.join(folder, CARD_FILE)
  const text = `${JSON.stringify(card, null, 2)}\n`
  await writeFile(cardPath, text, { flag: 'wx' })
  return [...graphs, weights, { name: CARD_FILE, sizeBytes: Buffer.byteLength(text), sha256: await sha256File(cardPath) }]
}

function kindOf(checkpoint: string, { task, architecture }: SkeletonMap, asked: ImportedKind | undefined): ImportedKind {
  const fits = (kind: ImportedKind): boolean => (kind === 'medlam') === (task === 'localize')
  if (asked !== undefined && !fits(asked)) {
    throw new MedlsamError('usage', `${checkpoint} holds ${architecture}, which cannot be imported as ${asked}: leave the choice out.`, checkpoint)
  }
  if (asked !== undefined) return asked
  if (task === 'localize') return 'medlam'
  const name = path.basename(checkpoint).toLowerCase()
  if (name.includes('medsam')) return 'medsam'
  if (name.startsWith('sam')) return 'sam'
  throw new MedlsamError(
    'usage',
    `${checkpoint} holds ${architecture}, but SAM and MedSAM have the same tensors and want different pictures: say which it is, sam or medsam.`,
    checkpoint,
  )
}
