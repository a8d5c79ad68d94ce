/** The wire between the extension host and the engine process: JSON-RPC over the fork's IPC channel. Voxels never cross it. */
import { NotificationType, RequestType, RequestType0, type RequestHandler, type RequestHandler0 } from 'vscode-jsonrpc'
import type { DatasetEvent, DatasetOutcome, DatasetPlan, DatasetRequest } from '../shared/datasetRun.js'
import type { ErrorData } from '../shared/errorData.js'
import type { ExtremePoints } from '../shared/geometry/points.js'
import type { LabelComparison, LabelStatisticsReport } from '../shared/labelComparison.js'
import type {
  DownloadModelRequest,
  GpuRuntimeInfo,
  ImportModelRequest,
  InstalledModel,
  ModelChoice,
  ModelsInfo,
  ProviderTestReport,
  VerifiedFile,
} from '../shared/modelTypes.js'
import type { OpenableSeries } from '../shared/openableSeries.js'
import type { Progress } from '../shared/progress.js'
import type { ConvertOutcome, ConvertRequest } from '../shared/exportFormats.js'
import type { LocalizeRequest, SegmentRequest } from '../shared/requests.js'
import type { LocalizationReport, Sidecar } from '../shared/sidecar.js'
import type { Verdict } from '../shared/reviews.js'
import type { LocalizedStructure, Structure } from '../shared/structure.js'
import type { TemplateSet } from '../shared/templateSet.js'
import type {
  SaveLabelMapRequest,
  SavedLabelMap,
  RefineRequest,
  SegmentBoxRequest,
  Correction,
  OperateRequest,
  OperateAnswer,
  LabelStatisticsRequest,
  CompareLabelMapsRequest,
} from './editedLabels.js'

/** What a segmentation wrote. */
export interface SegmentOutcome {
  readonly labelMapPath: string
  readonly sidecar: Sidecar
}

/** What templates (a set, a bank, a built-in bank) hold. */
export interface TemplatesInfo {
  readonly name: string
  readonly credit: string
  readonly structures: readonly Structure[]
  readonly templates: readonly { readonly id: string; readonly structures: readonly string[] }[]
  readonly problems: readonly string[]
}

/** What is installed and in use. */
export interface EngineInfo {
  readonly version: string
  readonly providers: readonly string[]
  readonly localizer: { readonly id: string; readonly kind: string; readonly sha256: string; readonly provider: string }
  readonly segmenters: readonly { readonly id: string; readonly title: string }[]
  readonly banks: readonly TemplatesInfo[]
}

/** Where the points of a new template come from. */
export type TemplateSource =
  | {
      readonly kind: 'labelMap'
      readonly path: string
      /** What the user calls values that nothing else names. */
      readonly names?: readonly { readonly labelValue: number; readonly name: string }[]
      /** Names of the structures to take; all when absent. */
      readonly only?: readonly string[]
      /** Values without a name may be called `Label 7`; else they are refused. */
      readonly takeUnnamed?: boolean
    }
  | {
      readonly kind: 'points'
      readonly structures: readonly { readonly name: string; readonly color: string; readonly points: ExtremePoints }[]
      readonly markupsPath: string | null
    }

/** A scan to add to a template set file, which is made when it does not exist. */
export interface AddTemplateRequest {
  readonly setPath: string
  readonly scanPath: string
  readonly source: TemplateSource
}

/** Leave-one-out error of every structure in every template. */
export interface TemplateCheckReport {
  readonly problems: readonly string[]
  readonly rows: readonly {
    readonly template: string
    readonly structure: string
    readonly wallErrorMm: number
    readonly flagged: boolean
  }[]
}

/** A structure whose mask is there while others are still being segmented. */
export interface EarlyMaskNote {
  readonly name: string
  /** Whether it is a draft, which a run that ends early does not keep. */
  readonly isDraft: boolean
  /** Null when the segmenter found nothing. */
  readonly volumeMl: number | null
  /** A temporary label map with all masks so far; gone when the run is over. */
  readonly labelMapPath: string
}

