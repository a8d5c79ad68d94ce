/**
 * What a key or a command can do to the scan view that has the focus. Every entry is also a
 * command of the extension, `medlsam.view.<name>`.
 */
export const VIEW_COMMANDS = [
  'axial',
  'coronal',
  'sagittal',
  'multiplanar',
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
  'panLeft',
  'panRight',
  'panUp',
  'panDown',
  'zoomIn',
  'zoomOut',
  'resetView',
  'toggleOverlay',
  'toggleOutline',
  'opacityUp',
  'opacityDown',
  'togglePanel',
  'placePoint',
  'deletePoint',
  'nextPoint',
  'previousPoint',
  'help',
] as const

/** One of {@link VIEW_COMMANDS}. */
export type ViewCommand = (typeof VIEW_COMMANDS)[number]

/** A line of the help sheet: keys, what they do. */
export interface KeyHelp {
  readonly keys: string
  readonly title: string
}
