import * as vscode from 'vscode'
import { z } from 'zod'
import { scanPointsSchema, NO_POINTS, type ScanPoints } from '../../shared/scanPoints.js'
import { defined } from '../../shared/defined.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import type { PointsEdit } from '../points/editPoints.js'
import { formatMarkups, markupsNameOf, parseMarkups, type MarkupsFile } from '../points/slicerMarkups.js'
import { writeWhole } from '../writeWhole.js'
import type { UnsavedPoints } from './unsavedPoints.js'

/** Where the points of a scan are kept. */
export function markupsUri(scan: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(scan, '..', markupsNameOf(baseName(scan)))
}

/** Last part of a URI's path. */
export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}

/** A scan with its points. Everything that can be saved lives here, never in a webview. */
export class ScanDocument implements vscode.CustomDocument {
  readonly name: string
  private readonly changed = new vscode.EventEmitter<{ readonly activate?: string }>()
  private readonly edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  private readonly disposed = new vscode.EventEmitter<void>()
  /** The points changed, by an edit, undo, redo or revert: the views redraw. */
  readonly onDidChangePoints = this.changed.event
  /** An edit was made: VS Code counts the document as dirty. */
  readonly onDidEdit = this.edited.event
  readonly onDidDispose = this.disposed.event

  /**
   * @param opened the markups file as read or written last: whether other programs changed it, and whether there is anything to save
   * @param lost points that were never saved and that VS Code did not hand back
   */
  private constructor(
    readonly uri: vscode.Uri,
    private readonly unsaved: UnsavedPoints,
    private opened: OpenedMarkups,
    private current: ScanPoints,
    private lost: ScanPoints | null,
  ) {
    this.name = baseName(uri)
  }

  /** Opens a scan's points, from a backup after a crash, else from the file beside the scan. */
  static async open(uri: vscode.Uri, backupId: string | undefined, unsaved: UnsavedPoints): Promise<ScanDocument> {
    const opened = await readMarkups(markupsUri(uri))
    const handedBack = await readBackup(backupId, baseName(uri))
    const backup = handedBack.points === null ? await readBackup(unsaved.backupOf(uri), baseName(uri)) : handedBack
    for (const problem of [opened.problem, handedBack.problem ?? backup.problem])
      if (problem !== null) void vscode.window.showWarningMessage(problem)
    return new ScanDocument(
      uri,
      unsaved,
      backup.points === null ? opened : { ...opened, text: backup.savedText },
      handedBack.points ?? opened.points,
      handedBack.points === null ? backup.points : null,
    )
  }

  points(): ScanPoints {
    return this.current
  }

  /** Applies a change and tells VS Code that it can be undone. */
  apply(edit: PointsEdit, activate?: string): void {
    this.current = edit.after
    this.changed.fire(defined({ activate }))
    this.edited.fire({
      document: this,
      label: edit.label,
      undo: () => {
        this.show(edit.before)
      },
      redo: () => {
        this.show(edit.after)
      },
    })
  }

  /** Brings back points that were never saved and that VS Code did not hand back; as an edit, so that it can be undone. */
  recover(): void {
    if (this.lost !== null) this.apply({ label: 'Recover unsaved points', before: this.current, after: this.lost })
    this.lost = null
  }

  /** Asks before it overwrites what another program wrote meanwhile. @throws Error when the points were not saved, CancellationError when the user thought better of it */
  async save(): Promise<void> {
    const file = markupsUri(this.uri)
    const now = await readMarkups(file)
    if (now.text !== null && now.text !== this.opened.text) {
      const choice = await askAboutConflict(file)
      if (choice === 'Revert') return this.revert()
      if (choice !== 'Overwrite') throw new vscode.CancellationError()
    } else if (this.opened.problem !== null) throw new Error(`The points were not saved: ${this.opened.problem}`)
    const { others } = now.text === null || now.problem !== null ? this.opened : now
    const points = this.current
    const text = formatMarkups({ points, others })
    await writeWhole(file, encode(text))
    this.opened = { text, points, others, problem: null }
    this.unsaved.forget(this.uri)
  }

  /** Shows the points that another program wrote; not while there are unsaved ones here. */
  async reread(): Promise<void> {
    const now = await readMarkups(markupsUri(this.uri))
    // A file that is gone or half-written is no reason to take points away.
    if (this.current !== this.opened.points || now.text === null || now.text === this.opened.text) return
    if (now.problem !== null) return
    this.opened = now
    this.show(now.points)
  }

  async saveAs(scan: vscode.Uri): Promise<void> {
    await vscode.workspace.fs.copy(this.uri, scan, { overwrite: true })
    await writeWhole(markupsUri(scan), encode(formatMarkups({ points: this.current, others: this.opened.others })))
  }

  async revert(): Promise<void> {
    this.opened = await readMarkups(markupsUri(this.uri))
    if (this.opened.problem !== null) void vscode.window.showWarningMessage(this.opened.problem)
    this.show(this.opened.points)
    this.unsaved.forget(this.uri)
  }

  async backup(destination: vscode.Uri): Promise<vscode.CustomDocumentBackup> {
    await writeWhole(destination, encode(JSON.stringify({ ...this.current, savedText: this.opened.text })))
    this.unsaved.remember(this.uri, destination.toString())
    return {
      id: destination.toString(),
      // One that is gone already needs no deleting.
      delete: () => void vscode.workspace.fs.delete(destination).then(undefined, () => undefined),
    }
  }

  dispose(): void {
    this.disposed.fire()
    for (const emitter of [this.changed, this.edited, this.disposed]) emitter.dispose()
  }

  private show(points: ScanPoints): void {
    this.current = points
    this.changed.fire({})
  }
}

/** `text` is null where there is no file, or none that can be read. */
type OpenedMarkups = MarkupsFile & { readonly text: string | null; readonly problem: string | null }

async function readMarkups(file: vscode.Uri): Promise<OpenedMarkups> {
  let text: string | null = null
  try {
    text = decode(await vscode.workspace.fs.readFile(file))
    return { text, ...parseMarkups(text, baseName(file)), problem: null }
  } catch (error) {
    return { text, points: NO_POINTS, others: [], problem: isMissing(error) ? null : errorText(error) }
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
type Backup = { readonly points: ScanPoints | null; readonly savedText: string | null; readonly problem: string | null }

/**
 * The points of a backup. Null when there is none, or none any more: VS Code may name one that a newer one has
 * replaced; `problem` says why one that is there cannot be used.
 */
async function readBackup(backupId: string | undefined, scan: string): Promise<Backup> {
  if (backupId === undefined) return { points: null, savedText: null, problem: null }
  try {
    const { savedText, ...points } = backupSchema.parse(
      JSON.parse(decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(backupId)))),
    )
    return { points, savedText, problem: null }
  } catch (error) {
    return {
      points: null,
      savedText: null,
      problem: isMissing(error)
        ? null
        : `The points of ${scan} that were not saved cannot be read back: their backup is corrupt. The saved ones are shown.`,
    }
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
