import { isScanName, opensInEditor, stemOf } from './scanNames.js'

/** What users and tools put in the name of a label map. */
const LABEL_WORD = /(^|[_.-])(d?seg|probseg|segmentation|labels?|labelmap|masks?)([_.-]?\d*)$/i
/** What they put in the name of a scan. */
const SCAN_WORD = /[_.-](ct|image|img|scan|vol|0000)$/i

/** True for the name of an image file that says "label map". */
export function isLabelMapName(name: string): boolean {
  return isScanName(name) && LABEL_WORD.test(stemOf(name))
}

/** Path of the label map that a run makes of a scan, and of numbered ones after it; in the scan's folder. */
export function labelMapNameOf(scan: string, number = 1): string {
  return `${stemOf(scan)}${number < 2 ? '' : `_${number}`}_dseg.nii.gz`
}

/** Path of the sidecar of a label map: `X.json` of `X.nii.gz`. */
export function sidecarNameOf(labelMap: string): string {
  return `${stemOf(labelMap)}.json`
}

/** Path of the table of names that is written beside a label map: `X_dseg.tsv`, also for `X_dseg.nii.gz`. */
export function labelTableNameOf(labelMap: string): string {
  const stem = stemOf(labelMap)
  return stem.endsWith('_dseg') ? `${stem}.tsv` : `${stem}_dseg.tsv`
}

/** Paths of the tables that may name the values of a label map, the best first. */
export function labelTableNamesOf(labelMap: string): readonly string[] {
  return [`${stemOf(labelMap)}.tsv`, `${stemOf(labelMap)}_dseg.tsv`]
}

/**
 * Label maps among the files of a folder that by their names belong to a scan and that the editor can show:
 * `X_ct.nii.gz` has `X_seg.nii.gz` and `X_ct_dseg.nii.gz`, but not those of `X_ct_2.nii.gz` where that is another
 * scan of the folder. The ones named after the whole scan come first, each time the plain name before the highest
 * number.
 * @param folders names of folders beside them that may be scans of their own, as those of DICOM slices are
 */
export function labelMapsBeside(scanName: string, names: readonly string[], folders: readonly string[] = []): string[] {
  const scans = [...scansOf(names), ...folders]
  const maps = names.filter((name) => name !== scanName && isShownLabelMap(name) && belongsTo(name, scanName, scans))
  const exact = maps.filter((name) => startsWithWord(name, stemOf(scanName)))
  const near = maps.filter((name) => !exact.includes(name))
  return [...ranked(exact, stemOf(scanName)), ...ranked(near, shortStemOf(scanName))]
}

/** Label maps of a folder that the editor can show and whose names belong to no scan in it: users named them. */
export function ownNamedLabelMaps(names: readonly string[]): string[] {
  const scans = scansOf(names)
  return names.filter((name) => isShownLabelMap(name) && !scans.some((scan) => matchedLength(name, scan) > 0))
}

/** The first numbered name of a further label map that no file of the folder has and that no other scan of it would take. */
export function freeLabelMapName(scanName: string, names: readonly string[], folders: readonly string[] = []): string {
  const scans = [...scansOf(names), ...folders]
  for (let number = 2; ; number++) {
    const name = labelMapNameOf(scanName, number)
    if (!names.includes(name) && belongsTo(name, scanName, scans)) return name
  }
}

function isShownLabelMap(name: string): boolean {
  return isLabelMapName(name) && opensInEditor(name)
}

/** True where a label map's name begins with a scan's, and with no longer one of another scan in the folder. */
function belongsTo(labelMapName: string, scanName: string, scans: readonly string[]): boolean {
  const matched = matchedLength(labelMapName, scanName)
  return matched > 0 && !scans.some((other) => matchedLength(labelMapName, other) > matched)
}

function scansOf(names: readonly string[]): string[] {
  return names.filter((name) => isScanName(name) && !isLabelMapName(name))
}

/** How much of a label map's name is the name of a scan; 0 for none. */
function matchedLength(labelMapName: string, scanName: string): number {
  return [stemOf(scanName), shortStemOf(scanName)].find((prefix) => startsWithWord(labelMapName, prefix))?.length ?? 0
}

/** The plain name first, then from the highest number down, then names with more words. */
function ranked(labelMaps: readonly string[], prefix: string): string[] {
  const rank = (name: string): number => {
    const rest = stemOf(name).slice(prefix.length)
    if (!/^([_.-]\d+)?[_.-][a-z]+([_.-]?\d+)?$/i.test(rest)) return -1
    return Number(/\d+/.exec(rest)?.[0] ?? Infinity)
  }
  return [...labelMaps].sort((a, b) => (rank(a) === rank(b) ? a.localeCompare(b) : rank(b) - rank(a)))
}

function shortStemOf(scanName: string): string {
  return stemOf(scanName).replace(SCAN_WORD, '')
}

function startsWithWord(name: string, prefix: string): boolean {
  const stem = stemOf(name).toLowerCase()
  return stem.startsWith(prefix.toLowerCase()) && /^[_.-]/.test(stem.slice(prefix.length))
}
