/** The first bytes that a file holds once unpacked (gzip), or as it is; fewer when there are no more, also where it is cut off. */
export async function firstUnpacked(bytes: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.subarray(0, length)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const reader = (stream as ReadableStream<Uint8Array>).getReader()
  const start = new Uint8Array(length)
  let filled = 0
  try {
    while (filled < length) {
      const { done, value } = await reader.read()
      if (done) break
      const part = value.subarray(0, length - filled)
      start.set(part, filled)
      filled += part.length
    }
  } catch {
    // The rest of it was not read: what is there will do.
  } finally {
    await reader.cancel().catch(() => undefined)
  }
  return start.subarray(0, filled)
}
