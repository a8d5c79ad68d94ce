import * as vscode from 'vscode'
import { AUTO_TEMPLATES, DEFAULT_RUN_OPTIONS } from '../../shared/requests.js'
import type { Quality, RunOptions } from '../../shared/sidecar.js'
import type { Structure } from '../../shared/structure.js'
import { chosenSegmenter } from '../models/chosenSegmenter.js'
import { isUnread } from '../templates/bankFiles.js'
import type { StoredBank, TemplateStore } from '../templates/templateStore.js'

/** What a run looks for, with which templates, and how. */
export interface RunChoice {
  /** Name of a built-in bank or path of a set: what the engine takes. */
  readonly templates: string
  readonly title: string
  /** Null for all. */
  readonly structures: readonly string[] | null
  readonly how: RunHow
}

/** How a run is done; null takes what the settings say. */
export interface RunHow {
  /** `localize` makes boxes and points and writes nothing. */
  readonly task: 'segment' | 'localize'
  readonly quality: Quality | null
  readonly sliceStep: number | null
  readonly segmenter: string | null
}

/** As the settings say. */
export const USUAL_HOW: RunHow = { task: 'segment', quality: null, sliceStep: null, segmenter: null }

/** The options of a run: what was chosen, and what the settings say for that scan or folder. */
export function runSettings(scope: vscode.Uri, { structures, how }: RunChoice): Partial<RunOptions> {
  const settings = vscode.workspace.getConfiguration('medlsam.run', scope)
  return {
    structures,
    quality: qualityOf(scope, how),
    sliceStep: sliceStepOf(scope, how),
    minConfidence: settings.get('minConfidence', DEFAULT_RUN_OPTIONS.minConfidence),
    method: settings.get('method', DEFAULT_RUN_OPTIONS.method),
  }
}

/** Every how many slices the segmenter looks at. */
export function sliceStepOf(scope: vscode.Uri | undefined, { sliceStep }: RunHow): number {
  return sliceStep ?? vscode.workspace.getConfiguration('medlsam.run', scope).get('sliceStep', 1)
}

/** How much a run does for a mask. */
export function qualityOf(scope: vscode.Uri | undefined, { quality }: RunHow): Quality {
  return quality ?? vscode.workspace.getConfiguration('medlsam.run', scope).get('quality', DEFAULT_RUN_OPTIONS.quality)
}

/** The segmenter that a run takes. */
export function segmenterOf(scope: vscode.Uri | undefined, { segmenter }: RunHow): string {
  return segmenter ?? chosenSegmenter(scope)
}

/** The structures of a set or bank; of a bank once the engine has told. */
export async function structuresOf(
  store: TemplateStore,
  id: string,
  loadBanks: () => Promise<void>,
): Promise<readonly Structure[]> {
  if (id === AUTO_TEMPLATES) return structuresOfAll(store, loadBanks)
  const set = store.sets().find(({ path }) => path === id)?.set
  if (set) return set.structures
  if (isUnread(store.bank(id))) await loadBanks()
  return store.bank(id)?.info?.structures ?? []
}

/** The structures of all built-in banks. */
async function structuresOfAll(store: TemplateStore, loadBanks: () => Promise<void>): Promise<readonly Structure[]> {
  const builtIn = (): StoredBank[] => store.banks().filter((bank) => bank.builtIn)
  if (builtIn().some(isUnread)) await loadBanks()
  return builtIn().flatMap(({ info }) => info?.structures ?? [])
}
