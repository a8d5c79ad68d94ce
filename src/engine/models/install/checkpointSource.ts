import path from 'node:path'
import { defined } from '../../../shared/defined.js'
import type { ImportModelRequest, InstalledModel, RegistryEntry } from '../../../shared/modelTypes.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { openImport, type OpenImport } from '../import/importCheckpoint.js'
import type { ModelsContext } from '../modelsContext.js'

/** A checkpoint that was asked to be imported, and what it is. */
export interface CheckpointSource {
  readonly id: string
  /** The registry's word on models of its kind. */
  readonly entry: RegistryEntry | null
  /** Turns it into ONNX files in a folder that does not exist yet; answers with the files and where they come from. */
  write(
    folder: string,
    hooks: CheckpointHooks,
  ): Promise<{ readonly files: InstalledModel['files']; readonly provenance: string }>
  close(): Promise<void>
}

/** What accompanies the writing. */
export interface CheckpointHooks {
  readonly signal?: AbortSignal
  readonly onBytes?: (done: number, total: number, file: string) => void
}

const CHECKPOINT = /\.(pth|pt|ckpt|bin|tar|safetensors)$/i
/** Folder with the graphs, in that of the built-in models. */
const SKELETONS = 'skeletons'

/** Registry entries of what can be made of a checkpoint. SAM and MedSAM have the same tensors and want other slice images. */
const LOCALIZER = 'medlam'
const SEGMENTERS = { sam: 'sam-vit-b', medsam: 'medsam-vit-b' } as const

/** Whether a file is a checkpoint rather than a file of a finished model. */
export function isCheckpoint(file: string): boolean {
  return CHECKPOINT.test(file)
}

/**
 * Opens the checkpoint of an import request and finds out what it is.
 * @throws MedlsamError `usage` for a wrong request, `model` for a checkpoint that cannot be used
 */
export async function openCheckpointSource(
  { registry, assetsFolder }: ModelsContext,
  request: ImportModelRequest,
): Promise<CheckpointSource> {
  const [file] = request.files
  if (request.files.length > 1)
    throw new MedlsamError('usage', `${file} is a checkpoint, which is imported by itself: name one file.`, file)
  if (request.precision !== undefined && request.precision !== 'fp32')
    throw new MedlsamError(
      'usage',
      `${file} is a checkpoint, whose weights are written as fp32: leave the precision out.`,
      file,
    )
  const source = await openImport(file, path.join(assetsFolder, SKELETONS))
  try {
    const entryId = entryIdOf(source, request)
    const id = request.id ?? entryId
    const entry = registry.models.find((candidate) => candidate.id === entryId) ?? null
    if (id !== entryId && registry.models.some((candidate) => candidate.id === id)) {
      throw new MedlsamError(
        'usage',
        `${file} holds ${source.architecture}, which is not the model "${id}" of the registry: choose another id.`,
        file,
        { remedy: { option: 'id' } },
      )
    }
    return {
      id,
      entry,
      async write(folder, { signal, onBytes }) {
        const written = await source.write(folder, {
          id,
          ...defined({ signal }),
          onProgress: ({ stage, doneBytes, totalBytes }) =>
            onBytes?.(doneBytes, totalBytes, stage === 'check' ? path.basename(file) : 'ONNX files'),
        })
        return {
          files: written.files.map((each) => ({ ...each, trust: 'user' })),
          provenance: `Made of ${written.source.name} (${written.source.sizeBytes} bytes, SHA-256 ${written.source.sha256}) by filling its tensors into our graph of ${source.architecture}.`,
        }
      },
      close: () => source.close(),
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

function entryIdOf(
  { task, architecture }: OpenImport,
  { files: [file], id, normalisation }: ImportModelRequest,
): string {
  if (task === 'localize') return LOCALIZER
  if (id === SEGMENTERS.sam || id === SEGMENTERS.medsam) return id
  const name = path.basename(file).toLowerCase()
  if (name.includes('medsam')) return SEGMENTERS.medsam
  if (name.startsWith('sam')) return SEGMENTERS.sam
  if (normalisation !== undefined) return normalisation === 'minMax' ? SEGMENTERS.medsam : SEGMENTERS.sam
  throw new MedlsamError(
    'usage',
    `${file} holds ${architecture}, and from its tensors SAM cannot be told from MedSAM, which wants other slice images: import it under the id ${SEGMENTERS.sam} or ${SEGMENTERS.medsam}, or say how its slice images were prepared in training.`,
    file,
    { remedy: { option: 'normalisation' } },
  )
}