/** A request to segment, and the path of a folder to make for masks that are there early; none without it. */
export interface SegmentWithPreviews extends SegmentRequest {
  readonly previewFolder?: string
}

/** What a person says of the result of a scan. */
export interface ReviewRequest {
  /** The summary that it is said in. */
  readonly summaryHtml: string
  /** The scan as the summary calls it. */
  readonly scan: string
  /** Path of the label map in the results' folder, with slashes. */
  readonly output: string
  /** Null takes it back. */
  readonly verdict: Verdict | null
}

/** A DICOM series to be made a volume that the editor can show. */
export interface SeriesVolumeRequest {
  /** One of its slices. */
  readonly scanPath: string
  /** Where volumes of series are kept. */
  readonly cacheFolder: string
  /** How much they may take there together. */
  readonly cacheBytes: number
  /** The most that the voxels may take. */
  readonly maxBytes: number
}

/** That volume. */
export interface SeriesVolume {
  /** A NIfTI file, in HU. */
  readonly volumePath: string
  /** What the names of its results begin with: beside the folder of its slices. */
  readonly stem: string
  readonly warnings: readonly string[]
}

/** Structures of a DICOM SEG or RTSTRUCT to be written as a label map. */
export interface ImportLabelsRequest {
  readonly file: string
  /** What they were drawn on. */
  readonly scanPath: string
  /** A NIfTI file that is not there yet. */
  readonly out: string
}

/** What was written. */
export interface ImportedLabels {
  readonly labelMapPath: string
  /** How many there are. */
  readonly structures: number
  readonly warnings: readonly string[]
}

/** What was deleted. */
export interface ClearedVolumes {
  readonly volumes: number
  readonly bytes: number
}

/** Why scans of a template set cannot be used, as one sentence per scan id; scans without an entry are as they were. */
export type ScanProblems = Readonly<Record<string, string>>

/** A request with a number that its progress notifications carry. */
export interface Numbered<T> {
  readonly run: number
  readonly request: T
}

/** What becomes of a run that the host tells to stop. */
export interface WhenStopped {
  /** How long the engine may take to stop by itself before the host kills it; null for never, a second when absent. */
  readonly patienceMs?: number | null
  /** Whether it still has an answer to give, which the host waits for; without one the run is over at once. */
  readonly answers?: boolean
}

/** A request that tells how far it is, under its number, and that can be stopped. */
export class RunMethod<P, R> extends RequestType<Numbered<P>, R, ErrorData> {
  constructor(
    method: string,
    readonly whenStopped: WhenStopped = {},
  ) {
    super(method)
  }
}

/** Loading a provider blocks the engine for seconds, and killing it meanwhile would count as a crash of the provider. */
const SELF_TEST: WhenStopped = { patienceMs: 60_000 }
/** A folder's run finishes the step it is at and writes its summary; only then is it worth killing. */
const FOLDER: WhenStopped = { patienceMs: 60_000, answers: true }
/** Ends after the network run that it is at; killing the engine would lose the embeddings that the next one needs. */
const CORRECTION: WhenStopped = { patienceMs: null }
/** Only waits for disk and network: stopping it must not take another run with it. */
const BESIDE: WhenStopped = { patienceMs: null, answers: true }

