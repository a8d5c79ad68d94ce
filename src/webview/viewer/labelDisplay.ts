import type { FileSource, LabelMapView } from '../../protocol/scanEditor.js'
import { readScan } from './scanBytes.js'
import type { LabelFacts, Viewer } from './viewer.js'

/** Which labels are wanted and which are drawn. */
export interface LabelState {
  /** Names of the label maps beside the scan. */
  readonly names: readonly string[]
  /** The one that was chosen. */
  readonly map: LabelMapView | null
  /** Masks of a run that is going on: they lie over any label map until it ends. */
  readonly preview: FileSource | null
  /** What the drawn labels were read from, and what they say. */
  readonly drawnUrl: string | null
  readonly facts: readonly LabelFacts[]
  readonly busy: boolean
  readonly problem: string | null
}

/** Draws the labels over the scan, one file after the other. */
export interface LabelDisplay {
  state(): LabelState
  setLabelMaps(names: readonly string[], map: LabelMapView | null): void
  setPreview(file: FileSource | null): void
  /** Draws the labels again, over a scan that has just been drawn. */
  redraw(): Promise<void>
}

/** What the display tells. */
export interface LabelDisplayEvents {
  /** The viewer has new labels, which need their colours. */
  onLoaded(viewer: Viewer): void
  onChange(): void
}

/** Makes the display; it draws nothing before the viewer is there and has a scan. */
export function createLabelDisplay(viewer: () => Viewer | null, events: LabelDisplayEvents): LabelDisplay {
  let state: LabelState = { names: [], map: null, preview: null, drawnUrl: null, facts: [], busy: false, problem: null }
  let syncing = false

  function change(next: Partial<LabelState>): void {
    state = { ...state, ...next }
  }

  function wanted(): FileSource | null {
    return state.preview ?? state.map?.file ?? null
  }

  /** When another file is wanted meanwhile, that one too, one after the other. */
  async function sync(): Promise<void> {
    const current = viewer()
    if (syncing || !current) return
    syncing = true
    while (document.body.dataset['rendered'] !== undefined && (wanted()?.url ?? null) !== state.drawnUrl)
      await draw(current, wanted())
    syncing = false
  }

  async function draw(current: Viewer, file: FileSource | null): Promise<void> {
    change({ drawnUrl: file?.url ?? null, problem: null })
    delete document.body.dataset['labels']
    delete document.body.dataset['preview']
    if (file === null) {
      change({ facts: [] })
      current.removeLabelMap()
      events.onChange()
      return
    }
    change({ busy: state.preview === null })
    events.onChange()
    try {
      const bytes = await readScan(file.url, file.sizeBytes, 2 ** 31, () => undefined)
      change({ facts: await current.showLabelMap(bytes, file.name.replace(/\.gz$/i, '')) })
      events.onLoaded(current)
      if (state.preview?.url === file.url) document.body.dataset['preview'] = String(state.facts.length)
      else document.body.dataset['labels'] = file.name
    } catch (error) {
      // Files of a run that has just ended are gone: nobody misses them.
      if (wanted()?.url === file.url)
        change({ problem: `${file.name} cannot be shown: ${error instanceof Error ? error.message : String(error)}` })
    } finally {
      change({ busy: false })
      events.onChange()
    }
  }

  return {
    state: () => state,
    setLabelMaps(names, map) {
      const current = viewer()
      const described =
        state.drawnUrl === map?.file.url && JSON.stringify(state.map?.structures) !== JSON.stringify(map.structures)
      change({ names, map })
      // Names and colours may come later than the label map.
      if (described && current) events.onLoaded(current)
      void sync()
      events.onChange()
    },
    setPreview(file) {
      change({ preview: file })
      void sync()
    },
    redraw() {
      change({ drawnUrl: null })
      return sync()
    },
  }
}
