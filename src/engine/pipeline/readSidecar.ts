import { readFile } from 'node:fs/promises'
import { sidecarSchema, type Sidecar } from '../../shared/sidecar.js'
import { outputPaths } from './outputPaths.js'

/** The sidecar of a label map (NIfTI); null when there is none, or what lies there is not ours. */
export async function readSidecar(labelMapPath: string): Promise<Sidecar | null> {
  const text = await readFile(outputPaths(labelMapPath, '').sidecar, 'utf8').catch(() => null)
  const parsed = text === null ? null : sidecarSchema.safeParse(jsonOrNull(text))
  return parsed?.success === true ? parsed.data : null
}

/** Any JSON may lie beside a label map, also broken JSON; only ours means something here. */
function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
