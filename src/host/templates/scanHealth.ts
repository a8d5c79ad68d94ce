import { stat } from 'node:fs/promises'
import type { ScanProblems } from '../../protocol/rpc.js'
import { templateScanPath } from '../../shared/node/templateSetPaths.js'
import type { TemplateSet } from '../../shared/templateSet.js'

/** Knows which template scans moved or changed. */
export interface ScanHealth {
  /** What is known without reading any scan. */
  known(setPath: string): ReadonlyMap<string, string>
  /** Asks the engine about sets whose files are not as they were at the last time of asking; true when that told anything new. */
  check(setPath: string, set: TemplateSet): Promise<boolean>
}

/** Remembers what the engine, which reads and hashes the scans, said about a set. */
export function createScanHealth(ask: (setPath: string) => Promise<ScanProblems>): ScanHealth {
  const answers = new Map<string, ReadonlyMap<string, string>>()
  /** How files were when they were asked about last, also while the answer is on its way. */
  const stamps = new Map<string, string>()
  return {
    known: (setPath) => answers.get(setPath) ?? new Map<string, string>(),
    async check(setPath, set) {
      const stamp = await stampOf(setPath, set)
      if (stamps.get(setPath) === stamp) return false
      stamps.set(setPath, stamp)
      try {
        const problems = await ask(setPath)
        // Whoever asked again meanwhile gets a newer answer.
        if (stamps.get(setPath) !== stamp) return false
        answers.set(setPath, new Map(Object.entries(problems)))
        return true
      } catch (error) {
        if (stamps.get(setPath) === stamp) stamps.delete(setPath)
        throw error
      }
    },
  }
}

/** Changes whenever a scan, or what the set says about it, may have changed. */
async function stampOf(setPath: string, set: TemplateSet): Promise<string> {
  const parts = set.scans.map(async (scan) => {
    const info = await stat(templateScanPath(setPath, scan)).catch(() => null)
    return [scan.id, scan.path, scan.sha256, info === null ? null : `${info.size}:${info.mtimeMs}`]
  })
  return JSON.stringify(await Promise.all(parts))
}
