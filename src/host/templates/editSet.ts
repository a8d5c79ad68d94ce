import { completePoints, type ScanPoints } from '../../shared/scanPoints.js'
import { samePoints } from '../../shared/geometry/points.js'
import type { TemplateScan, TemplateSet, TemplateStructure } from '../../shared/templateSet.js'

/** Renames a structure everywhere in a set. */
export function renameSetStructure(set: TemplateSet, from: string, to: string): TemplateSet {
  return {
    ...set,
    structures: set.structures.map((structure) => (structure.name === from ? { ...structure, name: to } : structure)),
    scans: set.scans.map((scan) => ({
      ...scan,
      structures: mapKeys(scan.structures, (name) => (name === from ? to : name)),
    })),
  }
}

/** Takes a structure, with its points in all scans, out of a set. */
export function removeSetStructure(set: TemplateSet, name: string): TemplateSet {
  return {
    ...set,
    structures: set.structures.filter((structure) => structure.name !== name),
    scans: set.scans.map((scan) => withoutStructure(scan, name)),
  }
}

/** Takes the points of one structure in one scan out of a set; a scan without any structure goes too. */
export function removeScanStructure(set: TemplateSet, scanId: string, name: string): TemplateSet {
  const scans = set.scans.map((scan) => (scan.id === scanId ? withoutStructure(scan, name) : scan))
  return { ...set, scans: scans.filter((scan) => scan.id !== scanId || Object.keys(scan.structures).length > 0) }
}

/** Takes a scan with all its points out of a set. */
export function removeScan(set: TemplateSet, scanId: string): TemplateSet {
  return { ...set, scans: set.scans.filter((scan) => scan.id !== scanId) }
}

/**
 * Brings back into a set, as it is now, what was removed from it once: structures, scans and points of scans that
 * `before` has and `after` has not. What has come in their place since stays.
 */
export function restoreRemoved(now: TemplateSet, before: TemplateSet, after: TemplateSet): TemplateSet {
  const structures = [...now.structures]
  for (const [index, structure] of before.structures.entries()) {
    if ([...after.structures, ...structures].some(({ name }) => name === structure.name)) continue
    const taken = new Set(structures.map(({ labelValue }) => labelValue))
    let { labelValue } = structure
    while (taken.has(labelValue)) labelValue++
    structures.splice(index, 0, { ...structure, labelValue })
  }
  const listed = (points: TemplateScan['structures']): TemplateScan['structures'] =>
    Object.fromEntries(
      Object.entries(points).filter(([name]) => structures.some((structure) => structure.name === name)),
    )
  const scans = [...now.scans]
  for (const [index, scan] of before.scans.entries()) {
    const kept = after.scans.find(({ id }) => id === scan.id)
    const at = scans.findIndex(({ id, path }) => id === scan.id || path === scan.path)
    if (at < 0 && kept === undefined) scans.splice(index, 0, { ...scan, structures: listed(scan.structures) })
    if (at < 0) continue
    const removed = Object.fromEntries(
      Object.entries(scan.structures).filter(([name]) => kept === undefined || !Object.hasOwn(kept.structures, name)),
    )
    scans[at] = { ...scans[at], structures: { ...listed(removed), ...scans[at].structures } }
  }
  return { ...now, structures, scans }
}

/** Turns a scan of a set on or off. */
export function enableScan(set: TemplateSet, scanId: string, enabled: boolean): TemplateSet {
  return { ...set, scans: set.scans.map((scan) => (scan.id === scanId ? { ...scan, enabled } : scan)) }
}

/**
 * Brings the points of one scan up to date with its marks: what is complete in the marks is taken over,
 * what the marks do not name is left alone. Parts that were cut along old points go with them. Structures
 * that the set does not list are ignored: they are added on purpose or not at all.
 */
export function updateScanPoints(set: TemplateSet, scanId: string, marks: ScanPoints): TemplateSet {
  return {
    ...set,
    scans: set.scans.map((scan) =>
      scan.id === scanId ? { ...scan, structures: updatedPoints(set, scan, marks) } : scan,
    ),
  }
}

/** Structures of a set with the scans that have points of each. */
export function scansOfStructure(set: TemplateSet, name: string): readonly TemplateScan[] {
  return set.scans.filter((scan) => Object.hasOwn(scan.structures, name))
}

function updatedPoints(set: TemplateSet, scan: TemplateScan, marks: ScanPoints): TemplateScan['structures'] {
  const structures: Record<string, TemplateStructure> = { ...scan.structures }
  for (const marked of marks.structures) {
    const points = completePoints(marked)
    if (points === null || !set.structures.some(({ name }) => name === marked.name)) continue
    const same = Object.hasOwn(structures, marked.name) && samePoints(structures[marked.name].points, points)
    if (!same) structures[marked.name] = { points }
  }
  return structures
}

function withoutStructure(scan: TemplateScan, name: string): TemplateScan {
  return { ...scan, structures: Object.fromEntries(Object.entries(scan.structures).filter(([key]) => key !== name)) }
}

function mapKeys<T>(record: Readonly<Record<string, T>>, rename: (key: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [rename(key), value]))
}
