import type * as vscode from 'vscode'

const KEY = 'medlsam.unsavedMarks'

/** Where the backups of scans with unsaved points lie. */
export interface UnsavedPoints {
  backupOf(scan: vscode.Uri): string | undefined
  remember(scan: vscode.Uri, backupId: string): void
  forget(scan: vscode.Uri): void
}

/**
 * Remembers backups by scan. VS Code hands the backup of a dirty document back after a restart, but in a
 * browser that is reloaded it does not: the points would be lost without this.
 */
export function createUnsavedPoints(state: vscode.Memento): UnsavedPoints {
  const backups = new Map(Object.entries(state.get<Record<string, string>>(KEY, {})))
  const store = (): void => void state.update(KEY, Object.fromEntries(backups))
  return {
    backupOf: (scan) => backups.get(scan.toString()),
    remember(scan, backupId) {
      backups.set(scan.toString(), backupId)
      store()
    },
    forget(scan) {
      if (backups.delete(scan.toString())) store()
    },
  }
}
