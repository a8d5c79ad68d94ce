import * as vscode from 'vscode'
import { AUTO_TEMPLATES } from '../../shared/requests.js'
import type { Structure } from '../../shared/structure.js'
import { askWithBack } from '../askWithBack.js'
import { isUnread } from '../templates/bankFiles.js'
import {
  qualityOf,
  segmenterOf,
  sliceStepOf,
  structuresOf,
  USUAL_HOW,
  type RunChoice,
  type RunHow,
} from './runChoices.js'
import { howItems } from './runHowItems.js'
import type { RunServices } from './runServices.js'
import { countOf, howText, templatesText } from './runWords.js'

/** What the dialog is about. */
export interface RunSubject {
  /** The scan or folder. */
  readonly scope: vscode.Uri
  readonly title: string
  /** Whether boxes without masks can be asked for. */
  readonly canLocalizeOnly: boolean
}

/** What is asked after templates and structures. */
type AskMore<T> = (choice: RunChoice) => Promise<{ readonly more: T } | 'back' | undefined>

/** What was chosen, and what was asked after it. */
interface Chosen<T> {
  readonly choice: RunChoice
  readonly more: T
}

type DialogServices = Pick<RunServices, 'extension' | 'store' | 'engine' | 'loadBanks'>

/** An entry of the first list. */
interface FirstItem extends vscode.QuickPickItem {
  readonly does:
    | { readonly kind: 'again'; readonly choice: RunChoice }
    | { readonly kind: 'templates'; readonly id: string; readonly title: string }
    | { readonly kind: 'how'; readonly ask: (how: RunHow) => Promise<RunHow> }
    | { readonly kind: 'nothing' }
}

const LAST_RUN = 'medlsam.lastRun'
const LAST_STRUCTURES = 'medlsam.lastStructures'

/**
 * The one dialog before a run: what was chosen last comes first, then templates with what they hold, then how; after
 * that structures, and `next`, which may ask more and lead back.
 */
export async function chooseRun<T>(
  services: DialogServices,
  subject: RunSubject,
  next: AskMore<T>,
): Promise<Chosen<T> | undefined> {
  let how: RunHow = lastRun(services.extension)?.how ?? USUAL_HOW
  if (!subject.canLocalizeOnly) how = { ...how, task: 'segment' }
  for (;;) {
    const first = await askFirst(services, subject, how)
    if (first === undefined) return undefined
    if (first.kind === 'how') {
      how = await first.ask(how)
      continue
    }
    const choice =
      first.kind === 'again' ? first.choice : await chooseStructures(services, subject, { ...first, how }, next)
    if (choice === undefined) return undefined
    if (choice === 'back') continue
    const done = 'more' in choice ? choice : await withMore(choice, next)
    if (done === 'back') continue
    if (done !== undefined) await remember(services.extension, done.choice)
    return done
  }
}

async function withMore<T>(choice: RunChoice, next: AskMore<T>): Promise<Chosen<T> | 'back' | undefined> {
  const asked = await next(choice)
  return asked === undefined || asked === 'back' ? asked : { choice, more: asked.more }
}

async function askFirst(
  services: DialogServices,
  subject: RunSubject,
  how: RunHow,
): Promise<Exclude<FirstItem['does'], { readonly kind: 'nothing' }> | undefined> {
  await services.store.ready
  if (templateItems(services).length === 0) {
    void vscode.window.showWarningMessage(
      'There are no templates yet: make a template set in the Templates view first.',
    )
    return undefined
  }
  const items = (): FirstItem[] => {
    const templates = templateItems(services)
    return [
      ...againItems(services, subject, templates),
      line('Templates'),
      ...templates,
      line('How'),
      ...howItems(services, subject, how).map((item) => ({ ...item, does: { kind: 'how' as const, ask: item.ask } })),
    ]
  }
  const isUnknown = services.store.banks().some(isUnread)
  const picked = await askWithBack({
    title: `${subject.title} (1/2): templates`,
    placeholder: 'Templates that show which organs to look for',
    items: items(),
    hasBack: false,
    ...(isUnknown ? { later: services.loadBanks().then(items) } : {}),
  })
  const does = picked === 'back' ? undefined : picked?.at(0)?.does
  return does?.kind === 'nothing' ? undefined : does
}

