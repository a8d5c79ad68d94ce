import path from 'node:path'
import * as vscode from 'vscode'
import { decodeText } from '../../shared/decodeText.js'
import { z } from 'zod'
import { scanPointsSchema, NO_POINTS, type ScanPoints } from '../../shared/scanPoints.js'
import { defined } from '../../shared/defined.js'
import { isDicomScan } from '../dicom/isDicomScan.js'
import { errorText } from '../errorText.js'
import { isMissing } from '../isMissing.js'
import { labelMapBackupSchema, type LabelMapBackup, type ScanPaths } from '../labels/labelMapEdits.js'
import { saveLabels, saveLabelsAs, type LabelMapSaver } from '../labels/saveLabels.js'
import { ScanLabels, type LabelsChange } from '../labels/scanLabels.js'
import type { PointsEdit } from '../points/editPoints.js'
import { formatMarkups, markupsNameOf, parseMarkups, type MarkupsFile } from '../../shared/slicerMarkups.js'
import { writeWhole } from '../writeWhole.js'
import type { UnsavedPoints } from './unsavedPoints.js'

/**
 * Where the points of a scan are kept.
 * @param stem the scan, or the stem of a DICOM series
 */
export function markupsUri(stem: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(stem, '..', markupsNameOf(baseName(stem)))
}

/** Last part of a URI's path. */
export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}

/** What a document works with. */
export interface ScanDocumentParts {
  readonly unsaved: UnsavedPoints
  readonly saveLabelMap: LabelMapSaver
  /** What the names of the points and label maps of a DICOM series begin with. */
  readonly stemOf: (slice: vscode.Uri) => Promise<vscode.Uri>
}

/** A scan with its points and what was edited in its label maps. Everything that can be saved lives here, never in a webview. */
export class ScanDocument implements vscode.CustomDocument {
  private readonly changed = new vscode.EventEmitter<{ readonly activate?: string }>()
  private readonly labelsChanged = new vscode.EventEmitter<LabelsChange>()
  private readonly labelsReverted = new vscode.EventEmitter<void>()
  private readonly labelsSaved = new vscode.EventEmitter<string>()
  private readonly edited = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<ScanDocument>>()
  private readonly disposed = new vscode.EventEmitter<void>()
  /** The points changed, by an edit, undo, redo or revert: the views redraw. */
  readonly onDidChangePoints = this.changed.event
  /** Labels changed, by an edit, undo or redo: the views redraw. */
  readonly onDidChangeLabels = this.labelsChanged.event
  /** Edits of labels were dropped: the views read the files again. */
  readonly onDidRevertLabels = this.labelsReverted.event
  /** The label map of this name was written as the views show it. */
  readonly onDidSaveLabels = this.labelsSaved.event
  /** An edit was made: VS Code counts the document as dirty. */
  readonly onDidEdit = this.edited.event
  readonly onDidDispose = this.disposed.event
  readonly labels = new ScanLabels({
    onEdit: (edit) => {
      this.edited.fire({ document: this, ...edit })
    },
    onChange: (change) => {
      this.labelsChanged.fire(change)
    },
    onRevert: () => {
      this.labelsReverted.fire()
    },
    onKept: (labelMap, edit) => {
      void vscode.window.showInformationMessage(
        `“${edit}” was not undone: another program changed ${labelMap} since, which stays as that left it.`,
      )
    },
  })

  /** The backup of an earlier window, which VS Code may know nothing of. */
  private readonly openedBackup: string | undefined
  private beside: vscode.Uri

  /**
   * @param opened the markups file as read or written last: whether other programs changed it, and whether there is anything to save
   * @param lost what was never saved and VS Code did not hand back
   */
  private constructor(
    readonly uri: vscode.Uri,
    private readonly parts: ScanDocumentParts & { readonly stem: vscode.Uri },
    private opened: OpenedMarkups,
    private current: ScanPoints,
    private lost: Pick<Backup, 'points' | 'labels'>,
  ) {
    this.beside = parts.stem
    this.openedBackup = parts.unsaved.backupOf(uri)
  }

