/**
 * What a key or a command can do to the scan view that has the focus. Every entry is also a
 * command of the extension, `medlsam.view.<name>`.
 */
export const VIEW_COMMANDS = [
  'axial',
  'coronal',
  'sagittal',
  'multiplanar',
  'planeAndRender',
  'grid',
  'render',
  'windowSoftTissue',
  'windowLung',
  'windowBone',
  'windowBrain',
  'windowWider',
  'windowNarrower',
  'levelUp',
  'levelDown',
  'toggleConvention',
  'toggleCrosshair',
  'sliceUp',
  'sliceDown',
  'crosshairLeft',
  'crosshairRight',
  'crosshairUp',
  'crosshairDown',
  'crosshairFarLeft',
  'crosshairFarRight',
  'crosshairFarUp',
  'crosshairFarDown',
  'panLeft',
  'panRight',
  'panUp',
  'panDown',
  'zoomIn',
  'zoomOut',
  'resetView',
  'toggleOverlay',
  'toggleOutline',
  'toggleBoxes',
  'togglePoints',
  'opacityUp',
  'opacityDown',
  'togglePanel',
  'placePoint',
  'deletePoint',
  'nextPoint',
  'previousPoint',
  'maximise',
  'measure',
  'copyPosition',
  'copyPicture',
  'savePicture',
  'menuGo',
  'menuPlace',
  'menuCopy',
  'menuMaximise',
  'menuJump',
  'menuOnly',
  'menuHide',
  'toggleEditing',
  'brush',
  'eraser',
  'lasso',
  'eraseLasso',
  'pointsTool',
  'boxTool',
  'fixSlice',
  'toggleBall',
  'brushLarger',
  'brushSmaller',
  'leaveTool',
  'help',
] as const

/** One of {@link VIEW_COMMANDS}. */
export type ViewCommand = (typeof VIEW_COMMANDS)[number]

/** Groups of the help sheet. */
export const KEY_GROUPS = [
  'Moving',
  'Layout and zoom',
  'Window',
  'Labels',
  'Editing labels',
  'Template points',
  'Scans and runs',
] as const

/** A line of the help sheet: keys, what they do, where they stand. */
export interface KeyHelp {
  readonly keys: string
  readonly title: string
  readonly group: (typeof KEY_GROUPS)[number]
}
