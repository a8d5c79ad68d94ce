import type { FileSource, ToScanView } from '../../protocol/scanEditor.js'
import { painted } from '../dom/painted.js'
import { promisedBytes } from '../viewer/headerSize.js'
import { niftiProblem } from '../viewer/niftiCheck.js'
import { readScan, ScanProblem, tooLarge } from '../viewer/scanBytes.js'
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
}

/** Reads a scan and draws it, or says why that cannot be done. */
export class ScanOpener {
  constructor(
    private readonly store: EditorStore,
    private readonly parts: OpenerParts,
  ) {}

  async open(message: Extract<ToScanView, { type: 'open' }>): Promise<void> {
    const { scan, limitBytes } = message
    const { store, parts } = this
    if (store.viewer === null) parts.view.start(message.view)
    store.update({
      scanName: scan.name,
      keys: message.keys,
      canRun: message.canRun,
      points: message.points,
      isScanShown: false,
      notice: { kind: 'loading', text: `Reading ${scan.name}…`, done: 0, total: scan.sizeBytes },
    })
    try {
      const viewer = await this.viewer()
      const bytes = await readScan(scan.url, scan.sizeBytes, limitBytes, (done, total) => {
        store.update({ notice: { kind: 'loading', text: `Reading ${scan.name}…`, done, total } })
      })
      store.update({ notice: { kind: 'loading', text: `Drawing ${scan.name}…`, done: 1, total: 1 } })
      await painted()
      await checkAndShow(viewer, bytes, scan, limitBytes)
      parts.view.restore(viewer)
      store.update({ notice: { kind: 'none' }, isScanShown: true })
      await parts.labels.redraw()
    } catch (error) {
      const text =
        error instanceof ScanProblem
          ? error.message
          : `The scan cannot be shown (${error instanceof Error ? error.message : String(error)}). Try again, or export it as NIfTI.`
      store.update({ notice: { kind: 'problem', name: scan.name, text } })
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

async function checkAndShow(viewer: Viewer, bytes: ArrayBuffer, scan: FileSource, limitBytes: number): Promise<void> {
  const name = scan.name.replace(/\.gz$/i, '')
  const isNifti = /\.nii$/i.test(name)
  const problem = isNifti ? niftiProblem(bytes) : null
  if (problem !== null) throw new ScanProblem(problem)
  // What is packed inside the format is unpacked by the renderer, which knows no limit.
  if (!isNifti && (promisedBytes(bytes) ?? 0) > limitBytes) throw tooLarge(limitBytes)
  await viewer.showScan(bytes, name)
}