  /** Opens a scan's points and edits of labels, from a backup after a crash, else from the file beside the scan. */
  static async open(uri: vscode.Uri, backupId: string | undefined, parts: ScanDocumentParts): Promise<ScanDocument> {
    const stem = isDicomScan(uri) ? await parts.stemOf(uri) : uri
    const opened = await readMarkups(markupsUri(stem))
    const handedBack = await readBackup(backupId, baseName(uri))
    const backup =
      handedBack.points === null ? await readBackup(parts.unsaved.backupOf(uri), baseName(uri)) : handedBack
    for (const problem of [opened.problem, handedBack.problem ?? backup.problem, ...opened.notes])
      if (problem !== null) void vscode.window.showWarningMessage(problem)
    const document = new ScanDocument(
      uri,
      { ...parts, stem },
      backup.points === null ? opened : { ...opened, text: backup.savedText },
      handedBack.points === null || isSame(handedBack.points, opened.points) ? opened.points : handedBack.points,
      handedBack.points === null ? backup : NO_BACKUP,
    )
    document.labels.restore(handedBack.labels)
    return document
  }

  points(): ScanPoints {
    return this.current
  }

  /**
   * What the names of its points and label maps begin with: the scan itself; of a DICOM series the folder of its slices,
   * with the number of the series where there are several. They lie beside that, never among slices.
   */
  get stem(): vscode.Uri {
    return this.beside
  }

  /** What users call it. */
  get name(): string {
    return baseName(this.stem)
  }

