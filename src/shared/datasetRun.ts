import type { ErrorData } from './errorData.js'
import type { Progress, Stage } from './progress.js'
import type { SegmentRequest } from './requests.js'

/** What is asked for in every scan: templates, options, segmenter. */
export type ScanSettings = Omit<SegmentRequest, 'scanPath' | 'series' | 'out' | 'reproducible' | 'bidsFields' | 'keep'>

/** What to do with a folder of scans. */
export interface DatasetRequest {
  readonly settings: ScanSettings
  /** Folder that is searched for scans, with everything below it. */
  readonly folder: string
  /** Folder for results, which mirrors the tree of `folder`; beside the scans when absent. */
  readonly out?: string
  /** Write a BIDS derivatives dataset; to `derivatives/medlsam` of `folder` when `out` is absent. */
  readonly bids?: boolean
  /** Only files whose path in `folder` matches one of these globs; a glob without a slash is compared with the name alone. */
  readonly include?: readonly string[]
  /** Not the files that match one of these. */
  readonly exclude?: readonly string[]
  /** The part of the scans that this run takes: every `count`-th, from the `index`-th (1 to `count`) on. */
  readonly shard?: Shard
  /** Whether to write the summary at the end; true when absent. */
  readonly summary?: boolean
  /** Of scans that are done again, do only structures that are not as this run would make them (`structureFingerprint`). */
  readonly onlyChanged?: boolean
  /** Do finished scans again, and replace label maps that this tool did not write or that were edited since. */
  readonly force?: boolean
}

/** One of several parts of a dataset. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number
  readonly count: number
}

/** Layouts of folders that are known; `plain` is any other. */
export type DatasetLayout = 'plain' | 'nnunet' | 'msd' | 'bids'

/**
 * Why a file that could be a scan by its name is not one of the dataset's, or a folder is not searched.
 * What users read for it is in `REASON_TEXTS`.
 */
export type SkipReason =
  | 'labelMap'
  | 'otherChannel'
  | 'notCt'
  | 'excluded'
  | 'sameOutput'
  | 'resultFolder'
  | 'ownSlices'
  | 'cannotOpen'
  | 'notFetched'

/** A file that is left out, with the reason. Paths are relative to the dataset's folder, with slashes. */
export interface SkippedFile {
  readonly path: string
  readonly reason: SkipReason
}

/** Why a scan has to be done (again); see `REASON_TEXTS`. */
export type TodoReason =
  'new' | 'unfinished' | 'failedBefore' | 'scanChanged' | 'otherOptions' | 'outputMissing' | 'forced'

/** Why a label map is left alone; see `REASON_TEXTS`. */
export type KeptReason = 'editedSince' | 'notFromRun' | 'otherScan'

/**
 * What a run would do with a scan: `todo`, but for the structures in `keeps`; `done` in an earlier run with the same input,
 * models, templates and options; or `kept`, because its label map was edited since, is not one of ours, or is that of a scan of another
 * folder, and nobody forces us.
 */
export type ScanState =
  | { readonly kind: 'todo'; readonly why: TodoReason; readonly keeps?: readonly string[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'kept'; readonly why: KeptReason }

/** Where a scan of a dataset is and where its result goes. */
export interface DatasetScan {
  /** Path in the dataset's folder, with slashes: what users and journals call it. */
  readonly path: string
  readonly scanPath: string
  /** Path of the label map in the results' folder, with slashes. */
  readonly output: string
  readonly labelMapPath: string
}

/** A scan of a plan. */
export interface PlannedScan extends DatasetScan {
  readonly state: ScanState
  /** Whether it belongs to the part that this run takes. */
  readonly inShard: boolean
}

/** Everything but the scan that decides a result. */
export interface RunFingerprint {
  /** Version of the program. */
  readonly tool: string
  /** SHA-256 of the localizer and of the segmenter's networks. */
  readonly models: readonly string[]
  /** SHA-256 of the encoded templates. */
  readonly templates: string
  readonly options: Readonly<Record<string, unknown>>
}

/** What a run of a dataset will do. */
export interface DatasetPlan {
  readonly request: DatasetRequest
  /** Where results and summary go. */
  readonly outFolder: string
  readonly layouts: readonly DatasetLayout[]
  /** All scans, in the order of their paths. */
  readonly scans: readonly PlannedScan[]
  readonly skipped: readonly SkippedFile[]
  /** Sentences about templates that cannot be used. */
  readonly warnings: readonly string[]
  readonly fingerprint: RunFingerprint
}

/** How far a run is. */
export interface DatasetTotals {
  /** Scans of this run's part. */
  readonly total: number
  /** Finished in this run, those in which nothing was found among them. */
  readonly done: number
  /** Failed in this run. */
  readonly failed: number
  /** Finished before, elsewhere, or kept. */
  readonly already: number
  /** Null until a scan is done. */
  readonly scansPerHour: number | null
  readonly secondsLeft: number | null
}

/** A scan that could not be done. */
export interface ScanFailure {
  readonly path: string
  /** What was being done; null before anything was. */
  readonly stage: Stage | null
  readonly error: ErrorData
}

/** What happens during a run, in order. `lane` numbers the scans that run at the same time, from 0. */
export type DatasetEvent =
  /** Another run in the same process goes first; only of runs in the engine process. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'started'; readonly totals: DatasetTotals }
  | { readonly kind: 'scanStarted'; readonly lane: number; readonly scan: DatasetScan }
  | { readonly kind: 'scanProgress'; readonly lane: number; readonly scan: DatasetScan; readonly progress: Progress }
  | {
      readonly kind: 'scanDone'
      readonly lane: number
      readonly scan: DatasetScan
      readonly seconds: number
      /** The same by stage of the run. */
      readonly stageSeconds: Readonly<Record<string, number>>
      readonly found: number
      readonly structures: number
      readonly totals: DatasetTotals
    }
  /** The scan shows nothing of what the templates show: nothing was written of it. */
  | {
      readonly kind: 'scanNothingFound'
      readonly lane: number
      readonly scan: DatasetScan
      readonly reason: string
      readonly totals: DatasetTotals
    }
  | {
      readonly kind: 'scanFailed'
      readonly lane: number
      readonly scan: DatasetScan
      readonly failure: ScanFailure
      readonly totals: DatasetTotals
    }
  /** Another process has finished or failed it meanwhile. */
  | { readonly kind: 'scanElsewhere'; readonly scan: DatasetScan; readonly totals: DatasetTotals }
  /** All that is left is being done by other processes. */
  | { readonly kind: 'waiting'; readonly scans: number }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }

/** How a run ended. */
export interface DatasetOutcome {
  readonly totals: DatasetTotals
  readonly failures: readonly ScanFailure[]
  /** Scans of this run's part that show nothing of what the templates show; none of them has files. */
  readonly nothingFound: readonly string[]
  /** Scans whose label maps were left alone. */
  readonly kept: readonly string[]
  /** True when it was stopped before all scans were done. */
  readonly stopped: boolean
  /** Paths of the summary's two files; they are written unless the request says otherwise. */
  readonly summaryCsv: string
  readonly summaryHtml: string
}
