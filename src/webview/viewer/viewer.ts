import {
  Niivue,
  NVImage,
  DRAG_MODE,
  MULTIPLANAR_TYPE,
  SHOW_RENDER,
  SLICE_TYPE,
  type NiiVueLocation,
} from '@niivue/niivue'
import type { CtWindow } from '../../shared/ctWindow.js'
import type { PointMm, Size3 } from '../../shared/geometry/points.js'
import { applyAffine, invertAffine, spacingMm, type Affine } from '../../shared/geometry/affine.js'
import { add, mapAxes, scale } from '../../shared/geometry/vector.js'
import { affineOfRows } from './affineOfRows.js'
import { labelBorder } from './labelBorder.js'
import { labelTable, type LabelTable } from './labelColors.js'
import { labelStats, type LabelStats } from './labelStats.js'
import type { Plane, Tile } from './projection.js'
import { ScanProblem } from './scanBytes.js'
import type { Layout, ViewState } from './viewState.js'

/** Where the crosshair stands and what lies under it. */
export interface Reading {
  readonly pointMm: PointMm
  /** Index as stored in the file, not rounded. */
  readonly voxel: PointMm
  readonly value: number
}

/** What the viewer reports. */
export interface ViewerEvents {
  onReading(reading: Reading): void
  onWindow(window: CtWindow): void
  /** After every drawing: overlays follow. */
  onDraw(): void
}

/** A label map's statistics, in the units that are shown. */
export interface LabelFacts extends LabelStats {
  readonly volumeMl: number
  readonly insideMm: PointMm
}

const SLICE_TYPES: Readonly<Record<Layout, SLICE_TYPE>> = {
  axial: SLICE_TYPE.AXIAL,
  coronal: SLICE_TYPE.CORONAL,
  sagittal: SLICE_TYPE.SAGITTAL,
  multiplanar: SLICE_TYPE.MULTIPLANAR,
}
const PLANES: Readonly<Partial<Record<number, Plane>>> = {
  [SLICE_TYPE.AXIAL]: 'axial',
  [SLICE_TYPE.CORONAL]: 'coronal',
  [SLICE_TYPE.SAGITTAL]: 'sagittal',
}

/** Of the scan's width: a pixel or two when all of it is in view. */
const CROSSHAIR_PERCENT = 0.4
const MIN_ZOOM = 0.25
const MAX_ZOOM = 20

/** What stays the same as long as the page lives. */
const OPTIONS = {
  isSliceMM: true,
  multiplanarLayout: MULTIPLANAR_TYPE.GRID,
  multiplanarShowRender: SHOW_RENDER.ALWAYS,
  multiplanarPadPixels: 4,
  sagittalNoseLeft: true,
  show3Dcrosshair: true,
  // Its default, voxels, hides small organs of coarse scans.
  crosshairWidthUnit: 'percent',
  crosshairColor: [0.35, 0.75, 1, 0.9],
  crosshairGap: 6,
  fontColor: [1, 1, 1, 0.9],
  backColor: [0, 0, 0, 1],
  fontMinPx: 12,
  fontSizeScaling: 0.3,
  dragAndDropEnabled: false,
  isCornerOrientationText: false,
  logLevel: 'error',
  loadingText: '',
} as const satisfies ConstructorParameters<typeof Niivue>[0]

/** Draws a scan and its labels: the one object that owns NiiVue. */
export class Viewer {
  /** The window as it was set or told last: NiiVue does not report it when a drag changes it. */
  private window: CtWindow
  private overlay: { readonly opacity: number; readonly outline: boolean }
  /** The voxels of the label map as read; NiiVue draws outlines only over filled labels. */
  private filled: NVImage['img']

  private constructor(
    private readonly nv: Niivue,
    first: ViewState,
    private readonly events: ViewerEvents,
  ) {
    this.window = { levelHu: first.levelHu, widthHu: first.widthHu }
    this.overlay = { opacity: first.opacity, outline: first.outline }
  }

  /** Starts NiiVue on a canvas; throws a {@link ScanProblem} when the machine cannot draw. */
  static async start(canvas: HTMLCanvasElement, first: ViewState, events: ViewerEvents): Promise<Viewer> {
    requireWebGl2()
    const nv = new Niivue({
      ...OPTIONS,
      isRadiologicalConvention: first.radiological,
      crosshairWidth: first.crosshairShown ? CROSSHAIR_PERCENT : 0,
    })
    await nv.attachToCanvas(canvas)
    nv.setMouseEventConfig({
      leftButton: { primary: DRAG_MODE.crosshair, withShift: DRAG_MODE.pan, withCtrl: DRAG_MODE.windowing },
      rightButton: DRAG_MODE.windowing,
      centerButton: DRAG_MODE.pan,
    })
    // Without it NiiVue's own keys never fire: they would fight with the editor's commands.
    canvas.removeAttribute('tabindex')
    keepWindowOnDoubleClick(canvas)
    const viewer = new Viewer(nv, first, events)
    viewer.listen()
    return viewer
  }

