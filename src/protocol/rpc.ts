/** The wire between the extension host and the engine process: JSON-RPC over the fork's IPC channel. Voxels never cross it. */
import { NotificationType, RequestType, RequestType0, type RequestHandler, type RequestHandler0 } from 'vscode-jsonrpc'
import type { DatasetEvent, DatasetOutcome, DatasetRequest } from '../shared/datasetRun.js'
import type { ErrorData } from '../shared/errorData.js'
import type { ExtremePoints } from '../shared/geometry/points.js'
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
import type { Progress } from '../shared/progress.js'
import type { SegmentRequest } from '../shared/requests.js'
import type { Sidecar } from '../shared/sidecar.js'
import type { LocalizedStructure, Structure } from '../shared/structure.js'
import type { TemplateSet } from '../shared/templateSet.js'

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
  | { readonly kind: 'labelMap'; readonly path: string }
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
  /** Null when the segmenter found nothing. */
  readonly volumeMl: number | null
  /** A temporary label map with all masks so far; gone when the run is over. */
  readonly labelMapPath: string
}

/** A request to segment, and the path of a folder to make for masks that are there early; none without it. */
export interface SegmentWithPreviews extends SegmentRequest {
  readonly previewFolder?: string
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
/** Only waits for disk and network: stopping it must not take another run with it. */
const BESIDE: WhenStopped = { patienceMs: null, answers: true }

/** Localize and segment; writes label map, names and sidecar. */
export const segmentMethod = new RunMethod<SegmentWithPreviews, SegmentOutcome>('segment')
/** Segments a folder of scans. When it is cancelled it finishes the step it is at, writes the summary and answers. */
export const segmentFolderMethod = new RunMethod<DatasetRequest, DatasetOutcome>('segmentFolder', FOLDER)
/** What happens during the run of a folder. */
export const datasetEventNotification = new NotificationType<{ readonly run: number; readonly event: DatasetEvent }>(
  'datasetEvent',
)
/** Host to engine: hold the run of a folder after the scan it is at, or go on. */
export const pauseNotification = new NotificationType<{ readonly run: number; readonly paused: boolean }>('pause')
/** Leave-one-out check of a template set file. */
export const checkTemplatesMethod = new RunMethod<{ readonly setPath: string }, TemplateCheckReport>('checkTemplates')
/** Add a scan to a template set file; answers with the set as written, also while a run goes on. */
export const addTemplateMethod = new RequestType<AddTemplateRequest, TemplateSet, ErrorData>('addTemplate')
/** Which scans of a template set file moved or changed; answered at once, also while a run goes on. */
export const scanProblemsMethod = new RequestType<{ readonly setPath: string }, ScanProblems, ErrorData>('scanProblems')
/** Versions, models, providers, built-in banks; answered at once, also while a run goes on. */
export const infoMethod = new RequestType0<EngineInfo, ErrorData>('info')
/** What the bank in a file holds. */
export const bankInfoMethod = new RequestType<{ readonly path: string }, TemplatesInfo, ErrorData>('bankInfo')
/** Where a run stands. */
export const progressNotification = new NotificationType<{ readonly run: number; readonly progress: Progress }>(
  'progress',
)
/** A structure's mask is there. */
export const earlyMaskNotification = new NotificationType<{ readonly run: number; readonly mask: EarlyMaskNote }>(
  'earlyMask',
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
  segmentFolder: segmentFolderMethod,
  checkTemplates: checkTemplatesMethod,
  addTemplate: addTemplateMethod,
  scanProblems: scanProblemsMethod,
  info: infoMethod,
  bankInfo: bankInfoMethod,
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
