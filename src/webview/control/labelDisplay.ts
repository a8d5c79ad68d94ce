import type { FileSource, FromScanView, LabelMapView, ToScanView } from '../../protocol/scanEditor.js'
import type { ImageVolume } from '../viewer/imageVolume.js'
import { readScan } from '../viewer/scanBytes.js'
import type { LabelFacts } from '../viewer/shownLabels.js'
import type { Viewer } from '../viewer/viewer.js'
import type { LabelState } from './editorState.js'
import type { EditorStore } from './editorStore.js'

/** More than any label map holds: only scans have a limit that can be set. */
const LIMIT_BYTES = 2 ** 31

/** Labels to draw. */
interface WantedLabels {
  readonly kind: 'labelMap' | 'preview'
  readonly name: string
  /** Null for a new label map, which is empty. */
  readonly file: FileSource | null
  /** Another text for whatever must be drawn anew. */
  readonly key: string
}

/** Draws the labels over the scan, one file after the other; nothing before the viewer is there and has a scan. */
export class LabelDisplay {
  private isSyncing = false

  /** `onLoaded`: the viewer has new labels, which need their colours. */
  constructor(
    private readonly store: EditorStore,
    private readonly post: (message: FromScanView) => void,
    private readonly onLoaded: (viewer: Viewer) => void,
  ) {}

  setLabelMaps(names: readonly string[], map: LabelMapView | null): void {
    const { viewer } = this.store
    const { drawnKey, map: before } = this.labels
    const isDescribed =
      map !== null && drawnKey === keyOf(map) && JSON.stringify(before?.structures) !== JSON.stringify(map.structures)
    this.change({ names, map })
    // Names and colours may come later than the label map.
    if (isDescribed && viewer) this.onLoaded(viewer)
    void this.sync()
  }

  setPreview(preview: FileSource | null): void {
    this.change({ preview })
    void this.sync()
  }

  /** Draws what was edited elsewhere, or before this page was there. */
  follow({ labelMap, runs, structures, drawnSlices, activate }: Extract<ToScanView, { type: 'labelEdits' }>): void {
    const { viewer, state } = this.store
    const { shown } = state.labels
    if (viewer === null || shown?.kind !== 'labelMap' || shown.name !== labelMap || !viewer.canEditLabels()) return
    const facts = viewer.editLabels(runs)
    const active = activate ?? this.labels.activeLabel
    const isThere = structures.some(({ labelValue }) => labelValue === active)
    const activeLabel = isThere ? active : (structures.at(0)?.labelValue ?? null)
    this.change({ facts, structures, drawnSlices, activeLabel })
    this.onLoaded(viewer)
  }

  /** Draws what a correction changes that is still going on, until the next edit. */
  showEarly({ labelMap, runs }: Extract<ToScanView, { type: 'earlyCorrection' }>): void {
    const { viewer, state } = this.store
    const { shown } = state.labels
    if (viewer === null || shown?.kind !== 'labelMap' || shown.name !== labelMap) return
    const facts = viewer.showEarly(runs)
    if (facts === null) return
    this.change({ facts })
    this.onLoaded(viewer)
  }

  /** What is drawn is what the file holds now. */
  setSaved({ labelMap, file }: Extract<ToScanView, { type: 'labelMapSaved' }>): void {
    const { map } = this.labels
    if (map?.name !== labelMap || this.labels.drawnKey !== keyOf(map)) return
    const saved = { ...map, file }
    this.change({ map: saved, drawnKey: keyOf(saved) })
  }

  /** Draws the labels again, over a scan that has just been drawn. */
  redraw(): Promise<void> {
    this.change({ drawnKey: null })
    return this.sync()
  }

  private get labels(): LabelState {
    return this.store.state.labels
  }

  private change(next: Partial<LabelState>): void {
    this.store.update({ labels: { ...this.labels, ...next } })
  }

  private wanted(): WantedLabels | null {
    const { preview, map } = this.labels
    if (preview !== null) return { kind: 'preview', name: preview.name, file: preview, key: preview.url }
    return map && { kind: 'labelMap', name: map.name, file: map.file, key: keyOf(map) }
  }

  /** When another file is wanted meanwhile, that one too, one after the other. */
  private async sync(): Promise<void> {
    const { viewer } = this.store
    if (this.isSyncing || !viewer) return
    this.isSyncing = true
    while (this.store.state.isScanShown && (this.wanted()?.key ?? null) !== this.labels.drawnKey)
      await this.draw(viewer, this.wanted())
    this.isSyncing = false
  }

  private async draw(viewer: Viewer, wanted: WantedLabels | null): Promise<void> {
    // Edits are followed again when they can be drawn.
    this.post({ type: 'labelsDrawn', labelMap: null })
    if (wanted === null) {
      viewer.removeLabelMap()
      this.change({ drawnKey: null, shown: null, problem: null, facts: [], structures: null, drawnSlices: [] })
      return
    }
    const { key, kind, name, file } = wanted
    this.change({
      drawnKey: key,
      shown: null,
      problem: null,
      structures: null,
      drawnSlices: [],
      isBusy: kind === 'labelMap',
    })
    try {
      const facts = await this.show(viewer, file)
      this.change({ facts })
      this.onLoaded(viewer)
      this.change({ shown: kind === 'preview' ? { kind, labelCount: facts.length } : { kind, name } })
      if (kind === 'labelMap') this.post({ type: 'labelsDrawn', labelMap: name })
    } catch (error) {
      // What was drawn before is not what is asked for now.
      viewer.removeLabelMap()
      this.change({ facts: [] })
      // Files of a run that has just ended are gone, which is no problem.
      if (this.wanted()?.key === key)
        this.change({ problem: `${name} cannot be shown: ${error instanceof Error ? error.message : String(error)}` })
    } finally {
      this.change({ isBusy: false })
    }
  }

  private async show(viewer: Viewer, file: FileSource | null): Promise<readonly LabelFacts[]> {
    const volume: ImageVolume | null =
      file === null ? viewer.emptyLabels() : (await readScan(file, 'labels', LIMIT_BYTES, () => undefined)).volume
    return volume === null ? [] : viewer.showLabelMap(volume)
  }
}

function keyOf({ name, file, version }: LabelMapView): string {
  return `${file?.url ?? name}#${version}`
}
