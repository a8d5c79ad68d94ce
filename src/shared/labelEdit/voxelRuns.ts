import type { Size3 } from '../geometry/points.js'
import type { BoxVoxel } from '../structure.js'

/**
 * Voxels of a label map that changed: quadruples [start, length, before, after], each a row of neighbours in memory that
 * all had the value `before` and now have `after`. Places count in the storage order of the label map (x fastest);
 * the quadruples are sorted by place and do not overlap.
 */
export type VoxelRuns = Int32Array

/** Labels of a volume, x fastest. */
export type LabelArray = Uint8Array | Uint16Array | Uint32Array

/** Numbers of one run. */
export const RUN_LENGTH = 4

/** No change. */
export const NO_RUNS: VoxelRuns = new Int32Array(0)

/** Sets the voxels of all runs to what they are after the change, in place. */
export function applyRuns(labels: LabelArray, runs: VoxelRuns): void {
  for (let at = 0; at < runs.length; at += RUN_LENGTH) labels.fill(runs[at + 3], runs[at], runs[at] + runs[at + 1])
}

/** The change that takes a change back. */
export function invertRuns(runs: VoxelRuns): VoxelRuns {
  const out = runs.slice()
  for (let at = 0; at < runs.length; at += RUN_LENGTH) {
    out[at + 2] = runs[at + 3]
    out[at + 3] = runs[at + 2]
  }
  return out
}

/** The part of a change whose voxels are what they were before it. */
export function runsThatFit(labels: ArrayLike<number>, runs: VoxelRuns): VoxelRuns {
  const fitting = new RunWriter()
  for (let at = 0; at < runs.length; at += RUN_LENGTH) {
    const [start, length, before, after] = runs.subarray(at, at + RUN_LENGTH)
    for (let voxel = start; voxel < start + length; voxel++)
      if (labels[voxel] === before) fitting.add(voxel, 1, before, after)
  }
  return fitting.done()
}

/** How many voxels change. */
export function changedVoxels(runs: VoxelRuns): number {
  let voxels = 0
  for (let at = 0; at < runs.length; at += RUN_LENGTH) voxels += runs[at + 1]
  return voxels
}

/** The largest value that a change leaves behind; 0 for none. */
export function largestAfter(runs: VoxelRuns): number {
  let largest = 0
  for (let at = 0; at < runs.length; at += RUN_LENGTH) largest = Math.max(largest, runs[at + 3])
  return largest
}

/**
 * What makes one label array of another.
 * @param size of both volumes, where only the part inside `box` is to be compared
 */
export function diffLabels(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  part?: { readonly size: Size3; readonly box: BoxVoxel },
): VoxelRuns {
  const runs = new RunWriter()
  if (part === undefined) diffRow(before, after, 0, before.length, runs)
  else {
    const { size, box } = part
    for (let z = box.min[2]; z <= box.max[2]; z++) {
      for (let y = box.min[1]; y <= box.max[1]; y++) {
        const row = size[0] * (y + size[1] * z)
        diffRow(before, after, row + box.min[0], row + box.max[0] + 1, runs)
      }
    }
  }
  return runs.done()
}

/**
 * One change that does what two do one after the other: voxels that come back to what they were are left out.
 * @param second made after `first`
 */
export function mergeRuns(first: VoxelRuns, second: VoxelRuns): VoxelRuns {
  const runs = new RunWriter()
  const [a, b] = [new RunReader(first), new RunReader(second)]
  while (!a.isDone || !b.isDone) {
    const from = Math.min(a.start, b.start)
    if (a.start > from) runs.add(from, b.takeUntil(Math.min(b.end, a.start)), b.lastBefore, b.lastAfter)
    else if (b.start > from) runs.add(from, a.takeUntil(Math.min(a.end, b.start)), a.lastBefore, a.lastAfter)
    else {
      const to = Math.min(a.end, b.end)
      a.takeUntil(to)
      runs.add(from, b.takeUntil(to), a.lastBefore, b.lastAfter)
    }
  }
  return runs.done()
}

/** The smallest box that holds every changed voxel; null where none changes. */
export function boundsOfRuns(runs: VoxelRuns, size: Size3): BoxVoxel | null {
  if (runs.length === 0) return null
  const [nx, ny] = size
  const min: [number, number, number] = [...size]
  const max: [number, number, number] = [0, 0, 0]
  const reach = (axis: 0 | 1 | 2, low: number, high: number): void => {
    min[axis] = Math.min(min[axis], low)
    max[axis] = Math.max(max[axis], high)
  }
  for (let at = 0; at < runs.length; at += RUN_LENGTH) {
    const [first, last] = [runs[at], runs[at] + runs[at + 1] - 1]
    const [firstRow, lastRow] = [Math.floor(first / nx), Math.floor(last / nx)]
    const isOneRow = firstRow === lastRow
    reach(0, isOneRow ? first % nx : 0, isOneRow ? last % nx : nx - 1)
    const isOneSlice = Math.floor(firstRow / ny) === Math.floor(lastRow / ny)
    reach(1, isOneSlice ? firstRow % ny : 0, isOneSlice ? lastRow % ny : ny - 1)
    reach(2, Math.floor(firstRow / ny), Math.floor(lastRow / ny))
  }
  return { min, max }
}

/** Collects runs in order; what continues the last one becomes part of it, and what changes nothing is left out. */
export class RunWriter {
  private numbers = new Int32Array(64)
  private length = 0

  add(start: number, length: number, before: number, after: number): void {
    if (length === 0 || before === after) return
    const { numbers, length: at } = this
    const last = at - RUN_LENGTH
    const isNext = at > 0 && numbers[last] + numbers[last + 1] === start
    if (isNext && numbers[last + 2] === before && numbers[last + 3] === after) {
      numbers[last + 1] += length
      return
    }
    if (at === numbers.length) {
      this.numbers = new Int32Array(2 * at)
      this.numbers.set(numbers)
    }
    this.numbers.set([start, length, before, after], at)
    this.length += RUN_LENGTH
  }

  done(): VoxelRuns {
    return this.numbers.slice(0, this.length)
  }
}

/** Walks runs, each perhaps in several pieces. */
class RunReader {
  start: number
  end: number
  /** Of the piece that was taken last. */
  lastBefore = 0
  lastAfter = 0
  private at = 0

  constructor(private readonly runs: VoxelRuns) {
    ;[this.start, this.end] = this.ends()
  }

  get isDone(): boolean {
    return this.at >= this.runs.length
  }

  /** Takes what lies before a place; says how many voxels that are. */
  takeUntil(place: number): number {
    const length = place - this.start
    this.lastBefore = this.runs[this.at + 2]
    this.lastAfter = this.runs[this.at + 3]
    this.start = place
    if (place === this.end) {
      this.at += RUN_LENGTH
      ;[this.start, this.end] = this.ends()
    }
    return length
  }

  private ends(): [number, number] {
    const { runs, at } = this
    return this.isDone ? [Infinity, Infinity] : [runs[at], runs[at] + runs[at + 1]]
  }
}

function diffRow(before: ArrayLike<number>, after: ArrayLike<number>, from: number, to: number, runs: RunWriter): void {
  for (let at = from; at < to; at++) if (before[at] !== after[at]) runs.add(at, 1, before[at], after[at])
}
