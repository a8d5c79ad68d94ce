import type { FileSource } from '../../protocol/scanEditor.js'
import { surveyImage } from '../viewer/bodyBox.js'
import type { ImageVolume } from '../viewer/imageVolume.js'
import { readScan } from '../viewer/scanBytes.js'
import type { SecondLook } from '../viewer/secondImage.js'
import type { EditorStore } from './editorStore.js'

/** As large as scans may be that nobody set a limit for. */
const LIMIT_BYTES = 2 ** 31

/** The image over the scan: reads it, and how it is drawn. */
export class SecondControl {
  private file: FileSource | null = null
  private volume: ImageVolume | null = null

  constructor(private readonly store: EditorStore) {}

  /** Lays a file over the scan; null takes the image away. */
  async set(file: FileSource | null): Promise<void> {
    const { store } = this
    this.file = file
    this.volume = null
    store.viewer?.showSecond(null)
    store.update({ second: file && { name: file.name, look: null, problem: null } })
    if (file === null) return
    try {
      const { volume } = await readScan(file, 'scan', LIMIT_BYTES, () => undefined)
      if (this.file !== file) return
      this.volume = volume
      const [low, high] = surveyImage(volume).range
      this.draw({ colormap: 'hot', low, high: high > low ? high : low + 1, opacity: 0.5 })
    } catch (error) {
      if (this.file !== file) return
      const problem = `${file.name} cannot be shown: ${error instanceof Error ? error.message : String(error)}`
      store.update({ second: { name: file.name, look: null, problem } })
    }
  }

  /** Draws it another way. */
  change(next: Partial<SecondLook>): void {
    const look = this.store.state.second?.look
    if (look) this.draw({ ...look, ...next })
  }

  /** Draws it again, over a scan that has just been drawn. */
  redraw(): void {
    this.change({})
  }

  private draw(look: SecondLook): void {
    const { store, volume, file } = this
    if (volume === null || file === null) return
    store.update({ second: { name: file.name, look, problem: null } })
    store.viewer?.showSecond({ volume, look })
  }
}
