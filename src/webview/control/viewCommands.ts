import type { ViewCommand } from '../../protocol/viewCommand.js'
import { CT_WINDOWS, type CtPreset } from '../../shared/ctWindow.js'
import { PLANE_AXES, type Plane, type Tile } from '../viewer/projection.js'
import { FIRST_VIEW, type Layout, type ViewState } from '../viewer/viewState.js'

/** What commands do to the planes directly. */
export interface SteeredPlanes {
  step(axis: 0 | 1 | 2, voxels: number): void
  panBy(axis: 0 | 1 | 2, mm: number): void
  zoomBy(factor: number): void
  setPanZoom(panZoom: ViewState['panZoom']): void
  tiles(): readonly Tile[]
}

/** What a command works on. */
export interface CommandContext {
  readonly viewer: SteeredPlanes
  readonly view: ViewState
  /** The plane under the mouse or on display: arrows move in it. */
  readonly plane: Plane
  change(next: Partial<ViewState>): void
  placeAtCrosshair(): void
  deletePoint(): void
  stepPoint(step: 1 | -1): void
  showHelp(): void
}

type Action = (context: CommandContext) => void

const ZOOM_STEP = 1.25
const PAN_MM = 10
const OPACITY_STEP = 0.1
const WIDTH_STEP = 1.15
/** The level moves by the window's width over this. */
const LEVELS_PER_WIDTH = 20

const ACTIONS = {
  axial: toLayout('axial'),
  coronal: toLayout('coronal'),
  sagittal: toLayout('sagittal'),
  multiplanar: toLayout('multiplanar'),
  windowSoftTissue: toWindow('softTissue'),
  windowLung: toWindow('lung'),
  windowBone: toWindow('bone'),
  windowBrain: toWindow('brain'),
  windowWider: viewChange(({ widthHu }) => ({ widthHu: Math.round(widthHu * WIDTH_STEP) })),
  windowNarrower: viewChange(({ widthHu }) => ({ widthHu: Math.max(1, Math.round(widthHu / WIDTH_STEP)) })),
  levelUp: viewChange((view) => ({ levelHu: view.levelHu + levelStepHu(view) })),
  levelDown: viewChange((view) => ({ levelHu: view.levelHu - levelStepHu(view) })),
  toggleConvention: viewChange(({ radiological }) => ({ radiological: !radiological })),
  toggleCrosshair: viewChange(({ crosshairShown }) => ({ crosshairShown: !crosshairShown })),
  sliceUp: ({ viewer, plane }) => {
    viewer.step(depthOf(plane), 1)
  },
  sliceDown: ({ viewer, plane }) => {
    viewer.step(depthOf(plane), -1)
  },
  crosshairLeft: (context) => {
    context.viewer.step(acrossOf(context.plane), -screenRightSign(context))
  },
  crosshairRight: (context) => {
    context.viewer.step(acrossOf(context.plane), screenRightSign(context))
  },
  crosshairUp: ({ viewer, plane }) => {
    viewer.step(upOf(plane), 1)
  },
  crosshairDown: ({ viewer, plane }) => {
    viewer.step(upOf(plane), -1)
  },
  panLeft: (context) => {
    context.viewer.panBy(acrossOf(context.plane), -screenRightSign(context) * PAN_MM)
  },
  panRight: (context) => {
    context.viewer.panBy(acrossOf(context.plane), screenRightSign(context) * PAN_MM)
  },
  panUp: ({ viewer, plane }) => {
    viewer.panBy(upOf(plane), PAN_MM)
  },
  panDown: ({ viewer, plane }) => {
    viewer.panBy(upOf(plane), -PAN_MM)
  },
  zoomIn: ({ viewer }) => {
    viewer.zoomBy(ZOOM_STEP)
  },
  zoomOut: ({ viewer }) => {
    viewer.zoomBy(1 / ZOOM_STEP)
  },
  resetView: ({ viewer }) => {
    viewer.setPanZoom(FIRST_VIEW.panZoom)
  },
  toggleOverlay: viewChange(({ overlayShown }) => ({ overlayShown: !overlayShown })),
  toggleOutline: viewChange(({ outline }) => ({ outline: !outline })),
  opacityUp: viewChange(({ opacity }) => ({ opacity: Math.min(1, opacity + OPACITY_STEP) })),
  opacityDown: viewChange(({ opacity }) => ({ opacity: Math.max(0, opacity - OPACITY_STEP) })),
  togglePanel: viewChange(({ panelOpen }) => ({ panelOpen: !panelOpen })),
  placePoint: (context) => {
    context.placeAtCrosshair()
  },
  deletePoint: (context) => {
    context.deletePoint()
  },
  nextPoint: (context) => {
    context.stepPoint(1)
  },
  previousPoint: (context) => {
    context.stepPoint(-1)
  },
  help: (context) => {
    context.showHelp()
  },
} as const satisfies Readonly<Record<ViewCommand, Action>>

/** Does what a key or a command asks of the view. */
export function runViewCommand(command: ViewCommand, context: CommandContext): void {
  ACTIONS[command](context)
}

function viewChange(next: (view: ViewState) => Partial<ViewState>): Action {
  return (context) => {
    context.change(next(context.view))
  }
}

function toLayout(next: Layout): Action {
  return viewChange(() => ({ layout: next }))
}

function toWindow(preset: CtPreset): Action {
  const { levelHu, widthHu } = CT_WINDOWS[preset]
  return viewChange(() => ({ levelHu, widthHu }))
}

function levelStepHu({ widthHu }: ViewState): number {
  return Math.max(1, Math.round(widthHu / LEVELS_PER_WIDTH))
}

function acrossOf(plane: Plane): 0 | 1 | 2 {
  return PLANE_AXES[plane][0]
}

function upOf(plane: Plane): 0 | 1 | 2 {
  return PLANE_AXES[plane][1]
}

function depthOf(plane: Plane): 0 | 1 | 2 {
  return PLANE_AXES[plane][2]
}

/** Whether the screen's right is the axis' plus side: -1 where the plane is mirrored. */
function screenRightSign({ viewer, plane }: CommandContext): 1 | -1 {
  return viewer.tiles().find((tile) => tile.plane === plane)?.mirrored === true ? -1 : 1
}
