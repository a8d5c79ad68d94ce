import path from 'node:path'
import * as vscode from 'vscode'
import type { TemplateCheckReport, TemplatesInfo } from '../../protocol/rpc.js'
import type { TemplateSet } from '../../shared/templateSet.js'
import { errorText } from '../errorText.js'
import { writeWhole } from '../writeWhole.js'
import { currentCheck } from './checkRows.js'
import type { ScanHealth } from './scanHealth.js'
import { BANK_SUFFIX, scanOfFile, SET_SUFFIX } from '../../shared/node/templateSetPaths.js'
import { formatTemplateSet, parseTemplateSet } from '../../shared/node/templateSetText.js'

/** A template set file that was found. */
export interface StoredSet {
  readonly path: string
  readonly name: string
  /** Null when the file cannot be used; `problem` says why. */
  readonly set: TemplateSet | null
  readonly problem: string | null
  /** Per scan id: why it cannot be used. */
  readonly scanProblems: ReadonlyMap<string, string>
  readonly check: TemplateCheckReport | null
}

/** A template bank: one that comes with the extension, or a file. */
export interface StoredBank {
  /** What the engine takes: the name of a built-in one, the path of a file. */
  readonly id: string
  readonly name: string
  readonly builtIn: boolean
  /** What it holds; null until the engine has told, or when it cannot be used and `problem` says why. */
  readonly info: TemplatesInfo | null
  readonly problem: string | null
}

/** All template sets and bank files of the workspace and the settings, and the built-in banks. */
export interface TemplateStore {
  readonly onDidChange: vscode.Event<void>
  /** Resolves once the sets and banks have been listed for the first time. */
  readonly ready: Promise<void>
  sets(): readonly StoredSet[]
  banks(): readonly StoredBank[]
  bank(id: string): StoredBank | undefined
  /** What the engine told of a bank. */
  setBank(id: string, answer: Pick<StoredBank, 'info' | 'problem'>): void
  refresh(): Promise<void>
  /** Finds out which scans moved or changed, at once and from now on with every change of the sets; needs the engine. */
  watchScans(): void
  /** Writes a new set. */
  create(setPath: string, set: TemplateSet): Promise<void>
  /**
   * Changes a set as its file is now, one change after the other: two quick ones must not undo each other.
   * @throws Error with a sentence when the file cannot be read or written
   */
  update(setPath: string, change: (set: TemplateSet) => TemplateSet): Promise<void>
  /** Does work that writes sets elsewhere, between two changes of ours. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Deletes a set, to the trash where there is one. What it returns brings the file back, and says so when there is another one by then. */
  remove(setPath: string): Promise<() => Promise<void>>
  /** What was found out about a set as it was then. */
  setCheck(setPath: string, checked: TemplateSet, report: TemplateCheckReport): void
  /** Sets that hold a scan. */
  setsWith(scanPath: string): readonly StoredSet[]
  dispose(): void
}

/** A check, and the set as it was checked. */
interface Check {
  readonly checked: TemplateSet
  readonly report: TemplateCheckReport
}

const BANK_ENDING = /(\.medlsam)?\.msgpack$/i
const BUILT_IN = /^bank-(.+)\.msgpack$/

