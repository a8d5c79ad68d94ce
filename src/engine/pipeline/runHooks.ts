import type { LabelVolume, Scan, SourceGeometry } from '../../shared/geometry/volume.js'
import type { ProgressListener } from '../../shared/progress.js'
import type { Sidecar } from '../../shared/sidecar.js'
import type { LocalizedStructure } from '../../shared/structure.js'
import type { EarlyMask } from '../sam/masks/earlyMasks.js'
import type { BuiltBank } from '../templates/buildBank.js'
import type { HashedFile } from './writeResult.js'

/** What accompanies a run. */
export interface RunHooks {
  readonly onProgress?: ProgressListener
  /** Called for each structure as soon as it is localized. */
  readonly onStructure?: (structure: LocalizedStructure) => void
  /**
   * Called when a segmentation is ready, before any of its files is written; nothing is written when it throws.
   * What it returns is added to the sidecar's warnings.
   */
  readonly beforeWrite?: (result: UnwrittenResult) => Promise<readonly string[]>
  /** Called when the files are encoded; when it throws, none of them is written. */
  readonly beforeFiles?: (files: readonly HashedFile[], sidecar: Sidecar) => Promise<void>
  /**
   * Take these templates and the segmenter that is open, whatever those that the request names have become
   * meanwhile: for one of many runs that belong together.
   */
  readonly templates?: BuiltBank
  /** Called with the drafts of structures, then with each one's mask as soon as its last slice is done, and awaited; the end result may differ in a few voxels. */
  readonly onEarlyMask?: (early: EarlyMask, geometry: SourceGeometry) => Promise<void>
  readonly signal?: AbortSignal
  /** Ends a segmentation early: what is finished by then is written. */
  readonly endEarly?: AbortSignal
}

/** A segmentation that is not on disk yet. */
export interface UnwrittenResult {
  readonly scan: Scan
  readonly labels: LabelVolume
  readonly sidecar: Sidecar
  /** Wall seconds per stage. */
  readonly seconds: Readonly<Record<string, number>>
}
