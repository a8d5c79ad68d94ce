import path from 'node:path'
import * as vscode from 'vscode'
import { decodeText } from '../../shared/decodeText.js'
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

/** A check, and the set as it was checked. */
interface Check {
  readonly checked: TemplateSet
  readonly report: TemplateCheckReport
}

const BANK_ENDING = /(\.medlsam)?\.msgpack$/i
const BUILT_IN = /^bank-(.+)\.msgpack$/

/** All template sets and bank files of the workspace and the settings, and the built-in banks; found, watched and changed. */
export class TemplateStore {
  private readonly changed = new vscode.EventEmitter<void>()
  private readonly checks = new Map<string, Check>()
  private readonly answers = new Map<string, Pick<StoredBank, 'info' | 'problem'>>()
  private readonly subscriptions: readonly { dispose(): unknown }[]
  private storedSets: readonly StoredSet[] = []
  private storedBanks: readonly Pick<StoredBank, 'id' | 'name' | 'builtIn'>[] = []
  private shown = ''
  private writing: Promise<unknown> = Promise.resolve()
  private reading: Promise<void> | undefined
  private nextReading: Promise<void> | undefined
  private watching = false
  readonly onDidChange = this.changed.event
  /** Resolves once the sets and banks have been listed for the first time. */
  readonly ready: Promise<void>

