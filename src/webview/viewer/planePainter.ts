import type { CtWindow } from '../../shared/ctWindow.js'
import { AGREEMENT_COLORS, agreementOn, type Reference } from './agreement.js'
import { colormapTable } from './colormaps.js'
import { contourPaths } from './contourPaths.js'
import type { ImageVolume } from './imageVolume.js'
import { labelsOn, sliceToScreen, type PlaneSlice } from './planeSlice.js'
import type { Plane, Tile } from './projection.js'
import { secondPixels, valuesOn, type SecondImage } from './secondImage.js'
import { greyPixels, labelPixels } from './slicePixels.js'

/** A plane on the screen and the slice that it shows. */
export interface PlanePicture {
  readonly tile: Tile
  readonly slice: PlaneSlice
}

/** What is drawn in all planes. Objects are compared by identity: a new one is drawn anew. */
export interface PlaneContent {
  readonly scan: ImageVolume
  readonly window: CtWindow
  readonly labels: ImageVolume | null
  /** How often labels on the slice of each plane were edited. */
  readonly labelEdits: Readonly<Record<Plane, number>>
  /** ABGR by label value; 0 is not drawn. */
  readonly colors: Uint32Array
  /** Of the labels; 0 where they are not filled. */
  readonly opacity: number
  /** Labels are drawn by how they agree with these; null where they have their own colours. */
  readonly reference: Reference | null
  /** An image over the scan, below the labels. */
  readonly second: SecondImage | null
}

/** Something that is made again only when what it is made of has changed. */
class Kept<T> {
  private key: readonly unknown[] = []
  private value: T | undefined

  get(key: readonly unknown[], make: () => T): T {
    if (this.value === undefined || key.length !== this.key.length || key.some((part, at) => part !== this.key[at])) {
      this.key = key
      this.value = make()
    }
    return this.value
  }
}

/** What is kept of a plane between two drawings. */
class PlaneLayers {
  readonly grey = new Kept<HTMLCanvasElement>()
  readonly secondValues = new Kept<Float32Array>()
  readonly second = new Kept<HTMLCanvasElement>()
  readonly labels = new Kept<Uint16Array>()
  readonly reference = new Kept<Uint16Array>()
  readonly fill = new Kept<HTMLCanvasElement>()
  readonly contours = new Kept<ReadonlyMap<number, string>>()
  readonly painted = new Kept<true>()
}

