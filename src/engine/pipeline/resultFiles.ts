import path from 'node:path'
import { isByHand } from '../../shared/byHand.js'
import { sha256Of } from '../../shared/node/hash.js'
import type { PlannedFile } from '../../shared/node/keepForeign.js'
import type { OutputPaths } from './outputPaths.js'
import { readSidecar } from './readSidecar.js'

/**
 * The files of a result as they are planned. Those that lie there are ours when the sidecar beside them is ours and
 * holds the hashes that they have now, and nobody corrected a structure or drew one.
 */
export async function resultFiles(paths: OutputPaths): Promise<PlannedFile[]> {
  const sidecar = await readSidecar(paths.labelMap)
  // Work of a person is replaced only when somebody says so.
  const known = sidecar?.structures.some(isByHand) === true ? undefined : sidecar?.outputSha256
  return [
    { file: paths.labelMap, isOurs: (present) => sha256Of(present) === known?.labelMap },
    { file: paths.names, isOurs: (present) => sha256Of(present) === known?.names },
    ...paths.exports.map(({ file }) => ({
      file,
      isOurs: (present: Buffer) => sha256Of(present) === known?.exports?.[path.basename(file)],
    })),
    { file: paths.sidecar, isOurs: () => sidecar !== null && !sidecar.structures.some(isByHand) },
  ]
}
