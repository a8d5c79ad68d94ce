import path from 'node:path'
import * as vscode from 'vscode'
import type {
  ImportModelRequest,
  InstalledModel,
  ModelSummary,
  Normalisation,
  VariantSummary,
} from '../../shared/modelTypes.js'
import type { Progress } from '../../shared/progress.js'
import {
  downloadGpuRuntimeMethod,
  downloadModelMethod,
  gpuRuntimeMethod,
  importModelMethod,
  removeModelMethod,
  testProvidersMethod,
  verifyModelMethod,
} from '../../protocol/rpc.js'
import type { EngineClient, RunListeners } from '../engine/engineClient.js'
import { EngineError, RunCancelled } from '../engine/engineErrors.js'
import { chooseSegmenter, chosenSegmenter } from './chosenSegmenter.js'
import {
  decidesProvider,
  isNamed,
  isUsable,
  isUsableVariant,
  modelName,
  providerText,
  sizeText,
  verifiedText,
} from './modelText.js'
import type { ModelNode, ModelsTree } from './modelsTree.js'

/** What the commands of the Models view work with. */
export interface ModelContext {
  readonly engine: EngineClient
  readonly tree: ModelsTree
  /** Lists models anew. */
  readonly refresh: () => Promise<void>
}

/** Files that belong to a model, whatever wrote them. */
const MODEL_FILE = /\.(onnx|onnx_data|onnx\.data|data|npy|json|pth|pt|bin|safetensors)$/i

/** Downloads a model, after the user agreed to its licence and to files that nobody vouches for. */
export async function downloadModel(context: ModelContext, node: ModelNode | undefined): Promise<void> {
  const model = await pickModel(context, node, 'Download Model', ({ variants }) =>
    variants.some(({ state }) => state === 'available'),
  )
  const variant =
    model === undefined ? undefined : await pickVariant(model, ({ state }) => state === 'available', 'Download')
  if (model === undefined || variant === undefined || !(await agrees(model, variant))) return
  const request = {
    id: model.id,
    precision: variant.precision,
    acceptLicense: true,
    acceptUnverified: !variant.hashesKnown,
  }
  const done = await withProgress(`Downloading ${model.title}`, (listeners) =>
    context.engine.run(downloadModelMethod, request, listeners),
  )
  await context.refresh()
  if (done === null)
    void vscode.window.showInformationMessage('The download was stopped. What has come is kept for the next try.')
  else await offerUse(context, done)
}

/** Takes model files of the user's own. */
export async function importModel(context: ModelContext, node: ModelNode | undefined): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: 'Import Model: a file of it',
    canSelectMany: true,
    filters: { Models: ['onnx', 'onnx_data', 'npy', 'json', 'pth', 'pt', 'safetensors'] },
  })
  if (picked === undefined || picked.length === 0) return
  const files = picked.length > 1 ? picked.map(({ fsPath }) => fsPath) : await withSiblings(picked[0])
  const id = files === undefined ? undefined : await askId(context, node, files[0])
  if (files === undefined || id === undefined) return
  const take = (said: Pick<ImportModelRequest, 'normalisation'>): Promise<InstalledModel | null> =>
    withProgress('Importing the model', (listeners) =>
      context.engine.run(importModelMethod, { files, id, ...said }, listeners),
    )
  const done = await take({}).catch(async (error: unknown) => {
    if (!(error instanceof EngineError && error.data.remedy?.option === 'normalisation')) throw error
    const normalisation = await askNormalisation()
    return normalisation === undefined ? null : take({ normalisation })
  })
  await context.refresh()
  if (done !== null) await offerUse(context, done)
}

/** Compares the files of a model, or of all, with what was recorded when they came. */
export async function verifyModel(context: ModelContext, node: ModelNode | undefined): Promise<void> {
  const { text, intact } = verifiedText(
    await context.engine.ask(verifyModelMethod, node?.kind === 'model' ? { id: node.model.id } : null),
  )
  await context.refresh()
  if (intact) void vscode.window.showInformationMessage(text)
  else void vscode.window.showWarningMessage(text)
}

/** Deletes an installed model. */
export async function removeModel(context: ModelContext, node: ModelNode | undefined): Promise<void> {
  const model = await pickModel(context, node, 'Remove Model', ({ variants }) =>
    variants.some(({ state }) => state === 'installed' || state === 'damaged'),
  )
  if (model === undefined) return
  const remove = 'Remove'
  if (
    (await vscode.window.showWarningMessage(`Remove ${model.title} from this machine?`, { modal: true }, remove)) !==
    remove
  )
    return
  await withProgress(`Removing ${model.title}`, (listeners) =>
    context.engine.run(removeModelMethod, { id: model.id }, listeners),
  )
  await context.refresh()
}

