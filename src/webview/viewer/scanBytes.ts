/** A file that cannot be shown; the message says what is wrong and what to do. */
export class ScanProblem extends Error {
  override readonly name = 'ScanProblem'
}

/** Bytes read so far, and of how many. */
export type ReadListener = (doneBytes: number, totalBytes: number) => void

/** Fetches a file and unpacks it when it is gzipped, never past `limitBytes`. */
export async function readScan(
  url: string,
  sizeBytes: number,
  limitBytes: number,
  onRead: ReadListener,
): Promise<ArrayBuffer> {
  if (sizeBytes === 0) throw new ScanProblem('The file is empty. Copy it again from where it came.')
  if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
  const response = await fetch(url)
  if (!response.ok || response.body === null) {
    throw new ScanProblem(
      `The file cannot be read (${response.status}). Check that it still exists and that you may read it.`,
    )
  }
  let packed = 0
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        packed += chunk.byteLength
        onRead(packed, sizeBytes)
        controller.enqueue(chunk)
      },
    }),
  )
  const bytes = await collect(counted, limitBytes)
  return isGzip(bytes) ? await gunzip(bytes, limitBytes) : bytes.buffer
}

async function gunzip(bytes: Uint8Array<ArrayBuffer>, limitBytes: number): Promise<ArrayBuffer> {
  try {
    return (await collect(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')), limitBytes)).buffer
  } catch (error) {
    if (error instanceof ScanProblem) throw error
    throw new ScanProblem(
      'The file is cut short or damaged: it cannot be unpacked. Copy it again from where it came.',
      { cause: error },
    )
  }
}

async function collect(stream: ReadableStream<Uint8Array>, limitBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.byteLength
    if (length > limitBytes) {
      await reader.cancel()
      throw tooLarge(limitBytes)
    }
    chunks.push(value)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** The scan is larger than the setting allows. */
export function tooLarge(limitBytes: number): ScanProblem {
  return new ScanProblem(
    `The scan needs more than ${Math.round(limitBytes / 2 ** 20)} MB once unpacked. Raise the setting medlsam.editor.maxSizeMb, or crop or downsample the scan.`,
  )
}
