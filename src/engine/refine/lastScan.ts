import type { Scan } from '../../shared/geometry/volume.js'
import { fileStamp } from '../../shared/node/wholeFiles.js'
import { readScan, type ScanOptions } from '../scanFiles/readScan.js'

/** Keeps the scan that was read last, since one correction follows another. */
export class LastScan {
  private kept: { readonly key: string; readonly scan: Promise<Scan> } | null = null
  private timer: NodeJS.Timeout | undefined

  /** @param idleSeconds after so many without a request it is forgotten; never when undefined */
  constructor(private readonly idleSeconds: number | undefined) {}

  /** The scan in a file, read again when the file changed. @throws MedlsamError `input` when it cannot be read */
  async read(path: string, options: ScanOptions): Promise<Scan> {
    this.restartTimer()
    // A scan that is gone is found missing when it is read.
    const stamp = await fileStamp(path).catch(() => '')
    const key = JSON.stringify([path, stamp, options])
    if (this.kept?.key === key) return this.kept.scan
    const scan = readScan(path, options)
    this.kept = { key, scan }
    scan.catch(() => {
      if (this.kept?.key === key) this.kept = null
    })
    return scan
  }

  private restartTimer(): void {
    clearTimeout(this.timer)
    if (this.idleSeconds === undefined) return
    this.timer = setTimeout(() => {
      this.kept = null
    }, this.idleSeconds * 1000)
    // It must not keep a process alive that has nothing else to do.
    this.timer.unref()
  }
}
