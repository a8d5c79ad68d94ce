import { MedlsamError } from '../../shared/medlsamError.js'
import { sha256IfThere } from '../../shared/node/hash.js'
import type { KeepRule } from '../../shared/requests.js'
import { isByHand } from '../../shared/byHand.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { OutputPaths } from './outputPaths.js'
import { readSidecar } from './readSidecar.js'
import { fingerprintInResult } from './structureFingerprint.js'

/**
 * The sidecar of a result of ours, when the label map and names beside it are still those that it was written with.
 * @returns null where there is none, or somebody has changed the files
 */
export async function untouchedSidecar({ labelMap, names }: OutputPaths): Promise<Sidecar | null> {
  const sidecar = await readSidecar(labelMap)
  const known = sidecar?.outputSha256
  if (sidecar === null || known === undefined) return null
  const same = known.labelMap === (await sha256IfThere(labelMap)) && known.names === (await sha256IfThere(names))
  return same ? sidecar : null
}

/**
 * The structures of an earlier result that a run leaves as they are: what a person corrected or drew and, where the rule
 * says so, what models, options and templates say nothing new of.
 * @param fingerprints of the structures that the run would make; see `structureFingerprint`
 */
export function keptStructures(
  earlier: Sidecar,
  rule: KeepRule,
  fingerprints: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  return new Set(
    earlier.structures
      .filter(
        (structure) =>
          isByHand(structure) ||
          (rule === 'unchanged' &&
            structure.status !== 'failed' &&
            fingerprints.has(structure.name) &&
            fingerprintInResult(earlier, structure.name) === fingerprints.get(structure.name)),
      )
      .map(({ name }) => name),
  )
}

/**
 * Makes sure that corrections are of the scan that is run.
 * @throws MedlsamError `output` when the scan has changed since a person corrected its result
 */
export function checkSameScan(earlier: Sidecar, scanSha256: string, labelMap: string): void {
  if (earlier.input.sha256 === scanSha256 || !earlier.structures.some(isByHand)) return
  throw new MedlsamError(
    'output',
    `${labelMap} holds corrections of a scan that has changed since, so it is kept: choose another name, or say that it may be replaced.`,
    labelMap,
    { remedy: { option: 'force' } },
  )
}
