import { stat } from 'node:fs/promises'
import type { TemplateScan, TemplateSet } from '../../shared/templateSet.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { encodeTemplate, type BankTemplate, type TemplateBank } from '../medlam/templateBank.js'
import { roundBank } from '../medlam/bankFile.js'
import { embedScan } from '../medlam/embed.js'
import type { MedlamModel } from '../medlam/model.js'
import { prepareVolume } from '../medlam/prepare.js'
import type { ScanEmbedding } from '../medlam/scanEmbedding.js'
import { hashScan } from '../scanFiles/hashScan.js'
import { readScan } from '../scanFiles/readScan.js'
import { alignmentTemplateOf } from './alignmentTemplateOf.js'
import { calibrateOnScans } from './calibrateOnScans.js'
import type { KnownScan } from './knownPoints.js'
import { calibrate, localizeLeftOut, type MeasuredPoint } from './leaveOneOut.js'
import { templateScanPath } from '../../shared/node/templateSetPaths.js'

/** A bank, a sentence for every template that could not be used, and how well templates find each other. */
export interface BuiltBank {
  readonly bank: TemplateBank
  /** Banks of which each scan takes the one that fits it; `bank` then joins them. */
  readonly choices?: readonly TemplateBank[]
  readonly problems: readonly string[]
  /** Every point of every template as the others find it; empty for a bank that was read from a file. */
  readonly leftOut: readonly MeasuredPoint[]
}

/** What building a bank may be told. */
export interface BuildBankOptions {
  readonly credit?: string
  /**
   * Scans that teach how far off walls usually are, and to which side; the templates themselves, each left out once,
   * when absent.
   */
  readonly calibrateOn?: readonly KnownScan[]
  /** Spacings of the descriptors for alignment; those of `makeAlignmentTemplate` when absent. */
  readonly descriptorMm?: readonly number[]
  readonly checkCancelled?: () => void
  readonly onProgress?: (done: number, total: number, template: string) => void
}

/** So many templates are kept in memory to find each other; more would not teach more. */
const CALIBRATION_TEMPLATES = 10

/**
 * Encodes all enabled scans of a template set. Scans that moved, changed or cannot be read are named in
 * `problems` and skipped.
 * @throws MedlsamError `template` when no scan is left
 */
export async function buildBank(
  model: MedlamModel,
  set: TemplateSet,
  setFile: string,
  options: BuildBankOptions = {},
): Promise<BuiltBank> {
  const problems: string[] = []
  const templates: BankTemplate[] = []
  const embeddings: ScanEmbedding[] = []
  const enabled = set.scans.filter((scan) => scan.enabled)
  for (const [index, scan] of enabled.entries()) {
    options.checkCancelled?.()
    options.onProgress?.(index, enabled.length, scan.id)
    const problem = await templateProblem(setFile, scan)
    if (problem !== null) {
      problems.push(problem)
      continue
    }
    const missing = set.structures.filter((structure) => !(structure.name in scan.structures))
    if (missing.length > 0)
      problems.push(
        `Template ${scan.id} has no points of ${missing.map((m) => m.name).join(', ')}; the other templates are used for these.`,
      )
    const { template, embedding, problems: maskProblems } = await encodeScan(model, setFile, scan, options.descriptorMm)
    problems.push(...maskProblems)
    templates.push(template)
    if (embeddings.length < CALIBRATION_TEMPLATES) embeddings.push(embedding)
  }
  options.onProgress?.(enabled.length, enabled.length, '')
  if (templates.length === 0) {
    throw new MedlsamError(
      'template',
      `The template set ${setFile} has no usable scan. ${problems.join(' ')}`.trim(),
      setFile,
    )
  }
  const structures = set.structures.filter((structure) =>
    templates.some((template) => template.structures.has(structure.name)),
  )
  const bank: TemplateBank = {
    name: set.name,
    modelId: model.card.id,
    modelHash: model.hash,
    structures,
    templates,
    calibrations: new Map(),
    reliability: [],
    credit: options.credit ?? '',
  }
  if (options.calibrateOn !== undefined) {
    const learned = await calibrateOnScans(model, roundBank(bank), options.calibrateOn, options)
    return {
      bank: roundBank({ ...bank, calibrations: learned.calibrations }),
      problems: [...problems, ...learned.problems],
      leftOut: [],
    }
  }
  if (templates.length < 2) return { bank: roundBank(bank), problems, leftOut: [] }
  const leftOut: MeasuredPoint[] = []
  for (const [index, embedding] of embeddings.entries()) {
    options.checkCancelled?.()
    leftOut.push(...(await localizeLeftOut(bank, templates[index], embedding, () => options.checkCancelled?.())))
  }
  return { bank: roundBank({ ...bank, calibrations: calibrate(leftOut, { shifts: false }) }), problems, leftOut }
}

/**
 * Why a template scan cannot be used, as a sentence that names it; null when it can.
 * The file is compared with the hash in the set, since points belong to one exact scan.
 */
export async function templateProblem(setFile: string, scan: TemplateScan): Promise<string | null> {
  const file = templateScanPath(setFile, scan)
  const info = await stat(file).catch(() => null)
  if (info === null || !info.isFile()) return `Template ${scan.id} is skipped: its scan ${file} is not there any more.`
  const sha256 = await hashScan(file).catch(() => null)
  if (sha256 === null) return `Template ${scan.id} is skipped: its scan ${file} cannot be read any more.`
  if (sha256 !== scan.sha256)
    return `Template ${scan.id} is skipped: its scan ${file} has changed since the points were set.`
  return null
}

/** A template as localization and alignment need it. */
interface EncodedScan {
  readonly template: BankTemplate
  readonly embedding: ScanEmbedding
  readonly problems: readonly string[]
}

/** Encodes one template scan. */
async function encodeScan(
  model: MedlamModel,
  setFile: string,
  scan: TemplateScan,
  descriptorMm: readonly number[] | undefined,
): Promise<EncodedScan> {
  // The points were set on this very file, so doubts about its intensities were settled then.
  const voxels = await readScan(templateScanPath(setFile, scan), { forceHu: true })
  const embedding = embedScan(model, prepareVolume(voxels, model.card))
  const { template: alignment, problems } = await alignmentTemplateOf(setFile, scan, voxels, descriptorMm)
  const identity = { id: scan.id, sha256: scan.sha256, alignment }
  return { template: await encodeTemplate(embedding, identity, scan.structures), embedding, problems }
}