  async showScan(bytes: ArrayBuffer, name: string): Promise<void> {
    const { nv } = this
    const image = await readImage(bytes, name, 'gray')
    const limit = nv.gl.getParameter(nv.gl.MAX_3D_TEXTURE_SIZE) as number
    const size = sizeOf(image)
    if (Math.max(...size) > limit) {
      throw new ScanProblem(
        `The scan has ${size.join(' x ')} voxels and this machine draws at most ${limit} along a side. Crop or downsample the scan.`,
      )
    }
    while (nv.volumes.length > 0) nv.removeVolume(nv.volumes[nv.volumes.length - 1])
    setRange(image, this.window)
    nv.addVolume(image)
  }

  /** Draws a label map in place of an older one, all labels in grey until {@link paintLabels}. */
  async showLabelMap(bytes: ArrayBuffer, name: string): Promise<readonly LabelFacts[]> {
    const image = await readImage(bytes, name, 'random')
    if (image.img === undefined) throw new ScanProblem(`${name} holds no voxels. Write the label map again.`)
    const facts = factsOf(image, labelStats(image.img, sizeOf(image)))
    this.removeLabelMap()
    image.opacity = this.overlay.opacity
    image.setColormapLabel(
      tableFor(
        facts.map(({ labelValue }) => ({ labelValue, color: '#888888', name: '' })),
        [],
      ),
    )
    this.filled = image.img
    this.fillOrOutline(image)
    this.nv.addVolume(image)
    return facts
  }

  removeLabelMap(): void {
    const image = this.labelMap()
    if (image) this.nv.removeVolume(image)
  }

  paintLabels(structures: Parameters<typeof labelTable>[0], hidden: readonly number[]): void {
    const image = this.labelMap()
    if (image === undefined) return
    image.setColormapLabel(tableFor(structures, hidden))
    this.nv.updateGLVolume()
  }

  setOverlay(opacity: number, outline: boolean): void {
    const isTurned = outline !== this.overlay.outline
    this.overlay = { opacity, outline }
    const image = this.labelMap()
    if (image === undefined) {
      this.nv.drawScene()
      return
    }
    if (isTurned) this.fillOrOutline(image)
    this.nv.setOpacity(1, opacity)
  }

  setLayout(layout: Layout): void {
    this.nv.setSliceType(SLICE_TYPES[layout])
  }

  setWindow({ levelHu, widthHu }: CtWindow): void {
    this.window = { levelHu, widthHu }
    const image = this.scan()
    if (image === undefined) return
    setRange(image, this.window)
    this.nv.updateGLVolume()
  }

  setConvention(radiological: boolean): void {
    this.nv.setRadiologicalConvention(radiological)
  }

  setCrosshairShown(shown: boolean): void {
    this.nv.setCrosshairWidth(shown ? CROSSHAIR_PERCENT : 0)
  }

  moveTo(pointMm: PointMm): void {
    const { nv } = this
    if (this.scan() === undefined) return
    nv.scene.crosshairPos = nv.mm2frac([...pointMm])
    nv.createOnLocationChange()
    nv.drawScene()
  }

  /** Moves the crosshair by whole voxels along right, anterior or superior. */
  step(axis: 0 | 1 | 2, voxels: number): void {
    if (this.scan()) this.nv.moveCrosshairInVox(...mapAxes((a) => (a === axis ? voxels : 0)))
  }

  zoomBy(factor: number): void {
    const [x, y, z, zoom] = this.panZoom()
    const next = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom * factor))
    // What is under the crosshair stays where it is.
    const pan = add([x, y, z], scale(this.crosshairMm() ?? [0, 0, 0], zoom - next))
    this.nv.setPan2Dxyzmm([...pan, next])
  }

  panBy(axis: 0 | 1 | 2, mm: number): void {
    const pan = this.panZoom()
    pan[axis] += mm
    this.nv.setPan2Dxyzmm(pan)
  }

  setPanZoom(panZoom: ViewState['panZoom']): void {
    this.nv.setPan2Dxyzmm([...panZoom])
  }

  panZoom(): ViewState['panZoom'] {
    const pan = this.nv.scene.pan2Dxyzmm
    return [pan[0], pan[1], pan[2], pan[3]]
  }

  /** Null without a scan. */
  crosshairMm(): PointMm | null {
    const { nv } = this
    if (this.scan() === undefined) return null
    const mm = nv.frac2mm(nv.scene.crosshairPos)
    return [mm[0], mm[1], mm[2]]
  }

  /** The planes on the screen. */
  tiles(): Tile[] {
    return tilesOf(this.nv)
  }

  /** The scan's coarsest spacing. */
  spacingMm(): number {
    return Math.max(...(this.scan()?.pixDims?.slice(1, 4) ?? [1]))
  }

  private scan(): NVImage | undefined {
    return this.nv.volumes[0]
  }

  private labelMap(): NVImage | undefined {
    return this.nv.volumes[1]
  }

  private listen(): void {
    const { nv, events } = this
    nv.onLocationChange = (location) => {
      const rows = this.scan()?.hdr?.affine
      if (rows !== undefined) events.onReading(readingOf(location as NiiVueLocation, affineOfRows(rows)))
    }
    const draw = nv.drawScene.bind(nv)
    nv.drawScene = () => {
      const result = draw()
      this.tellWindow()
      events.onDraw()
      return result
    }
  }

  private tellWindow(): void {
    const image = this.scan()
    if (image === undefined) return
    const now = windowOf(image)
    if (now.levelHu === this.window.levelHu && now.widthHu === this.window.widthHu) return
    this.window = now
    this.events.onWindow(now)
  }

  private fillOrOutline(image: NVImage): void {
    if (this.filled !== undefined)
      image.img = this.overlay.outline ? labelBorder(this.filled, sizeOf(image)) : this.filled
  }
}

