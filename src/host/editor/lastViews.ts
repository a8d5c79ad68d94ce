import type * as vscode from 'vscode'

const KEY = 'medlsam.lastViews'
/** Views of more scans than this are forgotten, the oldest first. */
const LIMIT = 50

/** How scans were looked at last, so that they come back the same after a reload. */
export interface LastViews {
  of(scan: vscode.Uri): { readonly own: unknown; readonly latest: unknown }
  remember(scan: vscode.Uri, view: unknown): void
}

/** Keeps the last view of scans in the workspace's state. */
export function createLastViews(state: vscode.Memento): LastViews {
  const views = new Map(Object.entries(state.get<Record<string, unknown>>(KEY, {})))
  return {
    of: (scan) => ({ own: views.get(scan.toString()) ?? null, latest: [...views.values()].at(-1) ?? null }),
    remember(scan, view) {
      views.delete(scan.toString())
      views.set(scan.toString(), view)
      for (const oldest of [...views.keys()].slice(0, Math.max(0, views.size - LIMIT))) views.delete(oldest)
      void state.update(KEY, Object.fromEntries(views))
    },
  }
}
