import { isByHand } from '../../../shared/byHand.js'
import type { DatasetScan, ScanState } from '../../../shared/datasetRun.js'
import { keptStructures, untouchedSidecar } from '../../pipeline/keptStructures.js'
import { outputPaths } from '../../pipeline/outputPaths.js'
import { structureFingerprint } from '../../pipeline/structureFingerprint.js'
import { hashScan } from '../../scanFiles/hashScan.js'
import { fingerprintHash, fingerprintOfResult, type Prepared } from './runFingerprint.js'

/**
 * What to do with a result that is ours although no journal says so: a run of this scan alone made it, or a person
 * corrected it in our editor since. Null for a label map that is to be left alone.
 */
export async function stateOfOwnResult(scan: DatasetScan, fingerprint: string): Promise<ScanState | null> {
  const sidecar = await untouchedSidecar(outputPaths(scan.labelMapPath, scan.scanPath))
  if (sidecar === null) return null
  const input = await hashScan(scan.scanPath).catch(() => null)
  if (input !== sidecar.input.sha256) return null
  const made = fingerprintOfResult(sidecar)
  if (made !== null && fingerprintHash(made) === fingerprint) return { kind: 'done' }
  // The rest of it is as good as what any run made.
  return sidecar.structures.some(isByHand) ? { kind: 'todo', why: 'otherOptions' } : null
}

/** The structures of a scan's result that a run of it would leave as they are. */
export async function keptInResult(
  scan: DatasetScan,
  { fingerprint, structureSha256 }: Pick<Prepared, 'fingerprint' | 'structureSha256'>,
  onlyChanged: boolean,
): Promise<readonly string[]> {
  const sidecar = await untouchedSidecar(outputPaths(scan.labelMapPath, scan.scanPath))
  if (sidecar === null) return []
  const fingerprints = Object.entries(structureSha256).map(([name, sha256]): [string, string] => [
    name,
    structureFingerprint(fingerprint, sha256),
  ])
  return [...keptStructures(sidecar, onlyChanged ? 'unchanged' : 'corrected', new Map(fingerprints))]
}
