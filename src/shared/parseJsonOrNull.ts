/** What a JSON text holds; null where there is no text, or none that is JSON: of other programs anything may lie there. */
export function parseJsonOrNull(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