/** Paints slices into a canvas: only the planes that changed, and of these only what changed is computed. */
export class PlanePainter {
  private layers: Readonly<Record<Plane, PlaneLayers>> = freshLayers()
  private readonly context: CanvasRenderingContext2D
  private pixelRatio = 1

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false })
    if (context === null) throw new Error('This machine gives the editor no canvas to draw on.')
    this.context = context
  }

  /** Takes the size of the stage in CSS pixels; everything is painted again. */
  resize(width: number, height: number, pixelRatio: number): void {
    this.pixelRatio = pixelRatio
    this.canvas.width = Math.max(1, Math.round(width * pixelRatio))
    this.canvas.height = Math.max(1, Math.round(height * pixelRatio))
    this.forgetPainted()
  }

  /** Clears what lies between and beside the planes: they moved. */
  forgetPainted(): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0)
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height)
    this.layers = freshLayers(this.layers)
  }

  paint(pictures: readonly PlanePicture[], content: PlaneContent): void {
    for (const { tile, slice } of pictures) {
      const layers = this.layers[tile.plane]
      const grey = layers.grey.get([content.scan, slice.index, content.window.levelHu, content.window.widthHu], () =>
        toCanvas(greyPixels(content.scan, slice, content.window), slice),
      )
      const second = content.second === null ? null : this.secondOf(slice, content.scan, content.second)
      const fill = content.opacity === 0 ? null : this.fillOf(slice, content)
      const over = [
        { picture: second, opacity: content.second?.look.opacity ?? 0 },
        { picture: fill, opacity: content.opacity },
      ]
      const key = over.flatMap(({ picture, opacity }) => [picture, opacity])
      layers.painted.get(
        [grey, ...key, ...sliceToScreen(slice, tile), tile.left, tile.top, tile.width, tile.height],
        () => this.paintPlane({ tile, slice }, grey, over),
      )
    }
  }

  /** Outlines of the labels on a slice, as SVG paths by label. */
  contours(slice: PlaneSlice, content: PlaneContent): ReadonlyMap<number, string> {
    const labels = this.labelsOf(slice, content)
    if (labels === null) return new Map()
    return this.layers[slice.plane].contours.get([labels], () => contourPaths(labels, slice.width, slice.height))
  }

  private labelsOf(slice: PlaneSlice, { scan, labels, labelEdits }: PlaneContent): Uint16Array | null {
    if (labels === null) return null
    const { plane, index } = slice
    return this.layers[plane].labels.get([scan, labels, index, labelEdits[plane]], () => labelsOn(scan, slice, labels))
  }

  private secondOf(slice: PlaneSlice, scan: ImageVolume, { volume, look }: SecondImage): HTMLCanvasElement {
    const layers = this.layers[slice.plane]
    const values = layers.secondValues.get([scan, volume, slice.index], () => valuesOn(scan, slice, volume))
    return layers.second.get([values, look.low, look.high, look.colormap], () =>
      toCanvas(secondPixels(values, look, colormapTable(look.colormap)), slice),
    )
  }

  private fillOf(slice: PlaneSlice, content: PlaneContent): HTMLCanvasElement | null {
    const labels = this.labelsOf(slice, content)
    if (labels === null) return null
    const { colors, reference, scan } = content
    const layers = this.layers[slice.plane]
    if (reference === null) return layers.fill.get([labels, colors], () => toCanvas(labelPixels(labels, colors), slice))
    const others = layers.reference.get([scan, reference.volume, slice.index], () =>
      labelsOn(scan, slice, reference.volume),
    )
    return layers.fill.get([labels, colors, others, reference.valueOf], () => {
      const agreement = agreementOn(labels, others, reference.valueOf, colors)
      return toCanvas(labelPixels(agreement, AGREEMENT_COLORS), slice)
    })
  }

  private paintPlane(
    { tile, slice }: PlanePicture,
    grey: HTMLCanvasElement,
    over: readonly { readonly picture: HTMLCanvasElement | null; readonly opacity: number }[],
  ): true {
    const { context, pixelRatio } = this
    const [a, b, c, d, e, f] = sliceToScreen(slice, tile)
    context.save()
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    context.beginPath()
    context.rect(tile.left, tile.top, tile.width, tile.height)
    context.clip()
    context.fillStyle = 'black'
    context.fillRect(tile.left, tile.top, tile.width, tile.height)
    context.transform(a, b, c, d, e, f)
    context.imageSmoothingEnabled = true
    // A pixel reaches half its size around its middle.
    context.drawImage(grey, -0.5, -0.5)
    for (const { picture, opacity } of over) {
      if (picture === null) continue
      context.globalAlpha = opacity
      context.drawImage(picture, -0.5, -0.5)
    }
    context.restore()
    return true
  }
}

/** Layers that keep what was computed and have painted nothing. */
function freshLayers(old?: Readonly<Record<Plane, PlaneLayers>>): Readonly<Record<Plane, PlaneLayers>> {
  const fresh = (plane: Plane): PlaneLayers =>
    Object.assign(new PlaneLayers(), old?.[plane], { painted: new Kept<true>() })
  return { axial: fresh('axial'), coronal: fresh('coronal'), sagittal: fresh('sagittal') }
}

function toCanvas(pixels: Uint32Array, { width, height }: PlaneSlice): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const bytes = new Uint8ClampedArray(pixels.buffer as ArrayBuffer)
  canvas.getContext('2d')?.putImageData(new ImageData(bytes, width, height), 0, 0)
  return canvas
}
