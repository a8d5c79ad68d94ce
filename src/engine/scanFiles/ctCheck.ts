import { MedlsamError } from '../../shared/medlsamError.js'
import { inputError } from '../../shared/inputError.js'
import type { ValueRange } from '../../imageio/voxels.js'

/**
 * Refuses what cannot be CT in Hounsfield units, by its values alone.
 * @param forceHu the user says that it is; constant and empty volumes are refused all the same
 * @throws MedlsamError `input` with the reason
 */
export function checkCt(file: string, { min, max }: ValueRange, forceHu: boolean): void {
  if (Number.isNaN(min))
    throw inputError(file, `No voxel of ${file} holds a number (all are NaN or infinite): export the scan again.`)
  if (min === max)
    throw inputError(
      file,
      `All voxels of ${file} have the same value, ${min}: there is nothing to see in it, so choose another scan.`,
    )
  if (forceHu) return
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
