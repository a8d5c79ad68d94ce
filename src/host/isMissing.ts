import * as vscode from 'vscode'

/** True for the error of reading a file that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof vscode.FileSystemError && error.code === 'FileNotFound'
}
