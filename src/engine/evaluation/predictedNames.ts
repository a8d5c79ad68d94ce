import { readFile } from 'node:fs/promises'
import type { BoxMm } from '../../protocol/geometry.js'
import { sidecarSchema } from '../../protocol/sidecar.js'
import { outputPaths } from '../pipeline/outputPaths.js'

/** What the file beside a prediction says of one structure. */
export interface PredictedStructure {
  readonly name: string
  readonly labelValue: number
  /** The box that localization found; null when it found none. */
  readonly boxMm: BoxMm | null
  /** Why it was not found, or what to look at. */
  readonly reason: string | null
}

/** What the sidecar of a label map of ours says; null when there is none, or it is not ours. */
export async function readPredictedStructures(labelMap: string): Promise<readonly PredictedStructure[] | null> {
  if (!/\.nii(\.gz)?$/i.test(labelMap)) return null
  const text = await readFile(outputPaths(labelMap, '').sidecar, 'utf8').catch(() => null)
  if (text === null) return null
  const parsed = sidecarSchema.safeParse(parseJson(text))
  if (!parsed.success) return null
  return parsed.data.structures.map(({ name, labelValue, boxMm, reason }) => ({ name, labelValue, boxMm, reason: reason ?? null }))
}

/** Any JSON may lie beside a label map, also broken JSON; only ours means something here. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
