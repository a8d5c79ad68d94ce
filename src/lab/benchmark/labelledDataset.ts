import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Structure } from '../../shared/structure.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { isPairImage, isScanName, stemOf } from '../../shared/scanNames.js'
import { caseIdOf, findLabelMaps } from '../evaluation/labelFiles.js'
import { makeRandom } from '../../engine/numeric/random.js'
import { readStructureNames } from '../../engine/templates/structureNames.js'

/** A scan with its truth. The label map is for scoring and for templates, never for inference. */
export interface LabelledScan {
  readonly id: string
  readonly scan: string
  readonly labels: string
}

/** A folder of scans with label maps. */
export interface LabelledDataset {
  readonly scans: readonly LabelledScan[]
  readonly structures: readonly Structure[]
  /** File that names the label values. */
  readonly namesFile: string
}

const SCAN_WORD = /[._-](ct|0000)$/i

/**
 * Finds the labelled scans of a folder: nnU-Net's `imagesTr/X_0000` with `labelsTr/X` (and `Ts`), or `X_ct` with
 * `X_seg`, `X_dseg` or `X` beside it. Names come from the file given, or from `labels.json` or `dataset.json` in
 * the folder or above it.
 * @throws MedlsamError `input` when there are no pairs or no names, or two pairs of one name
 */
export async function findDataset(folder: string, labelsFile?: string): Promise<LabelledDataset> {
  const nnunet = ['Tr', 'Ts'].filter(
    (part) => existsSync(path.join(folder, `images${part}`)) && existsSync(path.join(folder, `labels${part}`)),
  )
  const pairs =
    nnunet.length > 0
      ? (
          await Promise.all(
            nnunet.map((part) => pairsOf(path.join(folder, `images${part}`), path.join(folder, `labels${part}`))),
          )
        ).flat()
      : await pairsOf(folder, folder)
  if (pairs.length === 0) {
    throw new MedlsamError(
      'input',
      `The folder ${folder} holds no scan with a label map: expected X_ct.nii.gz with X_seg.nii.gz, or imagesTr/X_0000.nii.gz with labelsTr/X.nii.gz.`,
      folder,
    )
  }
  const twice = pairs.find(({ id }, i) => pairs.findIndex((other) => other.id === id) < i)
  if (twice !== undefined)
    throw new MedlsamError(
      'input',
      `Two scans of ${folder} make one case (${twice.id}), one of them ${twice.scan}: rename it.`,
      twice.scan,
    )
  const namesFile =
    labelsFile ??
    ['labels.json', 'dataset.json', '../labels.json', '../dataset.json']
      .map((name) => path.join(folder, name))
      .find((file) => existsSync(file))
  if (namesFile === undefined) {
    throw new MedlsamError(
      'input',
      `Nothing names the label values of ${folder}: put a labels.json ({"labels": {"1": "Liver"}}) into it, or give --labels.`,
      folder,
    )
  }
  return {
    scans: pairs.sort((a, b) => (a.id < b.id ? -1 : 1)),
    structures: await readStructureNames(namesFile),
    namesFile,
  }
}

async function pairsOf(scanFolder: string, labelFolder: string): Promise<LabelledScan[]> {
  const labelMaps = await findLabelMaps(labelFolder)
  const files = await readdir(scanFolder, { recursive: true })
  return files
    .filter((file) => isScanName(file) && !isPairImage(file) && SCAN_WORD.test(stemOf(file)))
    .flatMap((file) => {
      const id = caseIdOf(file)
      const labels = labelMaps.get(id)
      return labels === undefined
        ? []
        : [{ id: id.split(path.sep).join('-'), scan: path.join(scanFolder, file), labels }]
    })
}

/** Draws k support scans; the same seed draws the same ones (Fisher and Yates). */
export function drawSupport(scans: readonly LabelledScan[], k: number, seed: number): LabelledScan[] {
  const random = makeRandom(seed)
  const shuffled = [...scans]
  for (let i = 0; i < Math.min(k, shuffled.length); i++) {
    const j = i + Math.floor(random() * (shuffled.length - i))
    ;[shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]]
  }
  return shuffled.slice(0, k)
}

/**
 * Scans by their case names, each once.
 * @throws MedlsamError `usage` for a name that is not there
 */
export function namedScans(scans: readonly LabelledScan[], ids: readonly string[]): LabelledScan[] {
  return [...new Set(ids)].map((id) => {
    const scan = scans.find((candidate) => candidate.id === id)
    if (scan === undefined)
      throw new MedlsamError(
        'usage',
        `The data set has no scan "${id}": it has ${scans.map((one) => one.id).join(', ')}.`,
      )
    return scan
  })
}
