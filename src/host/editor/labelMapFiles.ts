import { saysLabelMap } from '../../shared/labelMapNames.js'

const SCAN_SUFFIX = /\.(nii\.gz|nii|nrrd|mha)$/i

/** True for a name of a file that the editor opens. */
export function isScanName(name: string): boolean {
  return SCAN_SUFFIX.test(name)
}

/** A file name without the ending of its format. */
export function stemOf(name: string): string {
  return name.replace(SCAN_SUFFIX, '')
}

/** True for a name that says "label map", so that a folder run leaves it out. */
export function isLabelMapName(name: string): boolean {
  return SCAN_SUFFIX.test(name) && saysLabelMap(stemOf(name))
}

/** The markups file of a scan. */
export function markupsName(scanName: string): string {
  return `${stemOf(scanName)}.mrk.json`
}

/**
 * Label maps among the files of a folder that by their names belong to a scan: `X_ct.nii.gz` has
 * `X_seg.nii.gz` and `X_ct_dseg.nii.gz`, but not those of `X_ct_2.nii.gz` where that is another scan of the folder.
 * The ones named after the whole scan come first, each time the plain name before the highest number.
 */
export function labelMapsBeside(scanName: string, names: readonly string[]): string[] {
  const maps = names.filter((name) => name !== scanName && isLabelMapName(name) && belongsTo(name, scanName, names))
  const exact = maps.filter((name) => startsWithWord(name, stemOf(scanName)))
  const near = maps.filter((name) => !exact.includes(name))
  return [...ranked(exact, stemOf(scanName)), ...ranked(near, shortStemOf(scanName))]
}

/** True where a label map's name begins with a scan's, and with no longer one of another scan in the folder. */
function belongsTo(labelMapName: string, scanName: string, names: readonly string[]): boolean {
  const matched = matchedLength(labelMapName, scanName)
  return matched > 0 && !scansOf(names).some((other) => matchedLength(labelMapName, other) > matched)
}

/** Label maps of a folder whose names belong to no scan in it: people named them. */
export function ownNamedLabelMaps(names: readonly string[]): string[] {
  const scans = scansOf(names)
  return names.filter((name) => isLabelMapName(name) && !scans.some((scan) => matchedLength(name, scan) > 0))
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
  return stemOf(scanName).replace(/[_.-](ct|image|img|scan|vol|0000)$/i, '')
}

function startsWithWord(name: string, prefix: string): boolean {
  const stem = stemOf(name).toLowerCase()
  return stem.startsWith(prefix.toLowerCase()) && /^[_.-]/.test(stem.slice(prefix.length))
}

/** The default name of the label map that a run writes, and numbered ones after it. */
export function outputName(scanName: string, number: number): string {
  return `${stemOf(scanName)}${number < 2 ? '' : `_${number}`}_dseg.nii.gz`
}

/** The first numbered output name that no file of the folder has and that no other scan of it would take. */
export function freeOutputName(scanName: string, names: readonly string[]): string {
  for (let number = 2; ; number++) {
    const name = outputName(scanName, number)
    if (!names.includes(name) && belongsTo(name, scanName, names)) return name
  }
}

/** Names of the files that describe a label map: the sidecar and the table of names. */
export function describingNames(labelMapName: string): {
  readonly sidecar: string
  readonly tables: readonly string[]
} {
  const stem = stemOf(labelMapName)
  return { sidecar: `${stem}.json`, tables: [`${stem}.tsv`, `${stem}_dseg.tsv`] }
}