  /** @param onProblem receives sentences for the log */
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly health: ScanHealth,
    private readonly onProblem: (text: string) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(`**/*{${SET_SUFFIX},${BANK_SUFFIX}}`)
    const onFile = ({ fsPath }: vscode.Uri): void => {
      // What was told of another bank of that name is no longer true.
      if (this.answers.delete(fsPath)) this.changed.fire()
      void this.refreshOrSay()
    }
    const refresh = (): Promise<void> => this.refreshOrSay()
    this.subscriptions = [
      this.changed,
      watcher,
      watcher.onDidChange(onFile),
      watcher.onDidCreate(onFile),
      watcher.onDidDelete(onFile),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('medlsam.templates')) void refresh()
      }),
    ]
    this.ready = refresh()
  }

  sets(): readonly StoredSet[] {
    return this.storedSets
  }

  set(setPath: string): StoredSet | undefined {
    return this.storedSets.find((stored) => stored.path === setPath)
  }

  /** Sets that hold a scan. */
  setsWith(scanPath: string): readonly StoredSet[] {
    return this.storedSets.filter(
      ({ path: setPath, set }) => set !== null && scanOfFile(setPath, set, scanPath) !== undefined,
    )
  }

  banks(): readonly StoredBank[] {
    return this.storedBanks.map((bank) => ({
      ...bank,
      ...(this.answers.get(bank.id) ?? { info: null, problem: null }),
    }))
  }

  bank(id: string): StoredBank | undefined {
    return this.banks().find((bank) => bank.id === id)
  }

  /** What the engine told of a bank. */
  setBank(id: string, answer: Pick<StoredBank, 'info' | 'problem'>): void {
    this.answers.set(id, answer)
    this.changed.fire()
  }

  /**
   * Reads everything anew. Several changes at once (a save writes and renames) lead to one more reading, not to many.
   * Whoever asks while one is going on waits for the next: that one may have begun before what the caller changed.
   */
  refresh(): Promise<void> {
    if (this.reading === undefined) {
      this.reading = this.read().finally(() => {
        this.reading = undefined
      })
      return this.reading
    }
    const readAgain = (): Promise<void> => {
      this.nextReading = undefined
      return this.refresh()
    }
    this.nextReading ??= this.reading.then(readAgain, readAgain)
    return this.nextReading
  }

  /** Finds out which scans moved or changed, at once and from now on with every change of the sets; needs the engine. */
  watchScans(): void {
    this.watching = true
    this.checkScans()
  }

  /** Writes a new set. */
  async create(setPath: string, set: TemplateSet): Promise<void> {
    this.checks.delete(setPath)
    await this.inTurn(() => writeSet(setPath, set))
    await this.refresh()
  }

  /**
   * Changes a set as its file is now, one change after the other: two quick ones must not undo each other.
   * @throws Error with a sentence when the file cannot be read or written
   */
  async update(setPath: string, change: (set: TemplateSet) => TemplateSet): Promise<void> {
    await this.inTurn(async () => {
      const set = await readSet(setPath)
      const updated = change(set)
      if (formatTemplateSet(updated) !== formatTemplateSet(set)) await writeSet(setPath, updated)
    })
    await this.refresh()
  }

  /** Does work that writes sets elsewhere, between two changes of ours. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.writing.then(work)
    // Whoever waits for a turn is told how it ended; the next one begins all the same.
    this.writing = turn.catch(() => undefined)
    return turn
  }

  /** Deletes a set, to the trash where there is one. What it returns brings the file back, and says so when there is another one by then. */
  async remove(setPath: string): Promise<() => Promise<void>> {
    const uri = vscode.Uri.file(setPath)
    const before = await this.inTurn(async () => {
      const bytes = await vscode.workspace.fs.readFile(uri)
      await deleteFile(uri)
      return bytes
    })
    await this.refresh()
    return async () => {
      await this.inTurn(async () => {
        if (await exists(uri))
          throw new Error(`${path.basename(setPath)} is there again: the deleted one was not put in its place.`)
        await writeWhole(uri, before)
      })
      await this.refresh()
    }
  }

  /** What was found out about a set as it was then. */
  setCheck(setPath: string, checked: TemplateSet, report: TemplateCheckReport): void {
    this.checks.set(setPath, { checked, report })
    void this.refreshOrSay()
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose()
  }

  private async refreshOrSay(): Promise<void> {
    try {
      await this.refresh()
    } catch (error) {
      void vscode.window.showErrorMessage(`The template sets could not be read: ${errorText(error)}`)
    }
  }

  private async read(): Promise<void> {
    const files = await filesOf(SET_SUFFIX)
    this.storedBanks = [
      ...(await filesOf(BANK_SUFFIX)).map((file) => ({
        id: file,
        name: path.basename(file).replace(BANK_ENDING, ''),
        builtIn: false,
      })),
      ...(await builtInNames(this.extensionUri)).map((name) => ({ id: name, name, builtIn: true })),
    ]
    const sets = await Promise.all(files.map((file) => readStored(file, this.checks.get(file) ?? null, this.health)))
    this.storedSets = sets.sort((a, b) => a.name.localeCompare(b.name))
    // VS Code loses clicks on a list that is drawn anew, and every save is seen twice: here and by the watcher.
    const now = JSON.stringify([
      vscode.workspace.isTrusted,
      vscode.workspace.workspaceFolders,
      this.storedBanks,
      this.storedSets.map((stored) => [stored, [...stored.scanProblems]]),
    ])
    if (now !== this.shown) this.changed.fire()
    this.shown = now
    if (this.watching) this.checkScans()
  }

  /** In the background: hashing large scans takes a while, and the list need not wait for it. */
  private checkScans(): void {
    if (!vscode.workspace.isTrusted) return
    for (const { path: file, set } of this.storedSets) {
      if (set === null) continue
      this.checkScansOf(file, set).catch((error: unknown) => {
        this.onProblem(`The scans of ${file} could not be checked: ${errorText(error)}`)
      })
    }
  }

  private async checkScansOf(file: string, set: TemplateSet): Promise<void> {
    if (!(await this.health.check(file, set))) return
    const scanProblems = this.health.known(file)
    this.storedSets = this.storedSets.map((stored) => (stored.path === file ? { ...stored, scanProblems } : stored))
    this.changed.fire()
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
  return parseTemplateSet(decodeText(await vscode.workspace.fs.readFile(vscode.Uri.file(file))), path.basename(file))
}

async function writeSet(file: string, set: TemplateSet): Promise<void> {
  await writeWhole(vscode.Uri.file(file), new TextEncoder().encode(formatTemplateSet(set)))
}

/** Some file systems, such as those of remote machines, have no trash. */
async function deleteFile(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.delete(uri, { useTrash: true })
  } catch {
    // Or it is no longer there, which this says.
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
