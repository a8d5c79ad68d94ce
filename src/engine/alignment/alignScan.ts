import type { AlignmentTemplate } from './alignmentTemplate.js'
import type { TemplateAlignment } from './alignTemplate.js'
import { fuseStructures, type FusedStructure } from './fuseStructures.js'
import type { GridVolume } from './grid.js'
import { inThisThread, type TemplateRunner } from './runTemplates.js'

/** How a scan is aligned. */
export interface AlignScanOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  /** Where templates are aligned; in this thread when left out. */
  readonly runner?: TemplateRunner
}

/** What alignment found in a scan. */
export interface ScanAlignment {
  /** The templates that could be laid over the scan, most alike first. */
  readonly templates: readonly TemplateAlignment[]
  readonly structures: readonly FusedStructure[]
}

/**
 * Finds the structures of templates in a scan: aligns every template to it and lets them vote.
 * @param scan the scan on the working grid, from `prepareScan`
 * @throws the signal's reason when it is aborted
 */
export async function alignScan(scan: GridVolume, templates: readonly AlignmentTemplate[], options: AlignScanOptions = {}): Promise<ScanAlignment> {
  const { signal, onProgress, runner = inThisThread } = options
  signal?.throwIfAborted()
  if (templates.length === 0) return { templates: [], structures: [] }
  const results = await runner(scan, templates, {
    ...(signal === undefined ? {} : { signal }),
    onDone: (done) => onProgress?.(done, templates.length),
  })
  const names = [...new Set(templates.flatMap(({ masks }) => masks.map(({ name }) => name)))]
  const aligned = results.flatMap((result) => (result === null ? [] : [result])).sort((a, b) => b.edges - a.edges)
  return { templates: aligned, structures: fuseStructures(scan, names, aligned) }
}
