import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { modelCardSchema } from '../../../shared/modelCard.js'
import { writeFolderAtomic } from '../../../shared/node/wholeFiles.js'
import { sha256File } from '../../../shared/node/hash.js'
import { TOOL_VERSION } from '../../version.js'
import { checkFile } from './checkFile.js'
import { writeGraphs, writeWeights, type WrittenFile } from './fillSkeleton.js'
import { openCheckpoint, type Checkpoint } from './openCheckpoint.js'
import { recognise, type Recognised } from './recognise.js'
import { readSkeletons } from './skeleton.js'

/** Where an import stands: reading the checkpoint through, then writing the model. */
export interface ImportProgress {
  readonly stage: 'check' | 'write'
  readonly doneBytes: number
  readonly totalBytes: number
}

/** How to write an imported model. */
export interface WriteOptions {
  /** Identifier in a localizer's card. */
  readonly id: string
  readonly onProgress?: (progress: ImportProgress) => void
  readonly signal?: AbortSignal
}

/** Files that were made of a checkpoint; they only work together. */
export interface ImportedFiles {
  /** Graphs (encoder before decoder), weights and, of a localizer, its card. */
  readonly files: readonly WrittenFile[]
  /** The checkpoint they were made of. */
  readonly source: WrittenFile
}

/** A checkpoint whose architecture is known and which can be turned into ONNX files. */
export interface OpenImport {
  /** What checkpoints of its shape are called, e.g. `SAM ViT-B`, which MedSAM is too. */
  readonly architecture: string
  readonly task: 'localize' | 'segment'
  /**
   * Fills the weights into the graphs. Equal input, equal bytes.
   * @param folder becomes the model's folder; must not exist or be empty
   * @throws MedlsamError `model` for a corrupt checkpoint, `output`, `cancelled`; then nothing is written
   */
  write(folder: string, options: WriteOptions): Promise<ImportedFiles>
  close(): Promise<void>
}

const CARD_FILE = 'medlam.json'

/**
 * Opens a checkpoint of SAM ViT-B, MedSAM ViT-B or MedLAM for import: `.pth` (a zip of tensors, nothing of which is
 * executed) or `.safetensors`.
 * @param skeletonsFolder graphs without weights: `skeletons` in the folder of the built-in models
 * @throws MedlsamError `model` for a checkpoint that cannot be used
 */
export async function openImport(checkpointPath: string, skeletonsFolder: string): Promise<OpenImport> {
  const skeletons = await readSkeletons(skeletonsFolder)
  const checkpoint = await openCheckpoint(checkpointPath)
  try {
    const recognised = recognise(checkpoint, skeletons)
    const { architecture, task } = recognised.skeleton.map
    return {
      architecture,
      task,
      async write(folder, options) {
        const { sizeBytes } = checkpoint.file
        let files: readonly WrittenFile[] = []
        let sha256 = ''
        await writeFolderAtomic(folder, async (temporary) => {
          sha256 = await checkFile(
            checkpoint,
            (doneBytes) => options.onProgress?.({ stage: 'check', doneBytes, totalBytes: sizeBytes }),
            options.signal,
          )
          files = await writeModel(checkpoint, recognised, temporary, sha256, options)
        })
        return { files, source: { name: path.basename(checkpointPath), sizeBytes, sha256 } }
      },
      close: () => checkpoint.close(),
    }
  } catch (error) {
    await checkpoint.close()
    throw error
  }
}

async function writeModel(
  checkpoint: Checkpoint,
  recognised: Recognised,
  folder: string,
  sourceSha256: string,
  { id, onProgress, signal }: WriteOptions,
): Promise<WrittenFile[]> {
  const { map } = recognised.skeleton
  const totalBytes = map.data.sizeBytes
  const weights = await writeWeights(
    checkpoint.file,
    recognised,
    folder,
    (doneBytes) => onProgress?.({ stage: 'write', doneBytes, totalBytes }),
    signal,
  )
  const source = path.basename(checkpoint.file.path)
  const graphs = await writeGraphs(recognised, folder, {
    source,
    source_sha256: sourceSha256,
    weights_sha256: weights.sha256,
  })
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
  return [
    ...graphs,
    weights,
    { name: CARD_FILE, sizeBytes: Buffer.byteLength(text), sha256: await sha256File(cardPath) },
  ]
}
