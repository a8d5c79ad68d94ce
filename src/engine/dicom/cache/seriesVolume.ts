import type { SeriesVolume, SeriesVolumeRequest } from '../../../protocol/rpc.js'
import { niftiParts } from '../../../imageio/nifti/niftiEncode.js'
import { throwIfCancelled } from '../../../shared/medlsamError.js'
import { writePartsAtomic } from '../../../shared/node/wholeFiles.js'
import { checkFits, dicomAt } from '../../scanFiles/openImage.js'
import { packQuickly } from '../../scanFiles/writeNifti.js'
import { chooseSeries } from '../chooseSeries.js'
import { readSlices, type ReadHooks } from '../readSlices.js'
import { resultStem } from '../resultStem.js'
import { isWhole, stackSlices } from '../stackSlices.js'
import { seriesKey } from './seriesKey.js'
import { cachedVolume } from './volumeCache.js'

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
  const cache = { folder: cacheFolder, limitBytes: cacheBytes }
  const volumePath = await cachedVolume(cache, await seriesKey(stack), async (file) => {
    const data = await readSlices(stack, hooks)
    throwIfCancelled(hooks.signal)
    const geometry = { niftiHeader: null, size, affine }
    // Half the bytes are sooner in the page, also from another machine.
    await writePartsAtomic(file, await packQuickly(niftiParts(file, data, geometry, 'scan')))
  })
  return { volumePath, stem: resultStem(found), warnings: [...warnings, ...stack.warnings] }
}