function requireWebGl2(): void {
  if (document.createElement('canvas').getContext('webgl2') === null) {
    throw new ScanProblem(
      'This machine gives the editor no WebGL2, so scans cannot be drawn. Turn on hardware acceleration (Command Palette: "Configure Runtime Arguments", remove disable-hardware-acceleration) or update the graphics driver.',
    )
  }
}

/** NiiVue resets the window to its own guess on a double click, which throws away the preset. */
function keepWindowOnDoubleClick(canvas: HTMLCanvasElement): void {
  canvas.addEventListener(
    'dblclick',
    (event) => {
      event.stopImmediatePropagation()
    },
    { capture: true },
  )
}

async function readImage(bytes: ArrayBuffer, name: string, colormap: string): Promise<NVImage> {
  let image: NVImage
  try {
    image = await NVImage.loadFromUrl({ url: name, buffer: bytes, name, colormap, limitFrames4D: 1 })
  } catch (error) {
    throw new ScanProblem(
      `The file cannot be read as a scan (${error instanceof Error ? error.message : String(error)}). Export it again as NIfTI.`,
      { cause: error },
    )
  }
  if (image.hdr === null || image.img === undefined || image.img.length === 0)
    throw new ScanProblem('The file holds no voxels. Export the scan again.')
  const promised = sizeOf(image).reduce((product, size) => product * size, 1)
  if (image.img.length < promised)
    throw new ScanProblem(
      `The file is cut short: its header promises ${promised} voxels and ${image.img.length} are there. Copy it again from where it came.`,
    )
  return image
}

function sizeOf(image: NVImage): Size3 {
  const dims = image.hdr?.dims ?? []
  return [dims[1] ?? 0, dims[2] ?? 0, dims[3] ?? 0]
}

function setRange(image: NVImage, { levelHu, widthHu }: CtWindow): void {
  image.cal_min = levelHu - widthHu / 2
  image.cal_max = levelHu + widthHu / 2
}

function windowOf(image: NVImage): CtWindow {
  const low = image.cal_min ?? 0
  const high = image.cal_max ?? 1
  return { levelHu: Math.round((low + high) / 2), widthHu: Math.max(1, Math.round(high - low)) }
}

function tableFor(
  structures: Parameters<typeof labelTable>[0],
  hidden: readonly number[],
): LabelTable & { min: number; max: number } {
  const table = labelTable(structures, hidden)
  return { ...table, min: 0, max: Math.max(...table.I) }
}

function factsOf(image: NVImage, stats: readonly LabelStats[]): LabelFacts[] {
  const affine = affineOfRows(image.hdr?.affine ?? [])
  const [x, y, z] = spacingMm(affine)
  const voxelMl = (x * y * z) / 1000
  return stats.map((stat) => ({
    ...stat,
    volumeMl: stat.voxels * voxelMl,
    insideMm: applyAffine(affine, stat.insideVoxel),
  }))
}

/** NiiVue's own voxel counts along right, anterior and superior, whatever the order in the file. */
function readingOf({ mm, values }: NiiVueLocation, affine: Affine): Reading {
  const pointMm: PointMm = [mm[0], mm[1], mm[2]]
  return { pointMm, voxel: applyAffine(invertAffine(affine), pointMm), value: values[0]?.value ?? NaN }
}

function tilesOf(nv: Niivue): Tile[] {
  const scale = nv.uiData.dpr ?? 1
  return nv.screenSlices.flatMap((slice) => {
    const plane = PLANES[slice.axCorSag]
    if (plane === undefined || slice.AxyzMxy.length < 5 || !Number.isFinite(slice.sliceFrac)) return []
    const [left, top, width, height] = slice.leftTopWidthHeight
    const [x, y, z, tiltX, tiltY] = slice.AxyzMxy
    return [
      {
        plane,
        left: Math.min(left, left + width) / scale,
        top: top / scale,
        width: Math.abs(width) / scale,
        height: height / scale,
        mirrored: width < 0,
        lowMm: [slice.leftTopMM[0], slice.leftTopMM[1]] as const,
        fovMm: [slice.fovMM[0], slice.fovMM[1]] as const,
        originMm: [x, y, z] as const,
        slope: [-tiltX, tiltY] as const,
      },
    ]
  })
}
