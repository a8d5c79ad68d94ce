import type { ComparisonView } from '../../protocol/scanEditor.js'
import type { Reference } from '../viewer/agreement.js'
import { readScan } from '../viewer/scanBytes.js'
import type { EditorStore } from './editorStore.js'

/** More than any label map holds. */
const LIMIT_BYTES = 2 ** 31

/** The comparison of the label map on display with another one: reads that, and has the planes drawn by it. */
export class ComparisonControl {
  private reference: Reference | null = null

  constructor(private readonly store: EditorStore) {}

  /** Shows a comparison; null ends it. */
  async set(view: ComparisonView | null): Promise<void> {
    const { store } = this
    const before = store.state.comparison
    store.update({ comparison: view && { view, isStale: view.isStale, problem: null } })
    if (view === null || before?.view.reference.url !== view.reference.url) this.show(null)
    if (view === null) return
    try {
      const volume =
        this.reference?.volume ?? (await readScan(view.reference, 'labels', LIMIT_BYTES, () => undefined)).volume
      if (store.state.comparison?.view === view) this.show({ volume, valueOf: valuesOf(view) })
    } catch (error) {
      if (store.state.comparison?.view !== view) return
      const reason = error instanceof Error ? error.message : String(error)
      const { isStale } = store.state.comparison
      store.update({ comparison: { view, isStale, problem: `${view.reference.name} cannot be shown: ${reason}` } })
    }
  }

  /** Says whether something was changed since; the planes follow edits by themselves. */
  setStale(isStale: boolean): void {
    const { comparison } = this.store.state
    if (comparison !== null) this.store.update({ comparison: { ...comparison, isStale } })
  }

  /** Draws it again, over a scan that has just been drawn. */
  redraw(): void {
    this.store.viewer?.showReference(this.reference)
  }

  private show(reference: Reference | null): void {
    this.reference = reference
    this.redraw()
  }
}

function valuesOf({ structures }: ComparisonView): Uint16Array {
  const values = new Uint16Array(1 + Math.max(0, ...structures.map(({ referenceValue }) => referenceValue ?? 0)))
  for (const { labelValue, referenceValue } of structures)
    if (labelValue !== null && referenceValue !== null) values[referenceValue] = labelValue
  return values
}
