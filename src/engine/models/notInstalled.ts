import { MedlsamError } from '../../shared/medlsamError.js'
import type { Precision, RegistryEntry } from '../../shared/modelTypes.js'

/**
 * The `usage` error about a model of the registry that is not here, with how to get it: most can be downloaded, some
 * only imported.
 * @param name as the user wrote it
 * @param precision the one that was asked for; null for any
 */
export function notInstalled(
  kind: 'localizer' | 'segmenter',
  name: string,
  { id, origin, importHint }: RegistryEntry,
  precision: Precision | null,
): MedlsamError {
  const missing = `The ${kind} "${name}" is not installed`
  if (origin === 'import') return new MedlsamError('usage', `${missing}. ${importHint ?? ''}`.trim())
  return new MedlsamError('usage', `${missing}: download it.`, undefined, {
    remedy: { option: 'downloadModel', id, precision },
  })
}
