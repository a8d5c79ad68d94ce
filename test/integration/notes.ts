const notes: string[] = []

/** Adds a measured figure to the report. */
export function note(text: string): void {
  notes.push(`     ${text}`)
}

/** The figures since the last call. */
export function takeNotes(): string[] {
  return notes.splice(0)
}
