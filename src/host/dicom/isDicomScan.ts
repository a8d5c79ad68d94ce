import type * as vscode from 'vscode'
import { formatOf } from '../../shared/scanNames.js'

/** Whether the scan editor takes a file for a slice of a DICOM series: one that is of no other format, whatever its name. */
export function isDicomScan(scan: vscode.Uri): boolean {
  return formatOf(scan.path) === null
}
