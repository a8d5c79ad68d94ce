import { readImageNode, writeImageNode } from '@itk-wasm/image-io'

/** Writes a scan in the format that the new name stands for, with ITK's own writers. */
export async function convertScan(from: string, to: string): Promise<void> {
  const image = await readImageNode(from)
  // NIfTI's own fields mean nothing elsewhere.
  image.metadata = new Map()
  await writeImageNode(image, to, { useCompression: true })
}
