import type { FromScanView } from '../../protocol/scanEditor.js'
import type { ExtremeSide, PointMm } from '../../shared/geometry/points.js'
import type { ScanPoints } from '../../shared/scanPoints.js'
import type { EditorStore } from './editorStore.js'
import {
  activeAfter,
  activeStructure,
  missingPoint,
  pointToPlace,
  steppedSide,
  withPoint,
  type PointToPlace,
} from './pointPlacement.js'

/** Template points: the host keeps them, the page asks it to change them. */
export class PointControl {
  /** The side that was to be placed last. */
  private told: ExtremeSide | null = null

  constructor(
    private readonly store: EditorStore,
    private readonly post: (message: FromScanView) => void,
    private readonly onTarget: (side: ExtremeSide) => void,
  ) {}

  /** Takes over the host's points, and the structure to go on with. */
  set(points: ScanPoints, activate: string | undefined): void {
    const { points: before, active } = this.store.state
    this.store.update({
      points,
      active: activate === undefined ? activeAfter(before, points, active) : { structure: activate, side: null },
    })
    this.tellTarget()
  }

  activate(structure: string | null, side: ExtremeSide | null): void {
    this.store.update({ active: structure === null ? null : { structure, side } })
    this.tellTarget()
  }

  /** Whether a plain click places, and not only a double click. */
  setPlacing(isPlacing: boolean): void {
    this.store.update({ isPlacing })
  }

  /** Lets the planes follow when another side is to be placed. */
  private tellTarget(): void {
    const side = this.target()?.side ?? null
    if (side !== null && side !== this.told) this.onTarget(side)
    this.told = side
  }

  /** What a click places now. */
  target(): PointToPlace | null {
    const { points, active } = this.store.state
    return pointToPlace(points, active)
  }

  place(target: PointToPlace, pointMm: PointMm): void {
    const { structure, side } = target
    // Shown at once; what the host answers is the same.
    this.set(withPoint(this.store.state.points, target, pointMm), undefined)
    this.post({ type: 'points', request: { kind: 'place', structure, side, pointMm } })
  }

  /** A point on the planes was pressed; `pointMm` is what lies under the mouse. */
  pick(structure: string, side: ExtremeSide, pointMm: PointMm): void {
    const { points, active } = this.store.state
    const target = missingPoint(points, active)
    if (target === null) {
      this.activate(structure, side)
      return
    }
    // The crosshair goes along, as it does with a click beside the point.
    this.store.viewer?.moveTo(pointMm)
    this.place(target, pointMm)
  }

  placeAtCrosshair(): void {
    const target = this.target()
    const pointMm = this.store.viewer?.crosshairMm()
    if (target && pointMm) this.place(target, pointMm)
  }

  /** Deletes the point that was asked for. */
  deletePoint(): void {
    const { points, active } = this.store.state
    const structure = activeStructure(points, active)
    const side = active?.side
    if (structure && side && structure.points[side] !== undefined)
      this.post({ type: 'points', request: { kind: 'unplace', structure: structure.name, side } })
  }

  /** Goes on to the next or the previous point, and to its place. */
  step(step: 1 | -1): void {
    const { points, active } = this.store.state
    const structure = activeStructure(points, active)
    if (structure === undefined) return
    const side = steppedSide(structure, active, step)
    this.activate(structure.name, side)
    const pointMm = structure.points[side]
    if (pointMm !== undefined) this.store.viewer?.moveTo(pointMm)
  }
}
