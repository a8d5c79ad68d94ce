import type { FromScanView } from '../../protocol/scanEditor.js'
import type { ViewCommand } from '../../protocol/viewCommand.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { readingText } from '../panels/readingText.js'
import type { Plane } from '../viewer/projection.js'
import type { CellKind } from '../viewer/stageLayout.js'
import type { CorrectionControl } from './correctionControl.js'
import type { EditControl } from './editControl.js'
import { rowsOf } from './editorState.js'
import type { EditorStore } from './editorStore.js'
import { parsePlace } from './parsePlace.js'
import type { PointControl } from './pointControl.js'
import { runViewCommand, type MenuAction } from './viewCommands.js'
import type { ViewControl } from './viewControl.js'

/** Where a menu was opened: on a part of the stage, on a structure of the list, or both. */
export interface MenuTarget {
  readonly kind: CellKind | null
  readonly pointMm: PointMm | null
  /** 0 for none. */
  readonly labelValue: number
}

/** What commands work on. */
interface Controls {
  readonly view: ViewControl
  readonly points: PointControl
  readonly edit: EditControl
  readonly corrections: CorrectionControl
}

/** Does what keys, buttons and menus ask of the view. */
export class EditorCommands {
  private menuTarget: MenuTarget = { kind: null, pointMm: null, labelValue: 0 }

  constructor(
    private readonly store: EditorStore,
    private readonly controls: Controls,
    private readonly post: (message: FromScanView) => void,
  ) {}

  run(name: ViewCommand): void {
    const { store } = this
    const { view, points, edit, corrections } = this.controls
    const { viewer, state } = store
    if (!viewer) return
    runViewCommand(name, {
      viewer,
      view: state.view,
      plane: state.activePlane,
      change: (next) => {
        view.change(next)
      },
      zoomBy: (factor) => {
        view.zoomActive(factor)
      },
      panBy: (dx, dy) => {
        view.panBy(state.activePlane, dx, dy)
      },
      placeAtCrosshair: () => {
        points.placeAtCrosshair()
      },
      deletePoint: () => {
        if (edit.segmenterTool() === 'points') corrections.removePoint()
        else points.deletePoint()
      },
      stepPoint: (step) => {
        points.step(step)
      },
      showHelp: () => {
        store.update({ isHelpShown: true })
      },
      togglePanel: () => {
        view.togglePanel()
      },
      maximise: () => {
        view.maximise(state.view.layout === 'render' ? 'render' : state.activePlane)
      },
      measure: () => {
        store.update({ isMeasuring: !state.isMeasuring, measured: null })
      },
      copyPosition: () => {
        if (state.reading) this.post({ type: 'copy', text: readingText(state.reading) })
      },
      picture: (what) => {
        void this.picture(what, state.activePlane)
      },
      menu: (action) => {
        this.menu(action)
      },
      edit: (action) => {
        if (action === 'fixSlice') corrections.toggleFixed()
        else edit.run(action)
      },
    })
  }

  /** Remembers what the menu that opens now is about. */
  openMenu(target: MenuTarget): void {
    this.menuTarget = target
    if (target.kind !== null && target.kind !== 'render') this.store.update({ activePlane: target.kind })
  }

  /** Goes to a slice of the plane that keys act in, or to a place in mm; what says neither is left alone. */
  goTo(text: string): void {
    const place = parsePlace(text)
    if (place === null) return
    if (place.kind === 'slice') this.controls.view.showSlice(this.store.state.activePlane, place.number - 1)
    else this.controls.view.goTo(place.pointMm)
  }

  private menu(action: MenuAction): void {
    const { kind, pointMm, labelValue } = this.menuTarget
    switch (action) {
      case 'go':
        if (pointMm) this.controls.view.goTo(pointMm)
        return
      case 'place': {
        const target = this.controls.points.target()
        if (pointMm && target) this.controls.points.place(target, pointMm)
        return
      }
      case 'copy': {
        const reading = pointMm && this.store.viewer?.readingAt(pointMm)
        if (reading) this.post({ type: 'copy', text: readingText(reading) })
        return
      }
      case 'maximise':
        if (kind) this.controls.view.maximise(kind)
        return
      case 'jump':
        this.controls.view.jumpTo(labelValue)
        return
      case 'only':
        if (this.isListed(labelValue)) this.controls.view.showOnly(labelValue)
        return
      case 'hide':
        if (this.isListed(labelValue)) this.controls.view.toggleLabel(labelValue)
        return
    }
  }

  private isListed(labelValue: number): boolean {
    return rowsOf(this.store.state).some((row) => row.labelValue === labelValue)
  }

  private async picture(what: 'copy' | 'save', plane: Plane): Promise<void> {
    const png = await this.store.viewer?.picture(plane, this.store.state.view.outline)
    if (!png) return
    if (what === 'save') {
      this.post({ type: 'picture', plane, png: new Uint8Array(await png.arrayBuffer()) })
      return
    }
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
    } catch {
      this.post({ type: 'say', text: 'The picture cannot be copied here. Save it instead (Save Picture of Plane).' })
    }
  }
}
