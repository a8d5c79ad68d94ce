import { MedlsamError } from '../../shared/medlsamError.js'
import { inputError } from '../../shared/inputError.js'
import type { ValueRange } from '../../imageio/voxels.js'

/** Where no value is below the one, or some are below the other, air may lie elsewhere than in HU. */
const HIGH_AIR_HU = -900
const LOW_AIR_HU = -1500

/**
 * How much the user has said of a scan: nothing; that it is CT all the same; or, as of templates, which nothing is
 * subtracted from, that it is CT in HU.
 */
type SaidOfCt = 'nothing' | 'isCt' | 'isTemplate'

/**
 * Refuses what cannot be CT in Hounsfield units, by its values alone; constant and empty volumes whatever was said.
 * @param findOffset what was added to HU by its air and soft tissue, asked only where no value, or more than outside of
 *   a picture, is as low as air
 * @throws MedlsamError `input` with the reason
 */
export function checkCt(file: string, { min, max }: ValueRange, said: SaidOfCt, findOffset: () => number | null): void {
  if (Number.isNaN(min))
    throw inputError(file, `No voxel of ${file} holds a number (all are NaN or infinite): export the scan again.`)
  if (min === max)
    throw inputError(
      file,
      `All voxels of ${file} have the same value, ${min}: there is nothing to see in it, so choose another scan.`,
    )
  if (said === 'isCt') return
  const offset = min >= HIGH_AIR_HU || min <= LOW_AIR_HU ? findOffset() : null
  if (offset !== null) {
    const message = `The values of ${file} are those of CT ${offset < 0 ? 'minus' : 'plus'} ${Math.abs(offset)} (its air lies near ${offset - 1000}), so they are no HU yet: have ${offset} subtracted, or export the scan in HU.`
    if (said === 'isTemplate') throw inputError(file, message)
    throw new MedlsamError('input', message, file, { remedy: { option: 'huOffset', offset } })
  }
  if (said === 'isTemplate') return
  if (min < -32768 || max > 32767) {
    throw notCt(file, `has values from ${shown(min)} to ${shown(max)}, a wider range than CT in HU has`)
  }
  if (max < 10) throw notCt(file, `has no value of 10 or more (the largest is ${shown(max)}), so it is not CT in HU`)
  if (min >= -200) {
    throw notCt(file, `has no value below -200 (the smallest is ${shown(min)}), so it shows no air and is not CT in HU`)
  }
}

function notCt(file: string, reason: string): MedlsamError {
  return new MedlsamError('input', `${file} ${reason}: choose a CT scan, or say that it is one all the same.`, file, {
    remedy: { option: 'forceHu' },
  })
}

function shown(value: number): string {
  return String(Math.round(value * 100) / 100)
}
