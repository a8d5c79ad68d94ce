import { CT_WINDOWS, type CtWindow } from '../../shared/ctWindow.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import { PLANE_AXES, type Plane } from './projection.js'
import type { Viewer } from './viewer.js'
import { FIRST_VIEW, type ViewState } from './viewState.js'

/** What a command needs beside the viewer. */
export interface CommandContext {
  readonly viewer: Viewer
  readonly view: ViewState
  /** The plane under the mouse or on display: arrows move in it. */
  readonly plane: Plane
  readonly change: (change: Partial<ViewState>) => void
  placeAtCrosshair(): void
  deletePoint(): void
  stepPoint(step: 1 | -1): void
  showHelp(): void
}

const ZOOM_STEP = 1.25
const PAN_MM = 10
const OPACITY_STEP = 0.1

/** Does what a key or a command asks of the view. */
export function runViewCommand(command: ViewCommand, context: CommandContext): void {
  const { viewer, view, change } = context
  const [across, up, depth] = PLANE_AXES[context.plane]
  const toRight = screenRightSign(context)
  switch (command) {
    case 'axial':
    case 'coronal':
    case 'sagittal':
    case 'multiplanar':
      change({ layout: command })
      return
    case 'windowSoftTissue':
      change(windowChange(CT_WINDOWS.softTissue))
      return
    case 'windowLung':
      change(windowChange(CT_WINDOWS.lung))
      return
    case 'windowBone':
      change(windowChange(CT_WINDOWS.bone))
      return
    case 'windowBrain':
      change(windowChange(CT_WINDOWS.brain))
      return
    case 'windowWider':
      change({ widthHu: Math.round(view.widthHu * 1.15) })
      return
    case 'windowNarrower':
      change({ widthHu: Math.max(1, Math.round(view.widthHu / 1.15)) })
      return
    case 'levelUp':
      change({ levelHu: view.levelHu + Math.max(1, Math.round(view.widthHu / 20)) })
      return
    case 'levelDown':
      change({ levelHu: view.levelHu - Math.max(1, Math.round(view.widthHu / 20)) })
      return
    case 'toggleConvention':
      change({ radiological: !view.radiological })
      return
    case 'toggleCrosshair':
      change({ crosshairShown: !view.crosshairShown })
      return
    case 'sliceUp':
      viewer.step(depth, 1)
      return
    case 'sliceDown':
      viewer.step(depth, -1)
      return
    case 'crosshairLeft':
      viewer.step(across, -toRight)
      return
    case 'crosshairRight':
      viewer.step(across, toRight)
      return
    case 'crosshairUp':
      viewer.step(up, 1)
      return
    case 'crosshairDown':
      viewer.step(up, -1)
      return
    case 'panLeft':
      viewer.panBy(across, -toRight * PAN_MM)
      return
    case 'panRight':
      viewer.panBy(across, toRight * PAN_MM)
      return
    case 'panUp':
      viewer.panBy(up, PAN_MM)
      return
    case 'panDown':
      viewer.panBy(up, -PAN_MM)
      return
    case 'zoomIn':
      viewer.zoomBy(ZOOM_STEP)
      return
    case 'zoomOut':
      viewer.zoomBy(1 / ZOOM_STEP)
      return
    case 'resetView':
      viewer.setPanZoom(FIRST_VIEW.panZoom)
      return
    case 'toggleOverlay':
      change({ overlayShown: !view.overlayShown })
      return
    case 'toggleOutline':
      change({ outline: !view.outline })
      return
    case 'opacityUp':
      change({ opacity: Math.min(1, view.opacity + OPACITY_STEP) })
      return
    case 'opacityDown':
      change({ opacity: Math.max(0, view.opacity - OPACITY_STEP) })
      return
    case 'togglePanel':
      change({ panelOpen: !view.panelOpen })
      return
    case 'placePoint':
      context.placeAtCrosshair()
      return
    case 'deletePoint':
      context.deletePoint()
      return
    case 'nextPoint':
      context.stepPoint(1)
      return
    case 'previousPoint':
      context.stepPoint(-1)
      return
    case 'help':
      context.showHelp()
      return
  }
}

function windowChange({ levelHu, widthHu }: CtWindow): Pick<ViewState, 'levelHu' | 'widthHu'> {
  return { levelHu, widthHu }
}

/** Whether the screen's right is the axis' plus side: -1 where the plane is mirrored. */
function screenRightSign({ viewer, plane }: CommandContext): 1 | -1 {
  return viewer.tiles().find((tile) => tile.plane === plane)?.mirrored === true ? -1 : 1
}
