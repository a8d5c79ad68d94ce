import type { EarlyMaskNote, SegmentOutcome, SegmentWithPreviews } from '../../protocol/rpc.js'
import type { Engine, RunHooks, SegmentResult } from '../engine.js'
import { withEarlyMaskFiles } from './earlyMaskFiles.js'

/** Segments a scan; tells of masks that are there early where the request names a folder for them. */
export async function segmentWithPreviews(
  engine: Engine,
  { previewFolder, ...request }: SegmentWithPreviews,
  hooks: RunHooks,
  tell: (mask: EarlyMaskNote) => void,
): Promise<SegmentOutcome> {
  const segment = (more: RunHooks): Promise<SegmentResult> => engine.segment(request, { ...hooks, ...more })
  const { paths, sidecar } =
    previewFolder === undefined ? await segment({}) : await withEarlyMaskFiles(previewFolder, tell, segment)
  return { labelMapPath: paths.labelMap, sidecar }
}
