import { MedlsamError } from './medlsamError.js'

/** An `input` error about an image file. */
export function inputError(file: string, sentence: string, cause?: unknown): MedlsamError {
  return new MedlsamError('input', sentence, file, cause === undefined ? undefined : { cause })
}
