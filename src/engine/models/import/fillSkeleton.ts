import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256Of } from '../../../shared/node/hash.js'
import { throwIfCancelled } from '../../../shared/medlsamError.js'
import type { OpenFile } from './checkpoint.js'
import type { Recognised } from './recognise.js'
import { readFloats } from './tensorData.js'

/** A file that was written. */
export interface WrittenFile {
  readonly name: string
  readonly sizeBytes: number
  readonly sha256: string
}

/**
 * Writes the data file of a skeleton: every tensor of the checkpoint as float32 at its offset, zeros between them.
 * One tensor at a time is in memory.
 * @throws MedlsamError `model` for tensors that cannot be used, `cancelled`
 */
export async function writeWeights(
  file: OpenFile,
  { skeleton: { map }, tensors }: Recognised,
  folder: string,
  onBytes: (done: number) => void,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const hash = createHash('sha256')
  const handle = await open(path.join(folder, map.data.file), 'wx')
  let at = 0
  const write = async (bytes: Uint8Array): Promise<void> => {
    await handle.writeFile(bytes)
    hash.update(bytes)
    at += bytes.length
  }
  try {
    for (const { tensor, offset, permute } of [...map.weights].sort((a, b) => a.offset - b.offset)) {
      throwIfCancelled(signal)
      const stored = tensors.get(tensor)
      if (stored === undefined) throw new TypeError(`${tensor} was not checked for`)
      await write(new Uint8Array(offset - at))
      const floats = await readFloats(file, tensor, stored, permute)
      await write(new Uint8Array(floats.buffer))
      onBytes(at)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { name: map.data.file, sizeBytes: at, sha256: hash.digest('hex') }
}

/**
 * Copies the graphs of a skeleton, each with a note of what fills it, so that equal graphs with other weights have other hashes.
 * @param notes written into the ONNX files as metadata
 */
export async function writeGraphs(
  { skeleton }: Recognised,
  folder: string,
  notes: Readonly<Record<string, string>>,
): Promise<WrittenFile[]> {
  const written: WrittenFile[] = []
  for (const name of skeleton.map.graphs) {
    const bytes = Buffer.concat([
      await readFile(path.join(skeleton.folder, name)),
      ...Object.entries(notes).map(metadataEntry),
    ])
    const handle = await open(path.join(folder, name), 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    written.push({ name, sizeBytes: bytes.length, sha256: sha256Of(bytes) })
  }
  return written
}

/**
 * One `metadata_props` entry of an ONNX model, to be put after its end: fields of a protobuf message may come in any
 * order, and repeated ones anywhere (field 14 of ModelProto, fields 1 and 2 of StringStringEntryProto in onnx.proto).
 */
function metadataEntry([key, value]: readonly [string, string]): Buffer {
  return field(14, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]))
}

/** A length-delimited protobuf field. */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = []
  let rest = content.length
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128)
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), content])
}
