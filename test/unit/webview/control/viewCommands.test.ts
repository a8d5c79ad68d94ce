import { describe, expect, it } from 'vitest'
import type { ViewCommand } from '../../../../src/protocol/viewCommand.js'
import { runViewCommand, type CommandContext } from '../../../../src/webview/control/viewCommands.js'
import { ALL_FITTED } from '../../../../src/webview/viewer/planeCamera.js'
import type { Plane, Tile } from '../../../../src/webview/viewer/projection.js'
import { FIRST_VIEW, type ViewState } from '../../../../src/webview/viewer/viewState.js'

const AXIAL: Tile = {
  plane: 'axial',
  left: 0,
  top: 0,
  width: 100,
  height: 100,
  mirrored: true,
  lowMm: [0, 0],
  fovMm: [100, 100],
  originMm: [0, 0, 0],
  slope: [0, 0],
}

/** What a command did, as lines. */
function done(command: ViewCommand, plane: Plane = 'axial', view: Partial<ViewState> = {}): unknown[] {
  const log: unknown[] = []
  const context: CommandContext = {
    viewer: {
      step: (...args) => log.push(['step', ...args]),
      tiles: () => [AXIAL],
    },
    view: { ...FIRST_VIEW, ...view },
    plane,
    change: (next) => log.push(next),
    zoomBy: (...args) => log.push(['zoomBy', ...args]),
    panBy: (...args) => log.push(['panBy', ...args]),
    togglePanel: () => log.push('panel'),
    maximise: () => log.push('maximise'),
    measure: () => log.push('measure'),
    copyPosition: () => log.push('copyPosition'),
    picture: (what) => log.push(['picture', what]),
    menu: (action) => log.push(['menu', action]),
    edit: (action) => log.push(['edit', action]),
    placeAtCrosshair: () => log.push('place'),
    deletePoint: () => log.push('delete'),
    stepPoint: (step) => log.push(['point', step]),
    showHelp: () => log.push('help'),
  }
  runViewCommand(command, context)
  return log
}

describe('a command of the view', () => {
  it.each<[ViewCommand, Partial<ViewState>]>([
    ['coronal', { layout: 'coronal', backTo: null }],
    ['render', { layout: 'render', backTo: null }],
    ['windowLung', { levelHu: -600, widthHu: 1500 }],
    ['windowWider', { widthHu: 460 }],
    ['windowNarrower', { widthHu: 348 }],
    ['levelUp', { levelHu: 60 }],
    ['levelDown', { levelHu: 20 }],
    ['toggleConvention', { radiological: false }],
    ['toggleOverlay', { overlayShown: false }],
    ['toggleBoxes', { boxesShown: true }],
    ['opacityUp', { opacity: 0.4 }],
    ['opacityDown', { opacity: 0.2 }],
  ])('%s changes the view', (command, next) => {
    expect(done(command)).toEqual([next])
  })

  it.each<[ViewCommand, string]>([
    ['toggleEditing', 'toggle'],
    ['eraseLasso', 'eraseLasso'],
    ['pointsTool', 'points'],
    ['fixSlice', 'fixSlice'],
    ['brushLarger', 'larger'],
    ['leaveTool', 'leaveTool'],
  ])('%s goes to the tools', (command, action) => {
    expect(done(command)).toEqual([['edit', action]])
  })

  it('keeps window and opacity within their bounds', () => {
    expect(done('windowNarrower', 'axial', { widthHu: 1 })).toEqual([{ widthHu: 1 }])
    expect(done('levelUp', 'axial', { levelHu: 0, widthHu: 4 })).toEqual([{ levelHu: 1 }])
    expect(done('opacityUp', 'axial', { opacity: 0.95 })).toEqual([{ opacity: 1 }])
    expect(done('opacityDown', 'axial', { opacity: 0.05 })).toEqual([{ opacity: 0 }])
  })

  it('moves along the axes of the plane, to the right of the screen whether it is mirrored or not', () => {
    expect(done('crosshairRight', 'axial')).toEqual([['step', 0, -1]])
    expect(done('crosshairRight', 'sagittal')).toEqual([['step', 1, 1]])
    expect(done('crosshairUp', 'coronal')).toEqual([['step', 2, 1]])
    expect(done('sliceDown', 'coronal')).toEqual([['step', 1, -1]])
    expect(done('crosshairFarLeft', 'axial')).toEqual([['step', 0, 10]])
    expect(done('panLeft', 'axial')).toEqual([['panBy', -40, 0]])
    expect(done('panDown', 'sagittal')).toEqual([['panBy', 0, 40]])
  })

  it('zooms, resets, places and deletes', () => {
    expect(done('zoomIn')).toEqual([['zoomBy', 1.25]])
    expect(done('resetView')).toEqual([{ cameras: ALL_FITTED }])
    expect(done('togglePanel')).toEqual(['panel'])
    expect(done('placePoint')).toEqual(['place'])
    expect(done('deletePoint')).toEqual(['delete'])
    expect(done('previousPoint')).toEqual([['point', -1]])
    expect(done('help')).toEqual(['help'])
    expect(done('savePicture')).toEqual([['picture', 'save']])
    expect(done('menuOnly')).toEqual([['menu', 'only']])
  })
})