/** Localize and segment; writes label map, names and sidecar. */
export const segmentMethod = new RunMethod<SegmentWithPreviews, SegmentOutcome>('segment')
/** Localize alone; writes nothing. */
export const localizeMethod = new RunMethod<LocalizeRequest, LocalizationReport>('localize')
/** Host to engine: end a segmentation, and write what is finished; it is cancelled where nothing is. */
export const endEarlyNotification = new NotificationType<{ readonly run: number }>('endEarly')
/** Says what a run of a folder would do; writes nothing. */
export const planFolderMethod = new RunMethod<DatasetRequest, DatasetPlan>('planFolder')
/** Segments a folder of scans. When it is cancelled it finishes the step it is at, writes the summary and answers. */
export const segmentFolderMethod = new RunMethod<DatasetRequest, DatasetOutcome>('segmentFolder', FOLDER)
/** What happens during the run of a folder. */
export const datasetEventNotification = new NotificationType<{ readonly run: number; readonly event: DatasetEvent }>(
  'datasetEvent',
)
/** Host to engine: hold the run of a folder after the scan it is at, or go on. */
export const pauseNotification = new NotificationType<{ readonly run: number; readonly paused: boolean }>('pause')
/** Keep a verdict on a result; answered at once, also while a run goes on. */
export const reviewScanMethod = new RequestType<ReviewRequest, void, ErrorData>('reviewScan')
/** Leave-one-out check of a template set file. */
export const checkTemplatesMethod = new RunMethod<{ readonly setPath: string }, TemplateCheckReport>('checkTemplates')
/** Add a scan to a template set file; answers with the set as written, also while a run goes on. */
export const addTemplateMethod = new RequestType<AddTemplateRequest, TemplateSet, ErrorData>('addTemplate')
/** Write a label map in a format of other programs, also while a run goes on. */
export const convertLabelMapMethod = new RequestType<ConvertRequest, ConvertOutcome, ErrorData>('convertLabelMap')
/** Which DICOM series a folder holds; answered at once, also while a run goes on. */
export const openableSeriesMethod = new RequestType<{ readonly folder: string }, readonly OpenableSeries[], ErrorData>(
  'dicom/series',
)
/** What the names of the results of a slice's series begin with. */
export const seriesStemMethod = new RequestType<{ readonly scanPath: string }, { readonly stem: string }, ErrorData>(
  'dicom/stem',
)
/** Make a volume of a DICOM series, or find the one that was made before; also while a run goes on. */
export const seriesVolumeMethod = new RunMethod<SeriesVolumeRequest, SeriesVolume>('dicom/volume', BESIDE)
/** Write the structures of a DICOM SEG or RTSTRUCT as a label map of a scan, with their names. */
export const importLabelsMethod = new RequestType<ImportLabelsRequest, ImportedLabels, ErrorData>('importLabels')
/** Delete the volumes of series. */
export const clearVolumesMethod = new RequestType<{ readonly cacheFolder: string }, ClearedVolumes, ErrorData>(
  'dicom/clear',
)
/** Which scans of a template set file moved or changed; answered at once, also while a run goes on. */
export const scanProblemsMethod = new RequestType<{ readonly setPath: string }, ScanProblems, ErrorData>('scanProblems')
/** Versions, models, providers, built-in banks; answered at once, also while a run goes on. */
export const infoMethod = new RequestType0<EngineInfo, ErrorData>('info')
/** What the bank in a file holds. */
export const bankInfoMethod = new RequestType<{ readonly path: string }, TemplatesInfo, ErrorData>('bankInfo')
/** Write a label map that was edited, with names and sidecar. */
export const saveLabelMapMethod = new RequestType<SaveLabelMapRequest, SavedLabelMap, ErrorData>('saveLabelMap')
/** Correct a structure by points; writes nothing. */
export const refineMethod = new RunMethod<RefineRequest, Correction>('refine', CORRECTION)
/** Segment a structure again in a box; writes nothing. */
export const segmentBoxMethod = new RunMethod<SegmentBoxRequest, Correction>('segmentBox', CORRECTION)
/** Change the mask of one structure as a whole; writes nothing. */
export const operateMethod = new RequestType<OperateRequest, OperateAnswer, ErrorData>('operate')
/** Compare a label map with another one of the same scan. */
export const compareLabelMapsMethod = new RequestType<CompareLabelMapsRequest, LabelComparison, ErrorData>(
  'compareLabelMaps',
)
/** Measure all structures of a label map. */
export const labelStatisticsMethod = new RequestType<LabelStatisticsRequest, LabelStatisticsReport, ErrorData>(
  'labelStatistics',
)
/** Where a run stands. */
export const progressNotification = new NotificationType<{ readonly run: number; readonly progress: Progress }>(
  'progress',
)
/** A structure's mask is there. */
export const earlyMaskNotification = new NotificationType<{ readonly run: number; readonly mask: EarlyMaskNote }>(
  'earlyMask',
)
/**
 * What a correction by points changes on the slice of the latest point, from the labels as they were sent, packed by
 * `packRuns`; the answer holds it too, and what is carried to other slices.
 */