/** The last run once more, as long as its templates are there. */
function againItems(
  { extension }: DialogServices,
  { scope, canLocalizeOnly }: RunSubject,
  templates: readonly FirstItem[],
): FirstItem[] {
  const last = lastRun(extension)
  const isThere = templates.some(({ does }) => does.kind === 'templates' && does.id === last?.templates)
  if (last === undefined || !isThere || (last.how.task === 'localize' && !canLocalizeOnly)) return []
  const organs = last.structures === null ? 'all organs' : namesText(last.structures)
  const how = howText({
    task: last.how.task,
    quality: qualityOf(scope, last.how),
    sliceStep: sliceStepOf(scope, last.how),
    segmenter: segmenterOf(scope, last.how),
  })
  return [
    {
      label: '$(history) Run again as last time',
      description: `${last.title} · ${organs} · ${how}`,
      does: { kind: 'again', choice: last },
    },
  ]
}

function templateItems({ store }: DialogServices): FirstItem[] {
  const own = store.sets().flatMap(({ path, name, set }) =>
    set === null
      ? []
      : [
          {
            label: name,
            description: `${vscode.workspace.asRelativePath(path)} · ${templatesText({ structures: set.structures, templates: set.scans, credit: '' })}`,
            does: { kind: 'templates' as const, id: path, title: name },
          },
        ],
  )
  const banks = store.banks().map(({ id, name, builtIn, info }) => ({
    label: name,
    description: [
      builtIn ? 'built in' : vscode.workspace.asRelativePath(id),
      ...(info === null ? [] : [templatesText(info)]),
    ].join(' · '),
    does: { kind: 'templates' as const, id, title: name },
  }))
  const automatic: FirstItem = {
    label: 'Automatic',
    description: 'the built-in bank that fits the scan',
    does: { kind: 'templates', id: AUTO_TEMPLATES, title: 'the built-in bank that fits' },
  }
  const hasChoice = store.banks().filter(({ builtIn }) => builtIn).length > 1
  return [...own, ...banks, ...(hasChoice ? [automatic] : [])]
}

async function chooseStructures<T>(
  services: DialogServices,
  { title }: RunSubject,
  chosen: { readonly id: string; readonly title: string; readonly how: RunHow },
  next: AskMore<T>,
): Promise<Chosen<T> | 'back' | undefined> {
  const { store, loadBanks, extension } = services
  const all = await structuresOf(store, chosen.id, loadBanks)
  if (all.length === 0) {
    void vscode.window.showWarningMessage(
      store.bank(chosen.id)?.problem ?? `${chosen.title} has no structures yet: add a marked scan to it first.`,
    )
    return undefined
  }
  let ticked = lastStructures(extension, chosen.id)
  for (;;) {
    const names = await askStructures(title, all, ticked)
    if (names === undefined || names === 'back') return names
    if (names.length === 0) {
      void vscode.window.showWarningMessage('Nothing was started, since no structure was ticked: tick at least one.')
      return undefined
    }
    await rememberStructures(extension, chosen.id, names)
    const structures = names.length === all.length ? null : names
    const done = await withMore({ templates: chosen.id, title: chosen.title, structures, how: chosen.how }, next)
    if (done !== 'back') return done
    ticked = names
  }
}

async function askStructures(
  title: string,
  all: readonly Structure[],
  ticked: readonly string[] | null,
): Promise<readonly string[] | 'back' | undefined> {
  const items = all.map(({ name }) => ({ label: name }))
  const picked = await askWithBack({
    title: `${title} (2/2): structures`,
    placeholder: 'Structures to look for',
    items,
    hasBack: true,
    ticked: items.filter(({ label }) => ticked === null || ticked.includes(label)),
  })
  return picked === undefined || picked === 'back' ? picked : picked.map(({ label }) => label)
}

function namesText(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : countOf(names.length, 'organ')
}

function line(label: string): FirstItem {
  return { label, kind: vscode.QuickPickItemKind.Separator, does: { kind: 'nothing' } }
}

function lastRun({ workspaceState }: vscode.ExtensionContext): RunChoice | undefined {
  return workspaceState.get<RunChoice>(LAST_RUN)
}

async function remember({ workspaceState }: vscode.ExtensionContext, choice: RunChoice): Promise<void> {
  await workspaceState.update(LAST_RUN, choice)
}

function lastStructures({ workspaceState }: vscode.ExtensionContext, templates: string): readonly string[] | null {
  const all = workspaceState.get<Record<string, string[]>>(LAST_STRUCTURES, {})
  return Object.hasOwn(all, templates) ? all[templates] : null
}

async function rememberStructures(
  { workspaceState }: vscode.ExtensionContext,
  templates: string,
  names: readonly string[],
): Promise<void> {
  const all = workspaceState.get<Record<string, readonly string[]>>(LAST_STRUCTURES, {})
  await workspaceState.update(LAST_STRUCTURES, { ...all, [templates]: names })
}
