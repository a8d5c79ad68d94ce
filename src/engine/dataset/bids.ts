import path from 'node:path'
import type { DatasetRequest, DatasetScan } from '../../protocol/dataset.js'
import type { BidsFields } from '../../protocol/sidecar.js'
import { writeTextAtomic } from '../files.js'
import { TOOL_VERSION } from '../version.js'
import { linkTo } from './linkTo.js'

/** The BIDS version whose wording the derivatives follow. */
const BIDS_VERSION = '1.10.0'
/** The name that BIDS URIs give the dataset of the scans (BIDS, "BIDS URI"). */
const SOURCE = 'scans'

/** What BIDS wants to know about one segmentation. */
export function bidsFieldsOf(scan: DatasetScan): BidsFields {
  const uri = `bids:${SOURCE}:${scan.path}`
  return { Description: 'Organs found and segmented in CT', Sources: [uri], SpatialReference: uri, Manual: false }
}

/** Writes what makes a folder a BIDS derivatives dataset (BIDS, "Derived dataset and pipeline description"). */
export async function describeBids({ folder }: Pick<DatasetRequest, 'folder'>, outFolder: string): Promise<void> {
  const relative = linkTo(path.resolve(folder), outFolder)
  const description = {
    Name: 'MedLSAM segmentations',
    BIDSVersion: BIDS_VERSION,
    DatasetType: 'derivative',
    GeneratedBy: [{ Name: 'medlsam', Version: TOOL_VERSION, Description: 'Organs localized with templates (MedLAM) and segmented slice by slice (SAM)' }],
    SourceDatasets: [{ URL: relative }],
    DatasetLinks: { [SOURCE]: relative },
  }
  await writeTextAtomic(path.join(outFolder, 'dataset_description.json'), `${JSON.stringify(description, null, 2)}\n`)
  await writeTextAtomic(path.join(outFolder, 'README.md'), README)
  await writeTextAtomic(path.join(outFolder, '.bidsignore'), 'summary.csv\nsummary.html\n**/ct/\n')
}

const README = `# MedLSAM segmentations

Label maps of organs in CT, made by medlsam: \`_dseg.nii.gz\` with its values' names in \`_dseg.tsv\` and with models, templates,
options and confidences in \`_dseg.json\`. \`summary.html\` shows all of them, the likeliest failures first.

Not a medical device: results may be wrong without looking wrong.
`
