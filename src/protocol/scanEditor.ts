/** The wire between the extension host and the scan editor's webview: two closed unions, nothing else. */
import type { BoxMm, ExtremePoints, ExtremeSide, PointMm } from '../shared/geometry/points.js'
import type { ScanPoints } from '../shared/scanPoints.js'
import type { Progress } from '../shared/progress.js'
import type { StructureStatus } from '../shared/structure.js'
import type { KeyHelp, ViewCommand } from './viewCommand.js'

/** A file that the webview fetches by itself. */
export interface FileSource {
  /** File name, for the user. */
  readonly name: string
  /** Address that the webview may fetch. */
  readonly url: string
  readonly sizeBytes: number
}

/** A structure of a label map or of a run that is going on. */
export interface ListedStructure {
  readonly name: string
  readonly labelValue: number
  readonly color: string
  readonly status: StructureStatus | 'waiting'
  readonly reason?: string | undefined
  /** Null where the label map has no sidecar. */
  readonly confidence: number | null
  readonly volumeMl: number | null
  readonly boxMm: BoxMm | null
  readonly extremePointsMm: ExtremePoints | null
}

/** A label map on display. `structures` is empty when no sidecar or table names them. */
export interface LabelMapView {
  readonly file: FileSource
  readonly structures: readonly ListedStructure[]
  readonly warnings: readonly string[]
}

/** What stands in the run panel. */
export type RunView =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly progress: Progress | null; readonly structures: readonly ListedStructure[] }
  /** `next` is the button below the message. */
  | {
      readonly kind: 'failed'
      readonly message: string
      readonly next: { readonly action: 'retry' | 'remedy'; readonly label: string } | null
    }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'done'; readonly summary: string; readonly warnings: readonly string[] }

/** Host to webview. */
export type ToScanView =
  | {
      readonly type: 'open'
      readonly scan: FileSource
      readonly limitBytes: number
      readonly points: ScanPoints
      readonly keys: readonly KeyHelp[]
      /** The view as the webview left it last time; only the webview knows its shape. */
      readonly view: unknown
      /** False where the workspace is not trusted or virtual: view only. */
      readonly canRun: boolean
    }
  /** The scan cannot be had: said in the editor, which offers to try again. */
  | { readonly type: 'problem'; readonly name: string; readonly text: string }
  | { readonly type: 'canRun'; readonly canRun: boolean }
  | { readonly type: 'points'; readonly points: ScanPoints; readonly activate?: string }
  | { readonly type: 'labelMaps'; readonly names: readonly string[]; readonly shown: LabelMapView | null }
  | { readonly type: 'run'; readonly run: RunView }
  /** Masks of a run that is going on, over any label map; null when it is over. */
  | { readonly type: 'preview'; readonly file: FileSource | null }
  | { readonly type: 'crosshair'; readonly pointMm: PointMm }
  | { readonly type: 'command'; readonly command: ViewCommand }

/** What the webview asks the host to do with the points. */
export type PointsRequest =
  | { readonly kind: 'add' }
  | { readonly kind: 'rename'; readonly structure: string }
  | { readonly kind: 'recolor'; readonly structure: string }
  | { readonly kind: 'remove'; readonly structure: string }
  | { readonly kind: 'place'; readonly structure: string; readonly side: ExtremeSide; readonly pointMm: PointMm }
  | { readonly kind: 'unplace'; readonly structure: string; readonly side: ExtremeSide }

/** Buttons of the webview that run a command of the host. */
export const SCAN_ACTIONS = ['segment', 'cancel', 'retry', 'remedy', 'addToSet', 'useLabelMap'] as const

/** One of {@link SCAN_ACTIONS}. */
export type ScanAction = (typeof SCAN_ACTIONS)[number]

/** Webview to host. */
export type FromScanView =
  | { readonly type: 'ready' }
  | { readonly type: 'focus'; readonly focused: boolean }
  | { readonly type: 'crosshair'; readonly pointMm: PointMm }
  | { readonly type: 'view'; readonly view: unknown }
  | { readonly type: 'showLabelMap'; readonly name: string | null }
  | { readonly type: 'points'; readonly request: PointsRequest }
  | { readonly type: 'action'; readonly action: ScanAction }
