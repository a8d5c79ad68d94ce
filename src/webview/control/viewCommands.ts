import type { ViewCommand } from '../../protocol/viewCommand.js'
import { CT_WINDOWS, type CtPreset } from '../../shared/ctWindow.js'
import { PLANE_AXES, type Plane, type Tile } from '../viewer/projection.js'
import { ALL_FITTED } from '../viewer/planeCamera.js'
import type { Layout } from '../viewer/stageLayout.js'
import type { ViewState } from '../viewer/viewState.js'
import type { LabelTool } from './editState.js'

/** What the menu of a place or of a structure does. */
export type MenuAction = 'go' | 'place' | 'copy' | 'maximise' | 'jump' | 'only' | 'hide'

/** What commands do while labels are edited. */
export type EditAction = LabelTool | 'fixSlice' | 'toggle' | 'toggleBall' | 'larger' | 'smaller' | 'leaveTool'

/** What commands do to the planes directly. */
export interface SteeredPlanes {
  step(axis: 0 | 1 | 2, voxels: number): void
  tiles(): readonly Tile[]
}

/** What a command works on. */
export interface CommandContext {
  readonly viewer: SteeredPlanes
  readonly view: ViewState
  /** The plane under the mouse or on display: arrows move in it. */
  readonly plane: Plane
  change(next: Partial<ViewState>): void
  /** Zooms the plane about the crosshair. */
  zoomBy(factor: number): void
  /** Moves the plane's picture by pixels of the screen. */
  panBy(dx: number, dy: number): void
  placeAtCrosshair(): void
  deletePoint(): void
  stepPoint(step: 1 | -1): void
  showHelp(): void
  togglePanel(): void
  maximise(): void
  measure(): void
  copyPosition(): void
  picture(what: 'copy' | 'save'): void
  menu(action: MenuAction): void
  edit(action: EditAction): void
}

type Action = (context: CommandContext) => void

const ZOOM_STEP = 1.25
const PAN_PX = 40
const MANY_VOXELS = 10
const OPACITY_STEP = 0.1
const WIDTH_STEP = 1.15
/** The level moves by the window's width over this. */
const LEVELS_PER_WIDTH = 20

const ACTIONS = {
  axial: toLayout('axial'),
  coronal: toLayout('coronal'),
  sagittal: toLayout('sagittal'),
  multiplanar: toLayout('multiplanar'),
  grid: toLayout('grid'),
  planeAndRender: toLayout('planeAndRender'),
  render: toLayout('render'),
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
  crosshairLeft: across(-1),
  crosshairRight: across(1),
  crosshairUp: upward(1),
  crosshairDown: upward(-1),
  crosshairFarLeft: across(-MANY_VOXELS),
  crosshairFarRight: across(MANY_VOXELS),
  crosshairFarUp: upward(MANY_VOXELS),
  crosshairFarDown: upward(-MANY_VOXELS),
  panLeft: (context) => {
    context.panBy(-PAN_PX, 0)
  },
  panRight: (context) => {
    context.panBy(PAN_PX, 0)
  },
  panUp: (context) => {
    context.panBy(0, -PAN_PX)
  },
  panDown: (context) => {
    context.panBy(0, PAN_PX)
  },
  zoomIn: (context) => {
    context.zoomBy(ZOOM_STEP)
  },
  zoomOut: (context) => {
    context.zoomBy(1 / ZOOM_STEP)
  },
  resetView: viewChange(() => ({ cameras: ALL_FITTED })),
  toggleOverlay: viewChange(({ overlayShown }) => ({ overlayShown: !overlayShown })),
  toggleOutline: viewChange(({ outline }) => ({ outline: !outline })),
  toggleBoxes: viewChange(({ boxesShown }) => ({ boxesShown: !boxesShown })),
  togglePoints: viewChange(({ pointsShown }) => ({ pointsShown: !pointsShown })),
  opacityUp: viewChange(({ opacity }) => ({ opacity: Math.min(1, tenths(opacity + OPACITY_STEP)) })),
  opacityDown: viewChange(({ opacity }) => ({ opacity: Math.max(0, tenths(opacity - OPACITY_STEP)) })),
  togglePanel: (context) => {
    context.togglePanel()
  },
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
  maximise: (context) => {
    context.maximise()
  },
  measure: (context) => {
    context.measure()
  },
  copyPosition: (context) => {
    context.copyPosition()
  },
  copyPicture: (context) => {
    context.picture('copy')
  },
  savePicture: (context) => {
    context.picture('save')
  },
  menuGo: menu('go'),
  menuPlace: menu('place'),
  menuCopy: menu('copy'),
  menuMaximise: menu('maximise'),
  menuJump: menu('jump'),
  menuOnly: menu('only'),
  menuHide: menu('hide'),
  toggleEditing: edit('toggle'),
  brush: edit('brush'),
  eraser: edit('eraser'),
  lasso: edit('lasso'),
  eraseLasso: edit('eraseLasso'),
  pointsTool: edit('points'),
  boxTool: edit('box'),
  fixSlice: edit('fixSlice'),
  toggleBall: edit('toggleBall'),
  brushLarger: edit('larger'),
  brushSmaller: edit('smaller'),
  leaveTool: edit('leaveTool'),
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

/** Without what adding tenths leaves behind. */
function tenths(value: number): number {
  return Math.round(value * 100) / 100
}

function toLayout(next: Layout): Action {
  return viewChange(() => ({ layout: next, backTo: null }))
}

function toWindow(preset: CtPreset): Action {
  const { levelHu, widthHu } = CT_WINDOWS[preset]
  return viewChange(() => ({ levelHu, widthHu }))
}

function menu(action: MenuAction): Action {
  return (context) => {
    context.menu(action)
  }
}

function edit(action: EditAction): Action {
  return (context) => {
    context.edit(action)
  }
}

/** Moves the crosshair by voxels toward the screen's right. */
function across(voxels: number): Action {
  return (context) => {
    context.viewer.step(acrossOf(context.plane), voxels * screenRightSign(context))
  }
}

function upward(voxels: number): Action {
  return ({ viewer, plane }) => {
    viewer.step(upOf(plane), voxels)
  }
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
