import { describe, expect, it } from 'vitest'
import type { ViewCommand } from '../../../../src/protocol/viewCommand.js'
import { runViewCommand, type CommandContext } from '../../../../src/webview/control/viewCommands.js'
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
      panBy: (...args) => log.push(['panBy', ...args]),
      zoomBy: (...args) => log.push(['zoomBy', ...args]),
      setPanZoom: (...args) => log.push(['setPanZoom', ...args]),
      tiles: () => [AXIAL],
    },
    view: { ...FIRST_VIEW, ...view },
    plane,
    change: (next) => log.push(next),
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
    ['coronal', { layout: 'coronal' }],
    ['windowLung', { levelHu: -600, widthHu: 1500 }],
    ['windowWider', { widthHu: 460 }],
    ['windowNarrower', { widthHu: 348 }],
    ['levelUp', { levelHu: 60 }],
    ['levelDown', { levelHu: 20 }],
    ['toggleConvention', { radiological: false }],
    ['toggleOverlay', { overlayShown: false }],
    ['opacityUp', { opacity: 0.6 }],
    ['opacityDown', { opacity: 0.4 }],
    ['togglePanel', { panelOpen: false }],
  ])('%s changes the view', (command, next) => {
    expect(done(command)).toEqual([next])
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
    expect(done('panLeft', 'axial')).toEqual([['panBy', 0, 10]])
    expect(done('panDown', 'sagittal')).toEqual([['panBy', 2, -10]])
  })

  it('zooms, resets, places and deletes', () => {
    expect(done('zoomIn')).toEqual([['zoomBy', 1.25]])
    expect(done('resetView')).toEqual([['setPanZoom', FIRST_VIEW.panZoom]])
    expect(done('placePoint')).toEqual(['place'])
    expect(done('deletePoint')).toEqual(['delete'])
    expect(done('previousPoint')).toEqual([['point', -1]])
    expect(done('help')).toEqual(['help'])
  })
})