/** Makes a segmenter the one that runs take. */
export async function useModel(context: ModelContext, node: ModelNode | undefined): Promise<void> {
  const model = await pickModel(
    context,
    node,
    'Choose Segmenter',
    (candidate) => candidate.task === 'segment' && candidate.refusal === null && isUsable(candidate),
  )
  const variant = model === undefined ? undefined : await pickVariant(model, isUsableVariant, 'Use')
  if (model !== undefined && variant !== undefined) await chooseSegmenter(modelName(model, variant.precision))
}

/** Finds out on which provider a segmenter is fastest here. */
export async function testProviders(context: ModelContext, node: ModelNode | undefined): Promise<void> {
  const model = await pickModel(
    context,
    node,
    'Test Providers',
    (candidate) => candidate.task === 'segment' && isUsable(candidate),
  )
  if (model === undefined) return
  const chosen = chosenSegmenter()
  const name = isNamed(model, chosen) ? chosen : model.id
  const report = await withProgress(`Testing ${model.title}`, (listeners) =>
    context.engine.run(testProvidersMethod, { id: name }, listeners),
  )
  if (report === null) return
  if (decidesProvider(name, chosen, vscode.workspace.getConfiguration('medlsam').get('engine.provider', 'auto')))
    context.tree.setProvider(report.chosen)
  void vscode.window.showInformationMessage(providerText(report))
}

/** Fetches the CUDA and TensorRT files that ONNX Runtime's package leaves out, after telling what and from where. */
export async function downloadGpuRuntime({ engine, refresh }: ModelContext): Promise<void> {
  const { supported, installed, about } = await engine.ask(gpuRuntimeMethod)
  if (!supported || installed) {
    void vscode.window.showInformationMessage(
      supported
        ? 'The GPU runtime is installed. "Test Providers" of a segmenter finds out whether it is faster.'
        : about,
    )
    return
  }
  const take = 'Download'
  if (
    (await vscode.window.showWarningMessage('Download the GPU runtime?', { modal: true, detail: about }, take)) !== take
  )
    return
  const done = await withProgress('Downloading the GPU runtime', (listeners) =>
    engine.run(downloadGpuRuntimeMethod, { acceptUnverified: true }, listeners),
  )
  await refresh()
  void vscode.window.showInformationMessage(
    done === null
      ? 'The download was stopped. What has come is kept for the next try.'
      : 'The GPU runtime is installed. "Test Providers" of a segmenter finds out whether it is faster.',
  )
}

async function pickModel(
  { tree, refresh }: ModelContext,
  node: ModelNode | undefined,
  title: string,
  fits: (model: ModelSummary) => boolean,
): Promise<ModelSummary | undefined> {
  if (node?.kind === 'model') return node.model
  if (tree.models().length === 0) await refresh()
  const models = tree.models().filter(fits)
  if (models.length === 0) {
    void vscode.window.showInformationMessage(`${title}: there is no model for that.`)
    return undefined
  }
  const picked = await vscode.window.showQuickPick(
    models.map((model) => ({ label: model.title, description: model.id, detail: model.provenance, model })),
    { title },
  )
  return picked?.model
}

async function pickVariant(
  { title, variants }: ModelSummary,
  fits: (variant: VariantSummary) => boolean,
  verb: string,
): Promise<VariantSummary | undefined> {
  const fitting = variants.filter(fits)
  if (fitting.length < 2) return fitting.at(0)
  const picked = await vscode.window.showQuickPick(
    fitting.map((variant) => ({ label: variant.precision, description: sizeText(variant.sizeBytes), variant })),
    { title: `${verb} ${title}: precision` },
  )
  return picked?.variant
}

/** Asks about a licence that is not permissive, and about files without a published SHA-256. */
async function agrees({ title, license }: ModelSummary, { hashesKnown }: VariantSummary): Promise<boolean> {
  if (license !== null && !license.permissive) {
    const [accept, read] = ['Accept', 'Read It']
    const answer = await vscode.window.showWarningMessage(
      `${title} comes under ${license.spdx}. Do you accept it?`,
      { modal: true, detail: `${license.note ?? ''}\n${license.url}`.trim() },
      accept,
      read,
    )
    if (answer === read) await vscode.env.openExternal(vscode.Uri.parse(license.url))
    if (answer !== accept) return false
  }
  if (hashesKnown) return true
  const take = 'Download Anyway'
  const detail =
    'It cannot be proved that these are the files that its authors mean. Their SHA-256 is remembered as they come, and later changes are noticed.'
  return (
    (await vscode.window.showWarningMessage(
      `Nobody has published a SHA-256 of ${title}.`,
      { modal: true, detail },
      take,
    )) === take
  )
}

