import * as vscode from 'vscode'

/** The segmenter that the user chose: id of an installed model. */
export function chosenSegmenter(scope?: vscode.Uri): string {
  return vscode.workspace.getConfiguration('medlsam.run', scope).get('segmenter', 'mobilesam')
}

/** Makes a segmenter the one that runs take. */
export async function chooseSegmenter(id: string): Promise<void> {
  await vscode.workspace.getConfiguration('medlsam.run').update('segmenter', id, vscode.ConfigurationTarget.Global)
}
