import type { Viewer } from '../viewer/viewer.js'
import { FIRST_STATE, type EditorState } from './editorState.js'

/** Holds what the page shows, and tells when it changes. */
export class EditorStore {
  /** The planes; null until the first scan is read. */
  viewer: Viewer | null = null
  private current = FIRST_STATE
  private onChange: () => void = () => undefined

  get state(): EditorState {
    return this.current
  }

  /** The one listener: it is called at once, within every update. */
  listen(onChange: () => void): void {
    this.onChange = onChange
  }

  update(next: Partial<EditorState>): void {
    this.current = { ...this.current, ...next }
    this.onChange()
  }
}
