import * as vscode from 'vscode'
import { z } from 'zod'
import { scanPointsSchema, NO_POINTS, type ScanPoints } from '../../shared/scanPoints.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import type { PointsEdit } from '../points/editPoints.js'
import { formatMarkups, markupsNameOf, parseMarkups, type MarkupsFile } from '../points/slicerMarkups.js'
import { writeWhole } from '../writeWhole.js'
import type { UnsavedPoints } from './unsavedPoints.js'

/** A scan with its marks. Everything that can be saved lives here, never in a webview. */
export interface ScanDocument extends vscode.CustomDocument {
  readonly name: string
  marks(): ScanPoints
  /** Applies a change and tells VS Code that it can be undone. */
  apply(edit: PointsEdit, activate?: string): void
  /** The marks changed, by an edit, undo, redo or revert: the views redraw. */
  readonly onDidChangePoints: vscode.Event<{ readonly activate?: string }>
  /** An edit was made: VS Code counts the document as dirty. */
  readonly onDidEdit: vscode.Event<vscode.CustomDocumentEditEvent<ScanDocument>>
  /** Brings back points that were never saved and that VS Code did not hand back; as an edit, so that it can be undone. */
  recover(): void
  /** Asks before it overwrites what another program wrote meanwhile. @throws Error when the points were not saved, CancellationError when people thought better of it */
  save(): Promise<void>
  /** Shows the points that another program wrote; not while there are unsaved ones here. */
  reread(): Promise<void>
  saveAs(scan: vscode.Uri): Promise<void>
  revert(): Promise<void>
  backup(destination: vscode.Uri): Promise<vscode.CustomDocumentBackup>
}

/** Where the marks of a scan are kept. */
export function markupsUri(scan: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..', markupsNameOf(baseName(scan)))
}

/** Last part of a URI's path. */
export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}

/** Opens a scan's marks, from a backup after a crash, else from the file beside the scan. */
export async function openScanDocument(
  uri: vscode.Uri,
  backupId: string | undefined,
  unsaved: UnsavedPoints,
): Promise<ScanDocument> {
  const changed = new vscode.EventEmitter<{ readonly activate?: string }>()
  const edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  const file = markupsUri(uri)
  /** The file as read or written last: whether other programs changed it, and whether there is anything to save. */
  let opened = await readMarkups(file)
  const handedBack = await readBackup(backupId, baseName(uri))
  const remembered = handedBack.marks === null ? await readBackup(unsaved.backupOf(uri), baseName(uri)) : handedBack
  let marks = handedBack.marks ?? opened.marks
  let lost = handedBack.marks === null ? remembered.marks : null
  if (remembered.marks !== null) opened = { ...opened, text: remembered.savedText }

  const show = (next: ScanPoints): void => {
    marks = next
    changed.fire({})
  }

  const document: ScanDocument = {
    uri,
    name: baseName(uri),
    marks: () => marks,
    onDidChangePoints: changed.event,
    onDidEdit: edited.event,
    apply(edit, activate) {
      marks = edit.after
      changed.fire(activate === undefined ? {} : { activate })
      edited.fire({
        document,
        label: edit.label,
        undo: () => {
          show(edit.before)
        },
        redo: () => {
          show(edit.after)
        },
      })
    },
    recover() {
      if (lost !== null) document.apply({ label: 'Recover unsaved points', before: marks, after: lost })
      lost = null
    },
    async save() {
      const now = await readMarkups(file)
      if (now.text !== null && now.text !== opened.text) {
        const choice = await askAboutConflict(file)
        if (choice === 'Revert') return document.revert()
        if (choice !== 'Overwrite') throw new vscode.CancellationError()
      } else if (opened.problem !== null) throw new Error(`The points were not saved: ${opened.problem}`)
      const { others } = now.text === null || now.problem !== null ? opened : now
      const saved: OpenedMarkups = { text: formatMarkups({ marks, others }), marks, others, problem: null }
      await writeWhole(file, encode(saved.text ?? ''))
      opened = saved
      unsaved.forget(uri)
    },
    async reread() {
      const now = await readMarkups(file)
      // A file that is gone or half-written is no reason to take points away.
      if (marks !== opened.marks || now.text === null || now.text === opened.text || now.problem !== null) return
      opened = now
      show(now.marks)
    },
    async saveAs(scan) {
      await vscode.workspace.fs.copy(uri, scan, { overwrite: true })
      await writeWhole(markupsUri(scan), encode(formatMarkups({ marks, others: opened.others })))
    },
    async revert() {
      opened = await readMarkups(file)
      if (opened.problem !== null) void vscode.window.showWarningMessage(opened.problem)
      show(opened.marks)
      unsaved.forget(uri)
    },
    async backup(destination) {
      await writeWhole(destination, encode(JSON.stringify({ ...marks, savedText: opened.text })))
      unsaved.remember(uri, destination.toString())
      return {
        id: destination.toString(),
        delete: () => void vscode.workspace.fs.delete(destination).then(undefined, () => undefined),
      }
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

/** `text` is null where there is no file, or none that can be read. */
type OpenedMarkups = MarkupsFile & { readonly text: string | null; readonly problem: string | null }

async function readMarkups(file: vscode.Uri): Promise<OpenedMarkups> {
  let text: string | null = null
  try {
    text = decode(await vscode.workspace.fs.readFile(file))
    return { text, ...parseMarkups(text, baseName(file)), problem: null }
  } catch (error) {
    return { text, marks: NO_POINTS, others: [], problem: isMissing(error) ? null : errorText(error) }
  }
}

function askAboutConflict(file: vscode.Uri): Thenable<'Overwrite' | 'Revert' | undefined> {
  return vscode.window.showWarningMessage(
    `Another program changed ${baseName(file)} since its points were read.`,
    { modal: true, detail: 'Overwrite it with the points shown here, or revert to the points that it holds now.' },
    'Overwrite',
    'Revert',
  )
}

/** The points of a document that was not saved, and the markups file as it was then. */
const backupSchema = scanPointsSchema.unwrap().extend({ savedText: z.string().nullable() })
type Backup = { readonly marks: ScanPoints | null; readonly savedText: string | null; readonly problem: string | null }

/**
 * The points of a backup. Null when there is none, or none any more: VS Code may name one that a newer one has
 * replaced; `problem` says why one that is there cannot be used.
 */
async function readBackup(backupId: string | undefined, scan: string): Promise<Backup> {
  if (backupId === undefined) return { marks: null, savedText: null, problem: null }
  try {
    const { savedText, ...marks } = backupSchema.parse(
      JSON.parse(decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(backupId)))),
    )
    return { marks, savedText, problem: null }
  } catch (error) {
    return {
      marks: null,
      savedText: null,
      problem: isMissing(error)
        ? null
        : `The points of ${scan} that were not saved cannot be read back: their backup is damaged. The saved ones are shown.`,
    }
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
