import { open } from 'node:fs/promises'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { damaged, readAt, refused, type CheckpointContent, type OpenFile } from './checkpoint.js'
import { readSafetensorsFile } from './safetensorsFile.js'
import { readTorchFile } from './torchFile.js'

/** A checkpoint whose directory has been read. */
export interface Checkpoint extends CheckpointContent {
  readonly file: OpenFile
  close(): Promise<void>
}

/**
 * Opens a checkpoint, `.pth` (or any other ending) or `.safetensors`, and reads what it lists; the kind is told by the first bytes.
 * @throws MedlsamError `model` when it is missing or cannot be used
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const handle = await open(path).catch((cause: unknown) => {
    throw new MedlsamError(
      'model',
      `The checkpoint ${path} cannot be opened: check the path and whether you may read it.`,
      path,
      { cause },
    )
  })
  try {
    const info = await handle.stat()
    if (!info.isFile()) throw refused(path, 'is not a file', 'choose the .pth or .safetensors file of the model')
    const file: OpenFile = { path, handle, sizeBytes: info.size }
    const content = await read(file)
    return { ...content, file, close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function read(file: OpenFile): Promise<CheckpointContent> {
  const { path, sizeBytes } = file
  if (sizeBytes < 16) throw damaged(path, 'it is almost empty')
  const head = Buffer.from(await readAt(file, 0, 16))
  if (head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return readTorchFile(file)
  if (head[8] === 0x7b) return readSafetensorsFile(file)
  if (head[0] === 0x80) {
    throw refused(
      path,
      'is in the format of PyTorch before 1.6',
      'save it again with a newer one, torch.save(torch.load("old.pth", map_location="cpu", weights_only=True), "new.pth"), and import the new file',
    )
  }
  if (/^\s*<(!doctype|html)/i.test(head.toString('latin1'))) {
    throw refused(
      path,
      'is a web page, so the download went wrong',
      'open the address in a browser and save the file itself',
    )
  }
  if (head.toString('latin1').startsWith('version https:')) {
    throw refused(path, 'is only a pointer to the checkpoint (Git LFS)', 'fetch the file itself with git lfs pull')
  }
  throw refused(
    path,
    'is no checkpoint that can be imported',
    'choose a .pth file saved by PyTorch 1.6 or newer, or a .safetensors file',
  )
}
