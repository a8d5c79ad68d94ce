import type * as vscode from 'vscode'

const KEY = 'medlsam.lastLabelMaps'
/** Choices for more scans than this are forgotten, the oldest first. */
const LIMIT = 200

/** Which label map was chosen to be shown over each scan. */
export interface LastLabelMaps {
  /** Null where none was chosen to be shown; undefined where nothing was chosen. */
  of(scan: vscode.Uri): string | null | undefined
  remember(scan: vscode.Uri, name: string | null): void
}

/** Keeps the choices in the workspace's state. */
export function createLastLabelMaps(state: vscode.Memento): LastLabelMaps {
  const choices = new Map(Object.entries(state.get<Record<string, string | null>>(KEY, {})))
  return {
    of: (scan) => choices.get(scan.toString()),
    remember(scan, name) {
      choices.delete(scan.toString())
      choices.set(scan.toString(), name)
      for (const oldest of [...choices.keys()].slice(0, Math.max(0, choices.size - LIMIT))) choices.delete(oldest)
      void state.update(KEY, Object.fromEntries(choices))
    },
  }
}
