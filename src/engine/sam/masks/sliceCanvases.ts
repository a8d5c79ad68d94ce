import type { Volume } from '../../../shared/geometry/volume.js'
import type { AxialView } from '../slices/axialView.js'
import type { SliceCanvas } from './paintMask.js'

/** The slices of a label map that masks are being painted into; each is kept until nothing more is painted on it. */
export class SliceCanvases {
  private readonly open = new Map<number, SliceCanvas>()

  constructor(
    private readonly scan: Volume<Int16Array | Float32Array>,
    private readonly labels: Volume<Uint8Array | Uint16Array>,
    private readonly view: AxialView,
  ) {}

  at(slice: number): SliceCanvas {
    const known = this.open.get(slice)
    if (known !== undefined) return known
    const { scan, labels, view } = this
    const canvas = { scan, labels, view, slice, worth: new Float32Array(view.size[0] * view.size[1]) }
    this.open.set(slice, canvas)
    return canvas
  }

  /** Gives up the slices under this one. */
  finishBelow(slice: number): void {
    for (const done of this.open.keys()) if (done < slice) this.open.delete(done)
  }
}
