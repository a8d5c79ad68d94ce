import { RUN_LENGTH, RunWriter, type VoxelRuns } from '../../shared/labelEdit/voxelRuns.js'
import type { AxialView } from '../sam/slices/axialView.js'

/** The part of a change that lies on one slice of the axial view of a label map, in whichever order that is stored. */
export function runsOnSlice(
  runs: VoxelRuns,
  { size, strides }: Pick<AxialView, 'size' | 'strides'>,
  slice: number,
): VoxelRuns {
  const [count, stride] = [size[2], Math.abs(strides[2])]
  const stored = strides[2] < 0 ? count - 1 - slice : slice
  const part = new RunWriter()
  for (let at = 0; at < runs.length; at += RUN_LENGTH) {
    const [start, length, before, after] = runs.subarray(at, at + RUN_LENGTH)
    for (let voxel = start; voxel < start + length; voxel++)
      if (Math.floor(voxel / stride) % count === stored) part.add(voxel, 1, before, after)
  }
  return part.done()
}