/** Finds template sets and watches them. */
export function createTemplateStore(
  extensionUri: vscode.Uri,
  health: ScanHealth,
  onProblem: (text: string) => void,
): TemplateStore {
  const changed = new vscode.EventEmitter<void>()
  const checks = new Map<string, Check>()
  const answers = new Map<string, Pick<StoredBank, 'info' | 'problem'>>()
  let sets: readonly StoredSet[] = []
  let banks: readonly Pick<StoredBank, 'id' | 'name' | 'builtIn'>[] = []
  let shown = ''
  let writing: Promise<unknown> = Promise.resolve()
  let reading: Promise<void> | undefined
  let nextReading: Promise<void> | undefined
  let watching = false

  async function read(): Promise<void> {
    const files = await filesOf(SET_SUFFIX)
    banks = [
      ...(await filesOf(BANK_SUFFIX)).map((file) => ({
        id: file,
        name: path.basename(file).replace(BANK_ENDING, ''),
        builtIn: false,
      })),
      ...(await builtInNames(extensionUri)).map((name) => ({ id: name, name, builtIn: true })),
    ]
    sets = (await Promise.all(files.map((file) => readStored(file, checks.get(file) ?? null, health)))).sort((a, b) =>
      a.name.localeCompare(b.name),
    )
    // VS Code loses clicks on a list that is drawn anew, and every save is seen twice: here and by the watcher.
    const now = JSON.stringify([
      vscode.workspace.isTrusted,
      vscode.workspace.workspaceFolders,
      banks,
      sets.map((stored) => [stored, [...stored.scanProblems]]),
    ])
    if (now !== shown) changed.fire()
    shown = now
    if (watching) checkScans()
  }

  /** In the background: hashing large scans takes a while, and the list need not wait for it. */
  function checkScans(): void {
    if (!vscode.workspace.isTrusted) return
    for (const { path: file, set } of sets) {
      if (set === null) continue
      health.check(file, set).then(
        (news) => {
          if (!news) return
          sets = sets.map((stored) => (stored.path === file ? { ...stored, scanProblems: health.known(file) } : stored))
          changed.fire()
        },
        (error: unknown) => {
          onProblem(`The scans of ${file} could not be checked: ${errorText(error)}`)
        },
      )
    }
  }

  /**
   * Several changes at once (a save writes and renames) lead to one more reading, not to many. Whoever asks while one is
   * going on waits for the next: that one may have begun before what the caller changed.
   */
  function refresh(): Promise<void> {
    if (reading === undefined) {
      reading = read().finally(() => {
        reading = undefined
      })
      return reading
    }
    const readAgain = (): Promise<void> => {
      nextReading = undefined
      return refresh()
    }
    nextReading ??= reading.then(readAgain, readAgain)
    return nextReading
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = writing.then(work)
    writing = turn.catch(() => undefined)
    return turn
  }

  const refreshOrSay = (): Promise<void> =>
    refresh().catch(
      (error: unknown) =>
        void vscode.window.showErrorMessage(`The template sets could not be read: ${errorText(error)}`),
    )
  const watcher = vscode.workspace.createFileSystemWatcher(`**/*{${SET_SUFFIX},${BANK_SUFFIX}}`)
  const onFile = ({ fsPath }: vscode.Uri): void => {
    // What was told of another bank of that name is no longer true.
    if (answers.delete(fsPath)) changed.fire()
    void refreshOrSay()
  }
  const bankOf = (bank: (typeof banks)[number]): StoredBank => ({
    ...bank,
    ...(answers.get(bank.id) ?? { info: null, problem: null }),
  })
  const subscriptions = [
    changed,
    watcher,
    watcher.onDidChange(onFile),
    watcher.onDidCreate(onFile),
    watcher.onDidDelete(onFile),
    vscode.workspace.onDidChangeWorkspaceFolders(refreshOrSay),
    vscode.workspace.onDidGrantWorkspaceTrust(refreshOrSay),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('medlsam.templates')) void refreshOrSay()
    }),
  ]

  return {
    onDidChange: changed.event,
    ready: refreshOrSay(),
    sets: () => sets,
    banks: () => banks.map(bankOf),
    bank(id) {
      const bank = banks.find((candidate) => candidate.id === id)
      return bank && bankOf(bank)
    },
    setBank(id, answer) {
      answers.set(id, answer)
      changed.fire()
    },
    refresh,
    watchScans() {
      watching = true
      checkScans()
    },
    async create(setPath, set) {
      checks.delete(setPath)
      await inTurn(() => writeSet(setPath, set))
      await refresh()
    },
    async update(setPath, change) {
      await inTurn(async () => {
        const set = await readSet(setPath)
        const updated = change(set)
        if (formatTemplateSet(updated) !== formatTemplateSet(set)) await writeSet(setPath, updated)
      })
      await refresh()
    },
    inTurn,
    async remove(setPath) {
      const uri = vscode.Uri.file(setPath)
      const before = await inTurn(async () => {
        const bytes = await vscode.workspace.fs.readFile(uri)
        await deleteFile(uri)
        return bytes
      })
      await refresh()
      return async () => {
        await inTurn(async () => {
          if (await exists(uri))
            throw new Error(`${path.basename(setPath)} is there again: the deleted one was not put in its place.`)
          await writeWhole(uri, before)
        })
        await refresh()
      }
    },
    setCheck(setPath, checked, report) {
      checks.set(setPath, { checked, report })
      void refreshOrSay()
    },
    setsWith: (scanPath) =>
      sets.filter(({ path: setPath, set }) => set !== null && scanOfFile(setPath, set, scanPath) !== undefined),
    dispose() {
      for (const subscription of subscriptions) subscription.dispose()
    },
  }
}

async function builtInNames(extensionUri: vscode.Uri): Promise<string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(extensionUri, 'dist', 'models'))
    return entries.flatMap(([name]) => BUILT_IN.exec(name)?.[1] ?? []).sort()
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return []
    throw error
  }
}

/** Files of one kind: those of the workspace that end so, and those that the settings name. */
async function filesOf(suffix: typeof SET_SUFFIX | typeof BANK_SUFFIX): Promise<string[]> {
  const found = await vscode.workspace.findFiles(`**/*${suffix}`, '**/node_modules/**')
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''
  const listed = vscode.workspace.isTrusted
    ? vscode.workspace.getConfiguration('medlsam.templates').get<string[]>('sets', [])
    : []
  const paths = [
    ...found.filter((uri) => uri.scheme === 'file').map((uri) => uri.fsPath),
    ...listed
      .filter((file) => BANK_ENDING.test(file) === (suffix === BANK_SUFFIX))
      .map((file) => path.resolve(root, file)),
  ]
  return [...new Set(paths)]
}

async function readSet(file: string): Promise<TemplateSet> {
  return parseTemplateSet(
    new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.file(file))),
    path.basename(file),
  )
}

async function writeSet(file: string, set: TemplateSet): Promise<void> {
  await writeWhole(vscode.Uri.file(file), new TextEncoder().encode(formatTemplateSet(set)))
}

/** Some file systems, such as those of remote machines, have no trash. */
async function deleteFile(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.delete(uri, { useTrash: true })
  } catch {
    await vscode.workspace.fs.delete(uri)
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  )
}

async function readStored(file: string, check: Check | null, health: ScanHealth): Promise<StoredSet> {
  try {
    const set = await readSet(file)
    return {
      path: file,
      name: set.name,
      set,
      problem: null,
      scanProblems: health.known(file),
      check: check && currentCheck(check.report, check.checked, set),
    }
  } catch (error) {
    return {
      path: file,
      name: path.basename(file, SET_SUFFIX),
      set: null,
      problem: errorText(error),
      scanProblems: new Map(),
      check: null,
    }
  }
}
