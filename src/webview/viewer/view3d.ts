import { Niivue, NVImage, NVMesh, SLICE_TYPE } from '@niivue/niivue'
import { encodeNifti } from '../../imageio/nifti/niftiEncode.js'
import type { CtWindow } from '../../shared/ctWindow.js'
import type { BoxMm } from '../../shared/geometry/points.js'
import type { ImageVolume } from './imageVolume.js'
import { makeSurfaces } from '../surfaces/makeSurfaces.js'
import type { Cell } from './stageLayout.js'
import { renderVolume, type RenderVolume } from './renderVolume.js'

/** A structure as its surface is drawn. */
interface SurfaceStructure {
  readonly name: string
  readonly labelValue: number
  readonly color: string
}

/** What the rendering shows. Objects are compared by identity. */
export interface RenderContent {
  readonly scan: ImageVolume
  readonly bodyMm: BoxMm
  readonly window: CtWindow
  readonly labels: ImageVolume | null
  readonly structures: readonly SurfaceStructure[]
  readonly hidden: readonly number[]
}

/** From where the rendering is looked at. */
export interface RenderAngle {
  readonly azimuth: number
  readonly elevation: number
  readonly zoom: number
}

/** Voxels along a side: what a graphics card draws while it is turned, and what a processor does. */
const SIDE = { card: 256, processor: 128 } as const
/** Of the body around surfaces. */
const BODY_OPACITY = 0.35
/** The planes come first, and many changes in a row are one. */
const WAIT_MS = 120

const OPTIONS = {
  sliceType: SLICE_TYPE.RENDER,
  interactive: false,
  show3Dcrosshair: false,
  crosshairWidth: 0,
  // How much of a surface is seen through the body.
  meshXRay: 0.7,
  isOrientCube: false,
  backColor: [0, 0, 0, 1],
  dragAndDropEnabled: false,
  logLevel: 'error',
  loadingText: '',
} as const satisfies ConstructorParameters<typeof Niivue>[0]

/** The 3D view: the one object that draws with NiiVue. It starts when it is first seen, after the planes. */
export class View3d {
  /** Why there is no rendering, in one sentence. */
  problem: string | null = null
  private nv: Niivue | null = null
  private side: number = SIDE.card
  private wanted: RenderContent | null = null
  /** The latest one, also while something else is still being made. */
  private angle: RenderAngle | null = null
  private shown: RenderContent | null = null
  private timer: number | undefined
  private isWorking = false
  /** By label value. */
  private readonly meshes = new Map<number, NVMesh>()

  constructor(
    private readonly place: HTMLElement,
    private readonly onChange: () => void,
  ) {}