export const earlyCorrectionNotification = new NotificationType<{ readonly run: number; readonly runs: string }>(
  'earlyCorrection',
)
/** A structure was localized. */
export const structureNotification = new NotificationType<{
  readonly run: number
  readonly structure: LocalizedStructure
}>('structure')
/** Every model that is embedded, installed or can be had, and where models lie. */
export const listModelsMethod = new RequestType0<ModelsInfo, ErrorData>('models/list')
/** Download a model; progress counts bytes under the stage `download`. Runs beside other requests. Cancelling keeps what has come, for the next try. */
export const downloadModelMethod = new RunMethod<DownloadModelRequest, InstalledModel>('models/download', BESIDE)
/** Take finished ONNX files or a checkpoint into the models folder. */
export const importModelMethod = new RunMethod<ImportModelRequest, InstalledModel>('models/import', BESIDE)
/** Compare the files of a model, or of all installed ones (null), with their recorded SHA-256. */
export const verifyModelMethod = new RequestType<ModelChoice | null, readonly VerifiedFile[], ErrorData>(
  'models/verify',
)
/** Delete an installed model's files; answers with the folders that are gone. */
export const removeModelMethod = new RunMethod<ModelChoice, readonly string[]>('models/remove', BESIDE)
/** Time one encode per provider and remember which is fastest with the right answer; `auto` takes it from then on. */
export const testProvidersMethod = new RunMethod<{ readonly id: string }, ProviderTestReport>(
  'models/testProviders',
  SELF_TEST,
)
/** Whether the GPU files of ONNX Runtime are missing here and can be fetched. */
export const gpuRuntimeMethod = new RequestType0<GpuRuntimeInfo, ErrorData>('models/gpuRuntime')
/** Fetch them. `acceptUnverified` takes them although no SHA-256 is pinned here, checked against what the package feed publishes. */
export const downloadGpuRuntimeMethod = new RunMethod<{ readonly acceptUnverified: boolean }, GpuRuntimeInfo>(
  'models/downloadGpuRuntime',
  BESIDE,
)

/** Every request that the engine answers. One that is added here needs a handler in the engine's `serve.ts`. */
export const ENGINE_METHODS = {
  segment: segmentMethod,
  localize: localizeMethod,
  planFolder: planFolderMethod,
  segmentFolder: segmentFolderMethod,
  reviewScan: reviewScanMethod,
  checkTemplates: checkTemplatesMethod,
  addTemplate: addTemplateMethod,
  convertLabelMap: convertLabelMapMethod,
  scanProblems: scanProblemsMethod,
  openableSeries: openableSeriesMethod,
  seriesStem: seriesStemMethod,
  seriesVolume: seriesVolumeMethod,
  importLabels: importLabelsMethod,
  clearVolumes: clearVolumesMethod,
  info: infoMethod,
  bankInfo: bankInfoMethod,
  saveLabelMap: saveLabelMapMethod,
  refine: refineMethod,
  segmentBox: segmentBoxMethod,
  operate: operateMethod,
  compareLabelMaps: compareLabelMapsMethod,
  labelStatistics: labelStatisticsMethod,
  listModels: listModelsMethod,
  downloadModel: downloadModelMethod,
  importModel: importModelMethod,
  verifyModel: verifyModelMethod,
  removeModel: removeModelMethod,
  testProviders: testProvidersMethod,
  gpuRuntime: gpuRuntimeMethod,
  downloadGpuRuntime: downloadGpuRuntimeMethod,
} as const

type HandlerOf<Method> =
  Method extends RequestType<infer Params, infer Answer, infer Failure>
    ? RequestHandler<Params, Answer, Failure>
    : Method extends RequestType0<infer Answer, infer Failure>
      ? RequestHandler0<Answer, Failure>
      : never

/** A handler for every request of {@link ENGINE_METHODS}. */
export type EngineHandlers = {
  readonly [Name in keyof typeof ENGINE_METHODS]: HandlerOf<(typeof ENGINE_METHODS)[Name]>
}
