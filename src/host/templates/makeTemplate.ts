import path from 'node:path'
import * as vscode from 'vscode'
import { isByHand } from '../../shared/byHand.js'
import { defined } from '../../shared/defined.js'
import { scanOfFile } from '../../shared/node/templateSetPaths.js'
import type { Sidecar } from '../../shared/sidecar.js'
import { isDicomScan } from '../dicom/isDicomScan.js'
import { findLabelMaps, readSidecar } from '../editor/labelMaps.js'
import { canRun } from '../editor/scanEditors.js'
import { sayErrors } from '../sayErrors.js'
import { addTemplate, NOT_HERE } from './addTemplates.js'
import { lostPoints } from './lostPoints.js'
import { pickSet } from './pickSet.js'
import type { TemplateContext } from './templateCommands.js'
import type { TemplateStore } from './templateStore.js'

/** What making a template needs beside the template sets. */
export interface MakeTemplateContext extends TemplateContext {
  /** Runs the rest of the scans again, with the larger set. */
  readonly runRest: (labelMap: vscode.Uri) => Promise<void>
}

/**
 * Makes a scan with the label map of its result a template of the set that the run used. Of a result that was corrected
 * in part only what a person corrected or drew is taken: the rest nobody has looked at.
 * @param labelMap the result; the corrected one beside the scan, or the first, when absent
 */
export async function makeTemplate(
  context: MakeTemplateContext,
  scan: vscode.Uri,
  labelMap?: vscode.Uri,
): Promise<void> {
  if (!canRun(scan)) {
    void vscode.window.showWarningMessage(NOT_HERE)
    return
  }
  // Where the label maps of a DICOM series lie its editor knows.
  const stem = isDicomScan(scan) ? (await context.editors.open(scan))?.document.stem : scan
  const source = labelMap ?? (await correctedLabelMap(stem ?? scan))
  if (source === undefined) {
    void vscode.window.showWarningMessage(
      `${context.editors.nameOf(scan)} has no label map yet: segment it and correct it first.`,
    )
    return
  }
  const sidecar = await readSidecar(source)
  const setPath = await setOfRun(context.store, sidecar)
  if (setPath === undefined) return
  const byHand = (sidecar?.structures ?? []).filter(isByHand).map(({ name }) => name)
  const only = byHand.length > 0 ? byHand : undefined
  const set = context.store.set(setPath)?.set
  const known = set && scanOfFile(setPath, set, scan.fsPath)
  const lost = known ? lostPoints(known, only ?? null) : []
  if (lost.length > 0 && !(await mayLose(context.editors.nameOf(scan), lost))) return
  const { name, scans } = await addTemplate(context, {
    setPath,
    scanPath: scan.fsPath,
    source: { kind: 'labelMap', path: source.fsPath, ...defined({ only }) },
  })
  const added = {
    text: `${context.editors.nameOf(scan)} is ${known ? 'brought up to date as' : 'now'} a template of ${only === undefined ? 'all its structures' : only.join(', ')} in ${name}, which has ${scans.length}.`,
  }
  // Not awaited: the message stays until the user does something about it.
  void sayErrors(() => sayAdded(context, source, added))
}

async function sayAdded(
  { runRest }: MakeTemplateContext,
  labelMap: vscode.Uri,
  { text }: { readonly text: string },
): Promise<void> {
  const again = 'Run the Rest Again'
  if ((await vscode.window.showInformationMessage(text, again)) === again) await runRest(labelMap)
}

/** The label map beside a scan in which somebody corrected or drew something, else the first. */
async function correctedLabelMap(scan: vscode.Uri): Promise<vscode.Uri | undefined> {
  const labelMaps = (await findLabelMaps(scan)).map((name) => vscode.Uri.joinPath(scan, '..', name))
  for (const labelMap of labelMaps)
    if ((await readSidecar(labelMap))?.structures.some(isByHand) === true) return labelMap
  return labelMaps.at(0)
}

/** The set that a run took its templates from, by its name; asks where there is none, or more than one. */
async function setOfRun(store: TemplateStore, sidecar: Sidecar | null): Promise<string | undefined> {
  await store.ready
  const sets = store.sets().filter(({ set }) => set !== null && set.name === sidecar?.templates.name)
  return sets.length === 1 ? sets[0].path : pickSet(store, 'Make This Scan a Template')
}

async function mayLose(scan: string, lost: readonly string[]): Promise<boolean> {
  const replace = 'Replace Points'
  const picked = await vscode.window.showWarningMessage(
    `${scan} has points of ${lost.join(', ')} that were set by hand. Take those of the label map instead?`,
    { modal: true },
    replace,
  )
  return picked === replace
}

/**
 * Brings templates up to date with the label maps that they were made of, after some of these may have been saved. The
 * engine leaves those alone that are as they were.
 */
export async function followLabelMaps(context: TemplateContext, scan: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted || !canRun(scan)) return
  for (const { path: setPath, set } of context.store.setsWith(scan.fsPath)) {
    const known = set === null ? undefined : scanOfFile(setPath, set, scan.fsPath)
    const drawn = Object.entries(known?.structures ?? {}).flatMap(([name, { drawnIn }]) =>
      drawnIn === undefined ? [] : [{ name, file: path.resolve(path.dirname(setPath), drawnIn.path) }],
    )
    for (const labelMap of new Set(drawn.map(({ file }) => file))) {
      const only = drawn.flatMap(({ name, file }) => (file === labelMap ? [name] : []))
      const source = { kind: 'labelMap' as const, path: labelMap, only }
      await addTemplate(context, { setPath, scanPath: scan.fsPath, source })
    }
  }
}
