import type { RunView } from '../../protocol/scanEditor.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { mapAxes } from '../../shared/geometry/vector.js'

/** Where to look when a run finds its first structure: there, once, and only if the user has not moved since the run began. */
export class FirstResult {
  /** The crosshair when the run began; null when there is nothing to wait for. */
  private from: PointMm | null = null
  private isRunning = false

  /** Takes over how a run stands; answers with the place to go to, null to stay. */
  placeFor(run: RunView, crosshairMm: PointMm | null): PointMm | null {
    const wasRunning = this.isRunning
    this.isRunning = run.kind === 'running'
    if (run.kind === 'running' && !wasRunning) this.from = crosshairMm
    if (run.kind !== 'running' && run.kind !== 'localized') {
      this.from = null
      return null
    }
    const { from } = this
    if (from === null || crosshairMm === null) return null
    if (from.some((mm, axis) => mm !== crosshairMm[axis])) {
      this.from = null
      return null
    }
    const box = run.structures.find(({ status, boxMm }) => status === 'found' && boxMm !== null)?.boxMm
    if (!box) return null
    this.from = null
    return mapAxes((axis) => (box.min[axis] + box.max[axis]) / 2)
  }
}
