import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'

/**
 * Writes a `.safetensors` file with all tensors that a skeleton asks for, as float16 zeros: a hole in the file, so that
 * even big ones take no room.
 * @param rename what the tensors are called in the file
 */
export async function writeEmptyCheckpoint(
  file: string,
  skeletonFolder: string,
  rename: (name: string) => string = (name) => name,
): Promise<string> {
  const { weights } = JSON.parse(readFileSync(path.join(skeletonFolder, 'map.json'), 'utf8')) as {
    weights: { tensor: string; shape: number[] }[]
  }
  const header: Record<string, { dtype: 'F16'; shape: number[]; data_offsets: [number, number] }> = {}
  let end = 0
  for (const { tensor, shape } of weights) {
    const start = end
    end += 2 * shape.reduce((product, n) => product * n, 1)
    header[rename(tensor)] = { dtype: 'F16', shape, data_offsets: [start, end] }
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const handle = await open(file, 'w')
  await handle.writeFile(Buffer.concat([length, text]))
  await handle.truncate(8 + text.length + end)
  await handle.close()
  return file
}
