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
  const handedBack = await readBackup(backupId, baseName(uri))
  const remembered = handedBack.marks === null ? await readBackup(unsaved.backupOf(uri), baseName(uri)) : handedBack
  let marks = handedBack.marks ?? opened.marks
  let lost = handedBack.marks === null ? remembered.marks : null

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
      await writeWhole(destination, encode(JSON.stringify(marks)))
      unsaved.remember(uri, destination.toString())
      return { id: destination.toString(), delete: () => void vscode.workspace.fs.delete(destination).then(undefined, () => undefined) }
    },
    dispose() {
      changed.dispose()
      edited.dispose()
    },
  }
  for (const problem of [opened.problem, handedBack.problem ?? remembered.problem]) {
    if (problem !== null) void vscode.window.showWarningMessage(problem)
  }
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

/**
 * The points of a backup. Null when there is none, or none any more: VS Code may name one that a newer one has
 * replaced; `problem` says why one that is there cannot be used.
 */
async function readBackup(backupId: string | undefined, scan: string): Promise<{ readonly marks: Marks | null; readonly problem: string | null }> {
  if (backupId === undefined) return { marks: null, problem: null }
  try {
    return { marks: marksSchema.parse(JSON.parse(decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(backupId))))), problem: null }
  } catch (error) {
    const missing = error instanceof vscode.FileSystemError && error.code === 'FileNotFound'
    return { marks: null, problem: missing ? null : `The points of ${scan} that were not saved cannot be read back: their backup is damaged. The saved ones are shown.` }
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
