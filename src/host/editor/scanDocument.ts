import * as vscode from 'vscode'
import { marksSchema, NO_MARKS, type Marks } from '../../protocol/marks.js'
import { errorText } from '../errorText.js'
import type { MarksEdit } from '../marks/editMarks.js'
import { formatMarkups, parseMarkups, type MarkupsFile } from '../marks/slicerMarkups.js'
import { writeWhole } from '../writeWhole.js'
import { markupsName } from './scanNames.js'
import type { UnsavedMarks } from './unsavedMarks.js'

/** A scan with its marks. Everything that can be saved lives here, never in a webview. */
export interface ScanDocument extends vscode.CustomDocument {
  readonly name: string
  marks(): Marks
  /** Applies a change and tells VS Code that it can be undone. */
  apply(edit: MarksEdit, activate?: string): void
  /** The marks changed, by an edit, undo, redo or revert: the views redraw. */
  readonly onDidChangeMarks: vscode.Event<{ readonly activate?: string }>
  /** An edit was made: VS Code counts the document as dirty. */
  readonly onDidEdit: vscode.Event<vscode.CustomDocumentEditEvent<ScanDocument>>
  /** Brings back points that were never saved and that VS Code did not hand back; as an edit, so that it can be undone. */
  recover(): void
  save(): Promise<void>
  saveAs(scan: vscode.Uri): Promise<void>
  revert(): Promise<void>
  backup(destination: vscode.Uri): Promise<vscode.CustomDocumentBackup>
}

/** Where the marks of a scan are kept. */
export function markupsUri(scan: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..', markupsName(baseName(scan)))
}

/** Last part of a URI's path. */
export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}

/** Opens a scan's marks, from a backup after a crash, else from the file beside the scan. */
export async function openScanDocument(uri: vscode.Uri, backupId: string | undefined, unsaved: UnsavedMarks): Promise<ScanDocument> {
  const changed = new vscode.EventEmitter<{ readonly activate?: string }>()
  const edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  const file = markupsUri(uri)
  let opened = await readMarkups(file)
  let marks = backupId === undefined ? opened.marks : await readBackup(vscode.Uri.parse(backupId))
  let lost = backupId === undefined ? await readLostBackup(unsaved.backupOf(uri)) : null

  const show = (next: Marks): void => {
    marks = next
    changed.fire({})
  }

  const document: ScanDocument = {
    uri,
    name: baseName(uri),
    marks: () => marks,
    onDidChangeMarks: changed.event,
    onDidEdit: edited.event,
    apply(edit, activate) {
      marks = edit.after
      changed.fire(activate === undefined ? {} : { activate })
      edited.fire({ document, label: edit.label, undo: () => { show(edit.before) }, redo: () => { show(edit.after) } })
    },
    recover() {
      if (lost !== null) document.apply({ label: 'Recover unsaved points', before: marks, after: lost })
      lost = null
    },
    async save() {
      if (opened.problem !== null) throw new Error(`The points were not saved: ${opened.problem}`)
      await writeWhole(file, encode(formatMarkups({ marks, others: opened.others })))
      unsaved.forget(uri)
    },
    async saveAs(scan) {
      await vscode.workspace.fs.copy(uri, scan, { overwrite: true })
      await writeWhole(markupsUri(scan), encode(formatMarkups({ marks, others: opened.others })))
    },
    async revert() {
      opened = await readMarkups(file)
      show(opened.marks)
      unsaved.forget(uri)
    },
    async backup(destination) {
      await vscode.workspace.fs.writeFile(destination, encode(JSON.stringify(marks)))
      unsaved.remember(uri, destination.toString())
      return { id: destination.toString(), delete: () => void vscode.workspace.fs.delete(destination).then(undefined, () => undefined) }
    },
    dispose() {
      changed.dispose()
      edited.dispose()
    },
  }
  if (opened.problem !== null) void vscode.window.showWarningMessage(opened.problem)
  return document
}

type OpenedMarkups = MarkupsFile & { readonly problem: string | null }

async function readMarkups(file: vscode.Uri): Promise<OpenedMarkups> {
  try {
    return { ...parseMarkups(decode(await vscode.workspace.fs.readFile(file)), baseName(file)), problem: null }
  } catch (error) {
    const missing = error instanceof vscode.FileSystemError && error.code === 'FileNotFound'
    return { marks: NO_MARKS, others: [], problem: missing ? null : errorText(error) }
  }
}

/** A backup that VS Code forgot; null when there is none any more. */
async function readLostBackup(backupId: string | undefined): Promise<Marks | null> {
  if (backupId === undefined) return null
  try {
    return await readBackup(vscode.Uri.parse(backupId))
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return null
    throw error
  }
}

async function readBackup(backup: vscode.Uri): Promise<Marks> {
  return marksSchema.parse(JSON.parse(decode(await vscode.workspace.fs.readFile(backup))))
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
