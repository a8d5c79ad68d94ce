import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { firstUnpacked } from '../labelNames/firstUnpacked.js'
import { HEADER_BYTES, type NamesFiles } from '../labelNames/labelNames.js'

/** The files around a label map of this machine. */
export function namesFilesIn(folder: string): NamesFiles {
  return {
    read: (name) => readFile(path.join(folder, name)).catch(() => null),
    async start(name) {
      const handle = await open(path.join(folder, name))
      try {
        // What is packed takes less room than what it holds.
        const bytes = new Uint8Array(HEADER_BYTES)
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
        return await firstUnpacked(bytes.subarray(0, bytesRead), HEADER_BYTES)
      } finally {
        await handle.close()
      }
    },
  }
}
