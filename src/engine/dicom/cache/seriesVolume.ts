import type { SeriesVolume, SeriesVolumeRequest } from '../../../protocol/rpc.js'
import { throwIfCancelled } from '../../../shared/medlsamError.js'
import { checkFits, dicomAt } from '../../scanFiles/openImage.js'
import { writeScan } from '../../scanFiles/writeScan.js'
import { chooseSeries } from '../chooseSeries.js'
import { readSlices, type ReadHooks } from '../readSlices.js'
import { resultStem } from '../resultStem.js'
import { isWhole, stackSlices } from '../stackSlices.js'
import { seriesKey } from './seriesKey.js'
import { cachedVolume } from './volumeCache.js'

/** What of a volume is no voxel. */
const HEADER_BYTES = 352

/**
 * What the names of the results of the series of a slice begin with; reads headers only.
 * @throws MedlsamError `input` with one sentence where it is no slice of a CT series
 */
export async function seriesStem(slice: string): Promise<string> {
  return resultStem(await dicomAt(slice))
}

/**
 * Makes a volume of the series that a slice belongs to, or takes the one that was made before.
 * @throws MedlsamError `input` with one sentence about what is wrong, `output` where the cache cannot be written
 */
export async function seriesVolume(
  { scanPath, cacheFolder, cacheBytes, maxBytes }: SeriesVolumeRequest,
  hooks: ReadHooks = {},
): Promise<SeriesVolume> {
  const found = await dicomAt(scanPath)
  const { series, warnings } = chooseSeries(found)
  const stack = stackSlices(series, found.folder)
  const { size, affine } = stack
  const bytes = size[0] * size[1] * size[2] * (isWhole(stack) ? 2 : 4)
  checkFits({ path: found.folder, size }, bytes, maxBytes)
  const wanted = { key: await seriesKey(stack), bytes: bytes + HEADER_BYTES }
  const volumePath = await cachedVolume({ folder: cacheFolder, limitBytes: cacheBytes }, wanted, async (file) => {
    const data = await readSlices(stack, hooks)
    throwIfCancelled(hooks.signal)
    await writeScan(file, { data, size, affine })
  })
  return { volumePath, stem: resultStem(found), warnings: [...warnings, ...stack.warnings] }
}