/** A dialog on a remote machine gives one file; what belongs to it lies beside it. */
async function withSiblings(file: vscode.Uri): Promise<readonly string[] | undefined> {
  const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(file, '..'))
  const chosen = path.basename(file.fsPath)
  const siblings = entries
    .filter(([name, type]) => (type & vscode.FileType.File) !== 0 && MODEL_FILE.test(name))
    .map(([name]) => name)
  if (siblings.length < 2) return [file.fsPath]
  const picked = await vscode.window.showQuickPick(
    siblings.map((name) => ({ label: name, picked: name === chosen })),
    { title: 'Import Model: all files of it', canPickMany: true },
  )
  if (picked === undefined || picked.length === 0) return undefined
  return picked.map(({ label }) => path.join(path.dirname(file.fsPath), label))
}

/** Which model it is: one that is known, which brings its preprocessing, or a new one. */
async function askId(
  { tree, refresh }: ModelContext,
  node: ModelNode | undefined,
  file: string,
): Promise<string | undefined> {
  if (node?.kind === 'model') return node.model.id
  if (tree.models().length === 0) await refresh()
  const own = { label: '$(add) Another model…', description: '', id: null }
  const known = tree
    .models()
    .filter((model) => model.origin !== 'embedded' && !isUsable(model))
    .map(({ id, title }) => ({ label: title, description: id, id }))
  const picked = await vscode.window.showQuickPick([own, ...known], {
    title: 'Import Model: which one is it?',
    placeHolder: 'A known model brings its licence and preprocessing',
  })
  if (picked === undefined) return undefined
  if (picked.id !== null) return picked.id
  return vscode.window.showInputBox({
    title: 'Import Model: name it',
    value: path
      .basename(file)
      .replace(/\.[a-z_]+$/i, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, ''),
    validateInput: (value) =>
      /^[a-z0-9][a-z0-9._-]*$/.test(value) ? undefined : 'Use lower-case letters, digits, dots and dashes.',
  })
}

/** How slice images were prepared, where the files leave it open. */
async function askNormalisation(): Promise<Normalisation | undefined> {
  const ways: readonly (vscode.QuickPickItem & { readonly normalisation: Normalisation })[] = [
    { label: 'SAM (mean and std)', detail: 'Slice images are filled up to a square', normalisation: 'sam' },
    { label: 'MedSAM (0 to 1)', detail: 'Slice images are stretched to a square', normalisation: 'minMax' },
  ]
  const picked = await vscode.window.showQuickPick(ways, {
    title: 'Import Model: how were its slice images prepared?',
    placeHolder: 'The files of SAM and MedSAM look the same, but they want other slice images',
  })
  return picked?.normalisation
}

async function offerUse({ tree }: ModelContext, { id, title, precision, use }: InstalledModel): Promise<void> {
  const take = 'Use It'
  const model = tree.models().find((candidate) => candidate.id === id)
  const name = model === undefined ? id : modelName(model, precision)
  if (use.task !== 'segment') void vscode.window.showInformationMessage(`${title} is installed.`)
  else if ((await vscode.window.showInformationMessage(`${title} is installed.`, take)) === take)
    await chooseSegmenter(name)
}

/** Null when the user stopped it. */
async function withProgress<T>(title: string, work: (listeners: RunListeners) => Promise<T>): Promise<T | null> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (report, token) => {
      const abort = new AbortController()
      token.onCancellationRequested(() => {
        abort.abort()
      })
      let shown = 0
      const onProgress = ({ done, total, detail }: Progress): void => {
        const percent = total > 0 ? (100 * done) / total : 0
        const message = total > 0 ? `${detail ?? ''} ${Math.round(percent)} %` : (detail ?? '')
        report.report({ message, increment: Math.max(0, percent - shown) })
        shown = percent
      }
      try {
        return await work({ signal: abort.signal, onProgress })
      } catch (error) {
        if (error instanceof RunCancelled) return null
        throw error
      }
    },
  )
}
