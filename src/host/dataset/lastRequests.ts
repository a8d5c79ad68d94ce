import path from 'node:path'
import type * as vscode from 'vscode'
import type { DatasetOutcome, DatasetRequest } from '../../shared/datasetRun.js'

/** Requests of runs by the folder of their results. */
export type LastRequests = Readonly<Record<string, DatasetRequest>>

const LAST_REQUESTS = 'medlsam.folderRequests'

/** The last run of the folder that a file or folder, of scans or of results, lies in; the innermost such folder counts. */
export function requestFor(requests: LastRequests, file: string): DatasetRequest | null {
  const holds = (folder: string): boolean => file === folder || file.startsWith(folder + path.sep)
  const known = Object.entries(requests)
    .flatMap(([results, request]) => [results, request.folder].filter(holds).map((folder) => ({ folder, request })))
    .sort((a, b) => b.folder.length - a.folder.length)
  return known.at(0)?.request ?? null
}

/** The last run of what lies at a path, in this workspace. */
export function lastRequest({ workspaceState }: vscode.ExtensionContext, file: string): DatasetRequest | null {
  return requestFor(workspaceState.get<LastRequests>(LAST_REQUESTS, {}), file)
}

/** Remembers how the results of a folder were made. */
export async function rememberRequest(
  { workspaceState }: vscode.ExtensionContext,
  { summaryHtml }: Pick<DatasetOutcome, 'summaryHtml'>,
  request: DatasetRequest,
): Promise<void> {
  const before = workspaceState.get<LastRequests>(LAST_REQUESTS, {})
  // Of the next run only what it is asked for again.
  const usual = { ...request, onlyChanged: false }
  await workspaceState.update(LAST_REQUESTS, { ...before, [path.dirname(summaryHtml)]: usual })
}
