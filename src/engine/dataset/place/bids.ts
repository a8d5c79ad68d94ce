import { access, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { DatasetRequest, DatasetScan } from '../../../shared/datasetRun.js'
import type { BidsFields } from '../../../shared/sidecar.js'
import { MedlsamError } from '../../../shared/medlsamError.js'
import { TOOL_VERSION } from '../../version.js'
import type { Journal } from '../state/journal.js'
import { rulesOf } from '../discover/datasetLayouts.js'
import { removeTemporaries } from './partialFiles.js'
import { linkTo } from './linkTo.js'
import { isOursToWrite, writeOwnFiles } from './ownFiles.js'

/** The BIDS version whose wording the derivatives follow. */
const BIDS_VERSION = '1.10.0'
/** The name that BIDS URIs give the dataset of the scans (BIDS, "BIDS URI"). */
const SOURCE = 'scans'
const DESCRIPTION = 'dataset_description.json'

/** What BIDS wants to know about one segmentation. */
export function bidsFieldsOf(scan: DatasetScan): BidsFields {
  const uri = `bids:${SOURCE}:${scan.path}`
  return { Description: 'Organs found and segmented in CT', Sources: [uri], SpatialReference: uri, Manual: false }
}

/**
 * Makes sure that results in BIDS go to a folder of their own.
 * @throws MedlsamError `usage` when it is that of the scans, or another dataset that is no derivative
 */
export async function checkBidsFolder(
  { folder, bids }: Pick<DatasetRequest, 'folder' | 'bids'>,
  outFolder: string,
): Promise<void> {
  if (bids !== true) return
  const real = (name: string): Promise<string> => realpath(name).catch(() => path.resolve(name))
  const isSource = (await real(folder)) === (await real(outFolder))
  const isDescribed = await access(path.join(outFolder, DESCRIPTION)).then(
    () => true,
    () => false,
  )
  const isOther = isDescribed && (await rulesOf(outFolder, new Set([DESCRIPTION]), [])) !== 'derived'
  if (!isSource && !isOther) return
  throw new MedlsamError(
    'usage',
    `${outFolder} holds ${isSource ? 'the scans themselves' : 'a dataset that is no BIDS derivative'}, so no results in BIDS can go there: name another folder, or none.`,
    outFolder,
    { remedy: { option: 'out' } },
  )
}

/**
 * Writes what makes a folder a BIDS derivatives dataset (BIDS, "Derived dataset and pipeline description"); files that
 * the user or another program wrote or edited stay as they are.
 */
export async function describeBids(
  { folder }: Pick<DatasetRequest, 'folder'>,
  outFolder: string,
  journal: Journal,
): Promise<void> {
  const relative = linkTo(path.resolve(folder), outFolder)
  const description = {
    Name: 'MedLSAM segmentations',
    BIDSVersion: BIDS_VERSION,
    DatasetType: 'derivative',
    GeneratedBy: [
      {
        Name: 'medlsam',
        Version: TOOL_VERSION,
        Description: 'Organs localized with templates (MedLAM) and segmented slice by slice (SAM)',
      },
    ],
    SourceDatasets: [{ URL: relative }],
    DatasetLinks: { [SOURCE]: relative },
  }
  const files = new Map([
    [DESCRIPTION, `${JSON.stringify(description, null, 2)}\n`],
    ['README.md', README],
    ['.bidsignore', 'summary*.csv\nsummary*.html\n**/ct/\n'],
  ])
  await journal.refresh()
  for (const name of files.keys()) {
    if (await isOursToWrite(outFolder, name, journal)) continue
    files.delete(name)
    await removeTemporaries(path.join(outFolder, name))
  }
  await writeOwnFiles(outFolder, files, journal)
}

const README = `# MedLSAM segmentations

Label maps of organs in CT, made by medlsam: \`_dseg.nii.gz\` with its values' names in \`_dseg.tsv\` and with models, templates,
options and confidences in \`_dseg.json\`. \`summary.html\` shows all of them, the likeliest failures first.

Not a medical device: results may be wrong without looking wrong.
`