  /** A file beside it, such as a label map. */
  fileBeside(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.stem, '..', name)
  }

  /** Where it and its label maps lie, for the engine. */
  paths(): ScanPaths {
    return { scanPath: this.uri.fsPath, folder: path.dirname(this.stem.fsPath) }
  }

  /** Takes the stem of a series that could not be read before. */
  async setStem(stem: vscode.Uri): Promise<void> {
    if (stem.toString() === this.stem.toString()) return
    this.beside = stem
    await this.reread()
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

  /** Brings back what was never saved and VS Code did not hand back; as edits, so that they can be undone. */
  recover(): void {
    const { points, labels } = this.lost
    this.lost = NO_BACKUP
    if (points !== null && !isSame(points, this.current))
      this.apply({ label: 'Recover unsaved points', before: this.current, after: points })
    this.labels.recover(labels)
  }

  /**
   * Saves points and label maps that have changed; asks before it overwrites what another program wrote meanwhile.
   * @throws Error when something was not saved, CancellationError when the user thought better of it
   */
  async save(): Promise<void> {
    if (this.current !== this.opened.points) await this.savePoints()
    for (const labelMap of this.labels.changedOnes()) {
      const outcome = await saveLabels(labelMap, this.paths(), this.parts.saveLabelMap)
      if (outcome === 'reverted') this.labels.revert([labelMap])
      else this.labelsSaved.fire(labelMap.name)
    }
    await this.forgetBackup()
  }

  /** Where its points are kept. */
  markups(): vscode.Uri {
    return markupsUri(this.stem)
  }

  private async savePoints(): Promise<void> {
    const file = this.markups()
    const now = await readMarkups(file)
    if (now.text !== null && now.text !== this.opened.text) {
      const choice = await askAboutConflict(file)
      if (choice === 'Revert') return this.revertPoints()
      if (choice !== 'Overwrite') throw new vscode.CancellationError()
    } else if (this.opened.problem !== null) throw new Error(`The points were not saved: ${this.opened.problem}`)
    const { others } = now.text === null || now.problem !== null ? this.opened : now
    const points = this.current
    const text = formatMarkups({ points, others })
    await writeWhole(file, encode(text))
    this.opened = { text, points, others, notes: [], problem: null }
  }

  /** Shows the points that another program wrote; not while there are unsaved ones here. */
  async reread(): Promise<void> {
    const now = await readMarkups(this.markups())
    // A file that is gone or half-written is no reason to take points away.
    if (this.current !== this.opened.points || now.text === null || now.text === this.opened.text) return
    if (now.problem !== null) return
    this.opened = now
    this.show(now.points)
  }

  /** @throws Error for a DICOM series, which is no single file */
  async saveAs(scan: vscode.Uri): Promise<void> {
    if (isDicomScan(this.uri))
      throw new Error(`${this.name} is a DICOM series of many files: copy its folder, or export its label map.`)
    await vscode.workspace.fs.copy(this.uri, scan, { overwrite: true })
    await writeWhole(markupsUri(scan), encode(formatMarkups({ points: this.current, others: this.opened.others })))
    for (const [index, labelMap] of [...this.labels.changedOnes()].entries())
      await saveLabelsAs(labelMap, { from: this.paths(), to: scan.fsPath, number: index + 1 }, this.parts.saveLabelMap)
  }

  async revert(): Promise<void> {
    await this.revertPoints()
    this.labels.revert()
    await this.forgetBackup()
  }

  private async revertPoints(): Promise<void> {
    this.opened = await readMarkups(this.markups())
    if (this.opened.problem !== null) void vscode.window.showWarningMessage(this.opened.problem)
    this.show(this.opened.points)
  }

  async backup(destination: vscode.Uri): Promise<vscode.CustomDocumentBackup> {
    const labels = this.labels.backup()
    await writeWhole(destination, encode(JSON.stringify({ ...this.current, savedText: this.opened.text, labels })))
    this.parts.unsaved.remember(this.uri, destination.toString())
    return {
      id: destination.toString(),
      delete: () => void deleteQuietly(destination),
    }
  }

  /** The files go too: that they are not needed any more may not be on the disk before a reload. */
  private async forgetBackup(): Promise<void> {
    const backups = new Set([this.openedBackup, this.parts.unsaved.backupOf(this.uri)])
    this.parts.unsaved.forget(this.uri)
    for (const backup of backups) if (backup !== undefined) await deleteQuietly(vscode.Uri.parse(backup))
  }

  dispose(): void {
    this.disposed.fire()
    const { changed, labelsChanged, labelsReverted, labelsSaved, edited, disposed } = this
    for (const emitter of [changed, labelsChanged, labelsReverted, labelsSaved, edited, disposed]) emitter.dispose()
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
    return { text, points: NO_POINTS, others: [], notes: [], problem: isMissing(error) ? null : errorText(error) }
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

/** The points and edits of labels of a document that was not saved, and the markups file as it was then. */
const backupSchema = scanPointsSchema.unwrap().extend({
  savedText: z.string().nullable(),
  labels: z.array(labelMapBackupSchema).readonly().default([]),
})

interface Backup {
  readonly points: ScanPoints | null
  readonly savedText: string | null
  readonly labels: readonly LabelMapBackup[]
  readonly problem: string | null
}

const NO_BACKUP: Backup = { points: null, savedText: null, labels: [], problem: null }

/**
 * What a backup holds. Points are null when there is none, or none any more: VS Code may name one that a newer one has
 * replaced; `problem` says why one that is there cannot be used.
 */
async function readBackup(backupId: string | undefined, scan: string): Promise<Backup> {
  if (backupId === undefined) return NO_BACKUP
  try {
    const { savedText, labels, ...points } = backupSchema.parse(
      JSON.parse(decode(await vscode.workspace.fs.readFile(vscode.Uri.parse(backupId)))),
    )
    return { points, savedText, labels, problem: null }
  } catch (error) {
    const problem = `What was not saved of ${scan} cannot be read back: its backup is corrupt. What was saved is shown.`
    return { ...NO_BACKUP, problem: isMissing(error) ? null : problem }
  }
}

/** One that is gone already needs no deleting. */
async function deleteQuietly(file: vscode.Uri): Promise<void> {
  await vscode.workspace.fs.delete(file).then(undefined, () => undefined)
}

function isSame(a: ScanPoints, b: ScanPoints): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(bytes: Uint8Array): string {
  return decodeText(bytes)
}
