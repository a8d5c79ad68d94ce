import type { FileSource, LabelMapView } from '../../protocol/scanEditor.js'
import { readScan } from '../viewer/scanBytes.js'
import type { Viewer } from '../viewer/viewer.js'
import type { LabelState } from './editorState.js'
import type { EditorStore } from './editorStore.js'

/** More than any label map holds: only scans have a limit that can be set. */
const LIMIT_BYTES = 2 ** 31

/** Draws the labels over the scan, one file after the other; nothing before the viewer is there and has a scan. */
export class LabelDisplay {
  private isSyncing = false

  /** `onLoaded`: the viewer has new labels, which need their colours. */
  constructor(
    private readonly store: EditorStore,
    private readonly onLoaded: (viewer: Viewer) => void,
  ) {}

  setLabelMaps(names: readonly string[], map: LabelMapView | null): void {
    const { viewer } = this.store
    const { drawnUrl, map: before } = this.labels
    const isDescribed =
      drawnUrl === map?.file.url && JSON.stringify(before?.structures) !== JSON.stringify(map.structures)
    this.change({ names, map })
    // Names and colours may come later than the label map.
    if (isDescribed && viewer) this.onLoaded(viewer)
    void this.sync()
  }

  setPreview(preview: FileSource | null): void {
    this.change({ preview })
    void this.sync()
  }

  /** Draws the labels again, over a scan that has just been drawn. */
  redraw(): Promise<void> {
    this.change({ drawnUrl: null })
    return this.sync()
  }

  private get labels(): LabelState {
    return this.store.state.labels
  }

  private change(next: Partial<LabelState>): void {
    this.store.update({ labels: { ...this.labels, ...next } })
  }

  private wanted(): FileSource | null {
    return this.labels.preview ?? this.labels.map?.file ?? null
  }

  /** When another file is wanted meanwhile, that one too, one after the other. */
  private async sync(): Promise<void> {
    const { viewer } = this.store
    if (this.isSyncing || !viewer) return
    this.isSyncing = true
    while (this.store.state.isScanShown && (this.wanted()?.url ?? null) !== this.labels.drawnUrl)
      await this.draw(viewer, this.wanted())
    this.isSyncing = false
  }

  private async draw(viewer: Viewer, file: FileSource | null): Promise<void> {
    if (file === null) {
      viewer.removeLabelMap()
      this.change({ drawnUrl: null, shown: null, problem: null, facts: [] })
      return
    }
    this.change({ drawnUrl: file.url, shown: null, problem: null, isBusy: this.labels.preview === null })
    try {
      const bytes = await readScan(file.url, file.sizeBytes, LIMIT_BYTES, () => undefined)
      const facts = await viewer.showLabelMap(bytes, file.name.replace(/\.gz$/i, ''))
      this.change({ facts })
      this.onLoaded(viewer)
      const isPreview = this.labels.preview?.url === file.url
      this.change({
        shown: isPreview ? { kind: 'preview', labelCount: facts.length } : { kind: 'labelMap', name: file.name },
      })
    } catch (error) {
      // What was drawn before is not what is asked for now.
      viewer.removeLabelMap()
      this.change({ facts: [] })
      // Files of a run that has just ended are gone, which is no problem.
      if (this.wanted()?.url === file.url)
        this.change({
          problem: `${file.name} cannot be shown: ${error instanceof Error ? error.message : String(error)}`,
        })
    } finally {
      this.change({ isBusy: false })
    }
  }
}
