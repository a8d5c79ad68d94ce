import { sha256Of } from '../../shared/node/hash.js'
import { runOptionsSchema, type Sidecar } from '../../shared/sidecar.js'

/** What a run makes every structure with, but for the templates. */
export interface RunTools {
  /** Version of the program. */
  readonly tool: string
  /** SHA-256 of the localizer and of the segmenter's networks. */
  readonly models: readonly string[]
  /** Options of the run, perhaps with others among them. */
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * One hash of all that decides a structure of a scan: program, models, options, and what the templates say of it. Which
 * other structures are asked for plays no part.
 * @param structureSha256 of `hashStructures`
 */
export function structureFingerprint({ tool, models, options }: RunTools, structureSha256: string): string {
  const own = Object.entries(runOptionsSchema.parse(options))
    .filter(([name]) => name !== 'structures')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return sha256Of(JSON.stringify([tool, models, own, structureSha256]))
}

/** The same of a structure of a result; null where its sidecar does not tell. */
export function fingerprintInResult(sidecar: Sidecar, name: string): string | null {
  const run = sidecar.earlier?.find(({ structures }) => structures.includes(name)) ?? sidecar
  const sha256 = run.templates.structureSha256?.[name]
  if (sha256 === undefined) return null
  const { tool, templates, segmenter, options } = run
  return structureFingerprint({ tool: tool.version, models: modelsOf({ templates, segmenter }), options }, sha256)
}

/** SHA-256 of the localizer and of the segmenter's networks, as a sidecar has them. */
export function modelsOf({ templates, segmenter }: Pick<Sidecar, 'templates' | 'segmenter'>): string[] {
  return [templates.modelHash, ...(segmenter?.sha256 ?? [])]
}
