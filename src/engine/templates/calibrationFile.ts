import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { MedlsamError } from '../errors.js'
import type { Calibration } from '../medlam/bank.js'
import { calibrationSchema } from '../medlam/bankFile.js'

const fileSchema = z.object({ calibration: z.record(z.string(), calibrationSchema) })

/**
 * Reads calibrations measured elsewhere: `{"calibration": {"Larynx": {"errorMm": [6 numbers], "similarity": [6 numbers]}}}`
 * with sides in the order inferior, posterior, right, superior, anterior, left; other members are ignored.
 * @throws MedlsamError `template` when the file cannot be understood
 */
export async function readCalibrations(file: string): Promise<Map<string, Calibration>> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new MedlsamError('template', `The calibration ${file} cannot be read as JSON.`, file, { cause: error })
  }
  const parsed = fileSchema.safeParse(json)
  if (!parsed.success) {
    throw new MedlsamError('template', `The calibration ${file} is not understood: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`, file)
  }
  return new Map(Object.entries(parsed.data.calibration))
}