  /** Moves it to its part of the stage; null where the layout has none. */
  put(cell: Cell | null): void {
    const { place } = this
    place.hidden = cell === null || this.problem !== null
    if (cell === null) return
    const { left, top, width, height } = cell
    Object.assign(place.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` })
  }

  /** Shows this soon, and nothing that came before it. */
  show(content: RenderContent, angle: RenderAngle): void {
    this.angle = angle
    if (this.wanted !== null && isSame(this.wanted, content)) return
    this.wanted = content
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.work(), WAIT_MS)
  }

  turn(angle: RenderAngle): void {
    this.angle = angle
    const { nv } = this
    if (nv === null || this.shown === null) return
    nv.scene.volScaleMultiplier = angle.zoom
    nv.setRenderAzimuthElevation(angle.azimuth, angle.elevation)
  }

  private async work(): Promise<void> {
    if (this.isWorking || this.problem !== null) return
    this.isWorking = true
    try {
      this.nv ??= await this.start()
      while (this.wanted !== null && this.wanted !== this.shown) {
        const next = this.wanted
        await this.update(this.nv, next)
        this.shown = next
      }
      if (this.angle !== null) this.turn(this.angle)
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error)
      this.onChange()
    } finally {
      this.isWorking = false
    }
  }

  private async start(): Promise<Niivue> {
    const canvas = this.place.querySelector('canvas') ?? this.place.appendChild(document.createElement('canvas'))
    const gl = canvas.getContext('webgl2', { alpha: true, antialias: false })
    if (gl === null)
      throw new Error(
        'No 3D view: this machine gives the editor no WebGL2. Turn on hardware acceleration (Command Palette: "Configure Runtime Arguments", remove disable-hardware-acceleration) or update the graphics driver.',
      )
    const info = gl.getExtension('WEBGL_debug_renderer_info')
    const renderer = info === null ? '' : String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL))
    const isProcessor = /swiftshader|llvmpipe|software|basic render/i.test(renderer)
    this.side = isProcessor ? SIDE.processor : SIDE.card
    const nv = new Niivue({ ...OPTIONS, ...(isProcessor ? { forceDevicePixelRatio: 0.5 } : {}) })
    await nv.attachToCanvas(canvas, false)
    return nv
  }

  private async update(nv: Niivue, next: RenderContent): Promise<void> {
    const { shown } = this
    if (shown?.scan !== next.scan) {
      while (nv.volumes.length > 0) nv.removeVolume(nv.volumes[nv.volumes.length - 1])
      nv.addVolume(await nvImage(renderVolume(next.scan, next.bodyMm, this.side), next.window))
    }
    if (shown?.scan !== next.scan || shown.labels !== next.labels) await this.remake(nv, next)
    this.restyle(nv, next)
  }

  /** Makes the surfaces of a label map anew. */
  private async remake(nv: Niivue, { labels }: RenderContent): Promise<void> {
    const surfaces = labels === null ? [] : await makeSurfaces(labels)
    for (const mesh of this.meshes.values()) mesh.unloadMesh(nv.gl)
    this.meshes.clear()
    for (const { labelValue, positionsMm, triangles } of surfaces) {
      if (triangles.length === 0) continue
      const name = `label ${labelValue}`
      const mesh = new NVMesh(positionsMm, triangles, name, new Uint8Array([255, 255, 255, 255]), 1, true, nv.gl)
      this.meshes.set(labelValue, mesh)
    }
    // Added one by one, each would draw the whole scene: a minute and a half for 59 structures without a graphics card.
    nv.meshes = [...this.meshes.values()]
  }

  /** Window, colours and which surfaces are shown. */
  private restyle(nv: Niivue, { window, structures, hidden }: RenderContent): void {
    const [scan] = nv.volumes
    scan.cal_min = window.levelHu - window.widthHu / 2
    scan.cal_max = window.levelHu + window.widthHu / 2
    for (const [labelValue, mesh] of this.meshes) {
      const color = structures.find((structure) => structure.labelValue === labelValue)?.color
      mesh.visible = color !== undefined && !hidden.includes(labelValue)
      if (color === undefined) continue
      const rgb = parseInt(color.slice(1), 16)
      const rgba = new Uint8Array([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255])
      if (rgba.every((value, at) => value === mesh.rgba255[at])) continue
      mesh.rgba255 = rgba
      mesh.updateMesh(nv.gl)
    }
    // Surfaces shine through the body.
    scan.opacity = [...this.meshes.values()].some(({ visible }) => visible) ? BODY_OPACITY : 1
    nv.updateGLVolume()
  }
}

function isSame(a: RenderContent, b: RenderContent): boolean {
  return (Object.keys(a) as (keyof RenderContent)[]).every((key) => a[key] === b[key])
}

/** The body in grey. */
async function nvImage({ values, size, affine }: RenderVolume, { levelHu, widthHu }: CtWindow): Promise<NVImage> {
  const name = 'scan.nii'
  const bytes = encodeNifti(name, values, { niftiHeader: null, size, affine }, 'scan')
  const image = await NVImage.loadFromUrl({ url: name, name, buffer: bytes.buffer, colormap: 'gray' })
  image.cal_min = levelHu - widthHu / 2
  image.cal_max = levelHu + widthHu / 2
  return image
}
