import type { Correction, RefineRequest, SegmentBoxRequest } from '../protocol/editedLabels.js'
import { defined } from '../shared/defined.js'
import { throwIfCancelled } from '../shared/medlsamError.js'
import type { LocalizeRequest, SegmentRequest } from '../shared/requests.js'
import type { LocalizationReport } from '../shared/sidecar.js'
import type { TemplateSet } from '../shared/templateSet.js'
import { SHARED_DESCRIPTOR_MM } from './alignment/alignmentTemplate.js'
import type { EditedLabelMap } from './editing/editedLabelMap.js'
import { LoadedModels, type EngineOptions } from './loadedModels.js'
import type { MedlamModel } from './medlam/model.js'
import type { TemplateBank } from './medlam/templateBank.js'
import type { Models } from './models/modelStore.js'
import { localizeFile } from './pipeline/localizeFile.js'
import { measureBank, type MeasuredBank } from './pipeline/measureBank.js'
import type { RunHooks } from './pipeline/runHooks.js'
import { segmentFile, type SegmentResult } from './pipeline/segmentFile.js'
import { startClock } from './pipeline/stageClock.js'
import { Corrections, type RefineHooks } from './refine/corrections.js'
import type { Network } from './runtime/network.js'
import type { Segmenter } from './sam/segmenter.js'
import { buildBank, type BuildBankOptions, type BuiltBank } from './templates/buildBank.js'
import type { KnownScan } from './templates/knownPoints.js'
import type { TemplateSources } from './templates/resolveTemplates.js'

export type { EngineOptions } from './loadedModels.js'
export type { RunHooks, UnwrittenResult } from './pipeline/runHooks.js'
export type { SegmentResult } from './pipeline/segmentFile.js'

/** Loads models once and runs scans through them; all methods may be called one after another. */
export interface Engine {
  readonly sources: TemplateSources
  readonly models: Models
  /** Finds the structures of the templates in a scan; writes nothing. */
  localize(request: LocalizeRequest, hooks?: RunHooks): Promise<LocalizationReport>
  /** Finds and segments, and writes label map, sidecar and names beside the scan or to `out`. */
  segment(request: SegmentRequest, hooks?: RunHooks): Promise<SegmentResult>
  /** Corrects a structure of a label map by points; writes nothing. */
  refine(request: RefineRequest, edited: Pick<EditedLabelMap, 'labels'>, hooks?: RefineHooks): Promise<Correction>
  /** Segments a structure of a label map again in a box; writes nothing. */
  segmentBox(
    request: SegmentBoxRequest,
    edited: Pick<EditedLabelMap, 'labels'>,
    hooks?: Pick<RunHooks, 'signal' | 'onProgress'>,
  ): Promise<Correction>
  /** Encodes a template set. */
  buildBank(
    set: TemplateSet,
    setFile: string,
    hooks?: RunHooks & Pick<BuildBankOptions, 'credit' | 'calibrateOn'>,
  ): Promise<BuiltBank>
  /** Finds the structures of a bank in scans where they are known, and says how far off its boxes are. */
  measureBank(
    bank: TemplateBank,
    scans: readonly KnownScan[],
    hooks?: Pick<RunHooks, 'signal' | 'onProgress'>,
  ): Promise<MeasuredBank>
  /** The bank that a name, bank file or template set stands for. */
  templates(templates: string, hooks?: Pick<RunHooks, 'signal'>): Promise<BuiltBank>
  medlam(): Promise<MedlamModel>
  /** The segmenter that a name stands for now; what was open under it before is closed when that is another one. */
  segmenter(id?: string, hooks?: Pick<RunHooks, 'signal'>): Promise<Segmenter>
  /** Networks opened so far, for their run counts and seconds. */
  networks(): readonly Network[]
  close(): Promise<void>
}

/** Sets up an engine. Models are loaded on first use. */
export function openEngine(options: EngineOptions = {}): Engine {
  const loaded = new LoadedModels(options)
  const corrections = new Corrections(loaded, options.idleSeconds)
  return {
    sources: loaded.sources,
    models: loaded.models,
    medlam: () => loaded.medlam(),
    segmenter: (id, hooks) => loaded.segmenter(id, hooks),
    templates: (name, { signal } = {}) => loaded.templates(name, defined({ signal })),
    networks: () => loaded.networks(),
    localize: (request, hooks) => localizeFile(loaded, request, hooks),
    segment: (request, hooks) => segmentFile(loaded, request, hooks),
    refine: (request, edited, hooks) => corrections.refine(request, edited, hooks),
    segmentBox: (request, edited, hooks) => corrections.segmentBox(request, edited, hooks),
    async buildBank(set, setFile, { credit, calibrateOn, signal, onProgress } = {}) {
      const clock = startClock(onProgress)
      clock.start('templates')
      return buildBank(await loaded.medlam(), set, setFile, {
        ...defined({ credit, calibrateOn }),
        descriptorMm: SHARED_DESCRIPTOR_MM,
        checkCancelled: () => {
          throwIfCancelled(signal)
        },
        onProgress: (done, total, template) => {
          clock.report(done, total, template)
        },
      })
    },
    measureBank: async (bank, scans, hooks) =>
      measureBank({ model: await loaded.medlam(), bank, threads: loaded.threads }, scans, hooks),
    close: () => loaded.close(),
  }
}
