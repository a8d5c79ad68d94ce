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
import { mmToVoxel, voxelToMm, type Affine } from './rowAffine.js'
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

/** A label map's statistics, in the units people read. */
export interface LabelFacts extends LabelStats {
  readonly volumeMl: number
  readonly insideMm: PointMm
}

/** The one object that owns NiiVue. */
export interface Viewer {
  showScan(bytes: ArrayBuffer, name: string): Promise<void>
  showLabelMap(bytes: ArrayBuffer, name: string): Promise<readonly LabelFacts[]>
  removeLabelMap(): void
  paintLabels(structures: Parameters<typeof labelTable>[0], hidden: readonly number[]): void
  setOverlay(opacity: number, outline: boolean): void
  setLayout(layout: Layout): void
  setWindow(window: CtWindow): void
  setConvention(radiological: boolean): void
  setCrosshairShown(shown: boolean): void
  moveTo(pointMm: PointMm): void
  step(axis: 0 | 1 | 2, voxels: number): void
  zoomBy(factor: number): void
  panBy(axis: 0 | 1 | 2, mm: number): void
  setPanZoom(panZoom: ViewState['panZoom']): void
  panZoom(): ViewState['panZoom']
  crosshairMm(): PointMm | null
  tiles(): Tile[]
  spacingMm(): number
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

/** Starts NiiVue on a canvas; throws a {@link ScanProblem} when the machine cannot draw. */
export async function createViewer(canvas: HTMLCanvasElement, first: ViewState, events: ViewerEvents): Promise<Viewer> {
  requireWebGl2()
  const nv = new Niivue({
    isSliceMM: true,
    isRadiologicalConvention: first.radiological,
    multiplanarLayout: MULTIPLANAR_TYPE.GRID,
    multiplanarShowRender: SHOW_RENDER.ALWAYS,
    multiplanarPadPixels: 4,
    sagittalNoseLeft: true,
    show3Dcrosshair: true,
    crosshairWidth: first.crosshairShown ? CROSSHAIR_PERCENT : 0,
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
  nv.onLocationChange = (location) => {
    const affine = scan()?.hdr?.affine
    if (affine !== undefined) events.onReading(readingOf(location as NiiVueLocation, affine))
  }
  const draw = nv.drawScene.bind(nv)
  nv.drawScene = () => {
    const result = draw()
    tellWindow()
    events.onDraw()
    return result
  }
  /** The window as it was set or told last: NiiVue tells nobody when a drag changes it. */
  let known: CtWindow = { levelHu: first.levelHu, widthHu: first.widthHu }
  function tellWindow(): void {
    const image = scan()
    if (image === undefined) return
    const now = windowOf(image)
    if (now.levelHu === known.levelHu && now.widthHu === known.widthHu) return
    known = now
    events.onWindow(now)
  }

  const scan = (): NVImage | undefined => nv.volumes[0]
  const label = (): NVImage | undefined => nv.volumes[1]
  let overlay = { opacity: first.opacity, outline: first.outline }
  /** The voxels of the label map as read; NiiVue draws outlines only over filled labels. */
  let filled: NVImage['img']

  function drawOutline(image: NVImage): void {
    if (filled !== undefined) image.img = overlay.outline ? labelBorder(filled, sizeOf(image)) : filled
  }

  function crosshairMm(): PointMm | null {
    if (scan() === undefined) return null
    const mm = nv.frac2mm(nv.scene.crosshairPos)
    return [mm[0], mm[1], mm[2]]
  }

  return {
    async showScan(bytes, name) {
      const image = await readImage(bytes, name, 'gray')
      const limit = nv.gl.getParameter(nv.gl.MAX_3D_TEXTURE_SIZE) as number
      const size = sizeOf(image)
      if (Math.max(...size) > limit) {
        throw new ScanProblem(
          `The scan has ${size.join(' x ')} voxels and this machine draws at most ${limit} along a side. Crop or downsample the scan.`,
        )
      }
      while (nv.volumes.length > 0) nv.removeVolume(nv.volumes[nv.volumes.length - 1])
      setRange(image, known)
      nv.addVolume(image)
    },
    async showLabelMap(bytes, name) {
      const image = await readImage(bytes, name, 'random')
      if (image.img === undefined) throw new ScanProblem(`${name} holds no voxels. Write the label map again.`)
      const facts = factsOf(image, labelStats(image.img, sizeOf(image)))
      const old = label()
      if (old) nv.removeVolume(old)
      image.opacity = overlay.opacity
      image.setColormapLabel(
        tableFor(
          facts.map(({ labelValue }) => ({ labelValue, color: '#888888', name: '' })),
          [],
        ),
      )
      filled = image.img
      drawOutline(image)
      nv.addVolume(image)
      return facts
    },
    removeLabelMap() {
      const old = label()
      if (old) nv.removeVolume(old)
    },
    paintLabels(structures, hidden) {
      const image = label()
      if (image === undefined) return
      image.setColormapLabel(tableFor(structures, hidden))
      nv.updateGLVolume()
    },
    setOverlay(opacity, outline) {
      const turned = outline !== overlay.outline
      overlay = { opacity, outline }
      const image = label()
      if (image === undefined) {
        nv.drawScene()
        return
      }
      if (turned) drawOutline(image)
      nv.setOpacity(1, opacity)
    },
    setLayout(layout) {
      nv.setSliceType(SLICE_TYPES[layout])
    },
    setWindow(window) {
      known = { levelHu: window.levelHu, widthHu: window.widthHu }
      const image = scan()
      if (image === undefined) return
      setRange(image, known)
      nv.updateGLVolume()
    },
    setConvention(radiological) {
      nv.setRadiologicalConvention(radiological)
    },
    setCrosshairShown(shown) {
      nv.setCrosshairWidth(shown ? CROSSHAIR_PERCENT : 0)
    },
    moveTo(pointMm) {
      if (scan() === undefined) return
      nv.scene.crosshairPos = nv.mm2frac([pointMm[0], pointMm[1], pointMm[2]])
      nv.createOnLocationChange()
      nv.drawScene()
    },
    step(axis, voxels) {
      const move = [0, 0, 0]
      move[axis] = voxels
      if (scan()) nv.moveCrosshairInVox(move[0], move[1], move[2])
    },
    zoomBy(factor) {
      const [x, y, z, zoom] = panZoomOf(nv)
      const next = Math.min(20, Math.max(0.25, zoom * factor))
      const at = crosshairMm() ?? [0, 0, 0]
      const change = zoom - next
      nv.setPan2Dxyzmm([x + change * at[0], y + change * at[1], z + change * at[2], next])
    },
    panBy(axis, mm) {
      const pan = panZoomOf(nv)
      pan[axis] += mm
      nv.setPan2Dxyzmm(pan)
    },
    setPanZoom(panZoom) {
      nv.setPan2Dxyzmm([...panZoom])
    },
    panZoom: () => panZoomOf(nv),
    crosshairMm,
    tiles: () => tilesOf(nv),
    spacingMm: () => Math.max(...(scan()?.pixDims?.slice(1, 4) ?? [1])),
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
  const affine = image.hdr?.affine ?? []
  const column = (axis: number): number => Math.hypot(affine[0][axis], affine[1][axis], affine[2][axis])
  const voxelMl = (column(0) * column(1) * column(2)) / 1000
  return stats.map((stat) => ({
    ...stat,
    volumeMl: stat.voxels * voxelMl,
    insideMm: voxelToMm(affine, stat.insideVoxel),
  }))
}

/** NiiVue's own voxel counts along right, anterior and superior, whatever the order in the file. */
function readingOf({ mm, values }: NiiVueLocation, affine: Affine): Reading {
  const pointMm: PointMm = [mm[0], mm[1], mm[2]]
  return { pointMm, voxel: mmToVoxel(affine, pointMm), value: values[0]?.value ?? NaN }
}

function panZoomOf(nv: Niivue): ViewState['panZoom'] {
  const pan = nv.scene.pan2Dxyzmm
  return [pan[0], pan[1], pan[2], pan[3]]
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
