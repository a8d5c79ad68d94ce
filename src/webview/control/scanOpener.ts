import type { FileSource, ToScanView } from '../../protocol/scanEditor.js'
import { painted } from '../dom/painted.js'
import { readScan } from '../viewer/scanBytes.js'
import { ScanProblem } from '../viewer/scanProblem.js'
import { Viewer } from '../viewer/viewer.js'
import type { EditorStore } from './editorStore.js'
import type { LabelDisplay } from './labelDisplay.js'
import type { ViewControl } from './viewControl.js'

/** What opening a scan needs beside the store. */
export interface OpenerParts {
  readonly view: ViewControl
  readonly labels: LabelDisplay
  /** The canvas of the planes. */
  canvas(): HTMLCanvasElement
  /** After every drawing of the planes: overlays follow. */
  onDraw(): void
  /** What had to be guessed of the scan on display. */
  onWarnings(texts: readonly string[]): void
}

/** Reads a scan and draws it, or says why that cannot be done. */
export class ScanOpener {
  private opened: { readonly scan: FileSource; readonly limitBytes: number } | null = null
  private isChanging = false

  constructor(
    private readonly store: EditorStore,
    private readonly parts: OpenerParts,
  ) {}

  async open(message: Extract<ToScanView, { type: 'open' }>): Promise<void> {
    const { name, scan, limitBytes } = message
    const { store, parts } = this
    if (store.viewer === null) parts.view.start(message.view)
    store.update({
      scanName: name,
      keys: message.keys,
      canRun: message.canRun && message.labelMapItself === null,
      labelMapItself: message.labelMapItself,
      points: message.points,
      isScanShown: false,
      notice: { kind: 'loading', text: `Reading ${name}…`, done: 0, total: scan.sizeBytes },
    })
    try {
      const viewer = await this.viewer()
      const { volume, facts } = await readScan(scan, 'scan', limitBytes, (done, total) => {
        store.update({ notice: { kind: 'loading', text: `Reading ${name}…`, done, total } })
      })
      this.opened = { scan, limitBytes }
      store.update({ notice: { kind: 'loading', text: `Drawing ${name}…`, done: 1, total: 1 } })
      await painted()
      viewer.showScan(volume, message.labelMapItself !== null)
      parts.view.restore(viewer)
      const kind = viewer.imageKind()
      const { size, affine } = volume
      const image = kind && { ...kind, facts, size, affine, timePoint: 0 }
      store.update({ notice: { kind: 'none' }, isScanShown: true, image })
      if (facts.warnings.length > 0) parts.onWarnings(facts.warnings)
      // For bench/editor.ts.
      void painted().then(() => performance.mark('scan drawn'))
      await parts.labels.redraw()
    } catch (error) {
      const text =
        error instanceof ScanProblem
          ? error.message
          : `The scan cannot be shown (${error instanceof Error ? error.message : String(error)}). Try again, or export it as NIfTI.`
      store.update({ notice: { kind: 'problem', name, text } })
    }
  }

  /** Shows another volume of a 4D image; of many wishes in a row the last one. */
  async showTimePoint(timePoint: number): Promise<void> {
    const { store, opened } = this
    const { viewer, state } = store
    if (opened === null || viewer === null || state.image === null) return
    store.update({ image: { ...state.image, timePoint } })
    if (this.isChanging) return
    this.isChanging = true
    try {
      for (let shown = -1; store.state.image !== null && shown !== store.state.image.timePoint;) {
        shown = store.state.image.timePoint
        const { volume } = await readScan(opened.scan, 'scan', opened.limitBytes, () => undefined, shown)
        viewer.showTimePoint(volume)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.parts.onWarnings([`Another time point of ${opened.scan.name} cannot be shown: ${reason}`])
    } finally {
      this.isChanging = false
    }
  }

  private async viewer(): Promise<Viewer> {
    const { store, parts } = this
    store.viewer ??= await Viewer.start(parts.canvas(), store.state.view, {
      onReading: (reading) => {
        parts.view.showReading(reading)
      },
      onWindow: (window) => {
        parts.view.showWindow(window)
      },
      onDraw: () => {
        parts.onDraw()
      },
    })
    return store.viewer
  }
}
