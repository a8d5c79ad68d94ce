import * as vscode from 'vscode'
import { infoMethod, localizeMethod } from '../../protocol/rpc.js'
import { CT_PRESETS, CT_WINDOWS } from '../../shared/ctWindow.js'
import type { BoxMm } from '../../shared/geometry/points.js'
import { AUTO_TEMPLATES } from '../../shared/requests.js'
import { QUALITIES } from '../../shared/sidecar.js'
import { describeLabelMap } from '../editor/labelMaps.js'
import type { ScanSession } from '../editor/scanSession.js'
import type { EngineClient } from '../engine/engineClient.js'
import type { TemplateStore } from '../templates/templateStore.js'
import type { BoxHow, SegmenterCorrections } from './segmenterCorrections.js'

/** What segmenting again works with. */
export interface AgainParts {
  readonly engine: EngineClient
  readonly store: TemplateStore
}

/** An entry of the list: what is to be another way. */
type HowItem = vscode.QuickPickItem & { readonly how?: BoxHow }

/**
 * Segments a structure again in its box, with another window, segmenter or quality; with other templates after these have
 * looked for it. Asks which.
 * @throws Error with one sentence where the structure has no box, or the engine cannot
 */
export async function segmentAgain(
  parts: AgainParts,
  session: ScanSession,
  corrections: SegmenterCorrections,
  { labelMap, labelValue }: { readonly labelMap: string; readonly labelValue: number },
): Promise<void> {
  const { document } = session
  const structure = document.labels.of(labelMap)?.structures.find((one) => one.labelValue === labelValue)
  if (structure === undefined) return
  const picked = await vscode.window.showQuickPick(howItems(parts), {
    title: `Segment ${structure.name} again`,
    placeHolder: 'What is to be another way',
    matchOnDescription: true,
  })
  if (picked?.how === undefined) return
  const { how } = picked
  const boxMm =
    how.templates === undefined
      ? await boxOf(session, corrections, labelMap, labelValue)
      : await foundBox(parts, session, structure.name, how.templates)
  await corrections.segmentBox(labelMap, labelValue, boxMm, how)
}

async function howItems({ engine, store }: AgainParts): Promise<HowItem[]> {
  const { segmenters } = await engine.ask(infoMethod)
  const group = (label: string): HowItem => ({ label, kind: vscode.QuickPickItemKind.Separator })
  const sets = store.sets().map(({ path, name }) => ({ label: name, how: { templates: path } }))
  return [
    group('Quality'),
    ...QUALITIES.map((quality) => ({ label: QUALITY_TEXT[quality], how: { quality } })),
    group('Window'),
    ...CT_PRESETS.map((preset) => {
      const { title, levelHu: level, widthHu: width } = CT_WINDOWS[preset]
      return { label: title, description: `level ${level}, width ${width} HU`, how: { windowHu: { level, width } } }
    }),
    group('Segmenter'),
    ...segmenters.map(({ id, title }) => ({ label: id, description: title, how: { segmenter: id } })),
    group('Templates, which look for it again'),
    { label: 'The built-in bank that fits', how: { templates: AUTO_TEMPLATES } },
    ...store.banks().map(({ id, name }) => ({ label: name, how: { templates: id } })),
    ...sets,
  ]
}

const QUALITY_TEXT = {
  best: 'Best: the segmenter sees one slice at a time',
  balanced: 'Balanced: the segmenter sees several slices at once',
  draft: 'Draft: no segmenter, what the templates say',
} as const

/** The box that was dragged last, else the one that was found. */
async function boxOf(
  { document }: ScanSession,
  corrections: SegmenterCorrections,
  labelMap: string,
  labelValue: number,
): Promise<BoxMm> {
  const dragged = corrections.lastBox(labelMap, labelValue)
  if (dragged !== null) return dragged
  const file = document.fileBeside(labelMap)
  const { structures } = await describeLabelMap(file)
  const found = structures.find((one) => one.labelValue === labelValue)
  if (found?.boxMm == null) throw new Error('This structure has no box yet: draw one with the box tool first.')
  return found.boxMm
}

async function foundBox(
  { engine }: AgainParts,
  { document }: ScanSession,
  name: string,
  templates: string,
): Promise<BoxMm> {
  const report = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Looking for ${name}…`, cancellable: true },
    (_progress, token) => {
      const stop = new AbortController()
      token.onCancellationRequested(() => {
        stop.abort()
      })
      const request = { scanPath: document.uri.fsPath, templates, options: { structures: [name] } }
      return engine.run(localizeMethod, request, { signal: stop.signal })
    },
  )
  const [found] = report.structures
  if (found.boxMm === null) throw new Error(found.reason ?? `The templates did not find ${name}.`)
  return found.boxMm
}
