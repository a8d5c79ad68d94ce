import { EngineError } from './engine/engineErrors.js'
import { engineErrorText } from './remedyText.js'

/** The sentence to show for anything thrown; the engine's errors say also what helps. */
export function errorText(error: unknown): string {
  if (error instanceof EngineError) return engineErrorText(error.data)
  return error instanceof Error ? error.message : String(error)
}
