import { saysLabelMap } from '../../protocol/scanNames.js'

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
 * `X_seg.nii.gz` and `X_ct_dseg.nii.gz`. The ones named after the whole scan come first.
 */
export function labelMapsBeside(scanName: string, names: readonly string[]): string[] {
  const maps = names.filter((name) => name !== scanName && isLabelMapName(name))
  const exact = maps.filter((name) => startsWithWord(name, stemOf(scanName)))
  const near = maps.filter((name) => !exact.includes(name) && startsWithWord(name, shortStemOf(scanName)))
  return [...exact.sort(), ...near.sort()]
}

/** Label maps of a folder whose names belong to no scan in it: people named them. */
export function ownNamedLabelMaps(names: readonly string[]): string[] {
  const stems = names.filter((name) => isScanName(name) && !isLabelMapName(name)).map(shortStemOf)
  return names.filter((name) => isLabelMapName(name) && !stems.some((stem) => startsWithWord(name, stem)))
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

/** Names of the files that describe a label map: the sidecar and the table of names. */
export function describingNames(labelMapName: string): { readonly sidecar: string; readonly tables: readonly string[] } {
  const stem = stemOf(labelMapName)
  return { sidecar: `${stem}.json`, tables: [`${stem}.tsv`, `${stem}_dseg.tsv`] }
}
