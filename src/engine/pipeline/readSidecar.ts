import { parseJsonOrNull } from '../../shared/parseJsonOrNull.js'
import { readTextFile } from '../../shared/node/readTextFile.js'
import { sidecarSchema, type Sidecar } from '../../shared/sidecar.js'
import { outputPaths } from './outputPaths.js'

/** The sidecar of a label map (NIfTI); null when there is none, or what lies there is not ours. */
export async function readSidecar(labelMapPath: string): Promise<Sidecar | null> {
  const text = await readTextFile(outputPaths(labelMapPath, '').sidecar).catch(() => null)
  const parsed = sidecarSchema.safeParse(parseJsonOrNull(text))
  return parsed.success ? parsed.data : null
}
