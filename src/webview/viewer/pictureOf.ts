import type { Tile } from './projection.js'
import type { Matrix2d } from './planeSlice.js'

/** A line on a picture of a plane. */
export interface PictureLine {
  readonly color: string
  /** SVG path, and from its numbers to the screen. */
  readonly path: string
  readonly matrix: Matrix2d
}

const LINE_PX = 1.5

/** A PNG of one plane as it is on the screen, with its outlines. */
export function pictureOf(
  source: HTMLCanvasElement,
  tile: Tile,
  lines: readonly PictureLine[],
  pixelRatio: number,
): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(tile.width * pixelRatio)
  canvas.height = Math.round(tile.height * pixelRatio)
  const context = canvas.getContext('2d')
  if (context === null) return Promise.resolve(null)
  context.drawImage(source, -tile.left * pixelRatio, -tile.top * pixelRatio)
  context.lineWidth = LINE_PX * pixelRatio
  context.lineJoin = 'round'
  const toPicture = new DOMMatrix().scale(pixelRatio).translate(-tile.left, -tile.top)
  for (const { color, path, matrix } of lines) {
    const line = new Path2D()
    line.addPath(new Path2D(path), toPicture.multiply(new DOMMatrix([...matrix])))
    context.strokeStyle = color
    context.stroke(line)
  }
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/png')
  })
}
