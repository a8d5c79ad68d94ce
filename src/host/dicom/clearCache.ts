import * as vscode from 'vscode'
import type { DicomScans } from './dicomScans.js'

/** Deletes the volumes that were made of DICOM series, and says how much that was. */
export async function clearCache(dicom: DicomScans): Promise<void> {
  const { volumes, bytes } = await dicom.clear()
  const what =
    volumes === 0
      ? 'The cache held no volume of a DICOM series.'
      : `${volumes} ${volumes === 1 ? 'volume' : 'volumes'} of DICOM series deleted (${Math.ceil(bytes / 2 ** 20)} MB); they are made again when their series are opened.`
  void vscode.window.showInformationMessage(what)
}
