import { samePoints } from './geometry/points.js'
import { completePoints, type ScanPoints } from './scanPoints.js'
import type { Structure } from './structure.js'
import type { TemplateScan, TemplateSet, TemplateStructure } from './templateSet.js'

/** A template scan ready to be added to a set, and the structures it brings. */
export interface NewTemplate {
  readonly scan: TemplateScan
  readonly structures: readonly Structure[]
}

/** The same template with no other structures than these. */
export function onlyStructures({ scan, structures }: NewTemplate, names: readonly string[]): NewTemplate {
  const kept = Object.entries(scan.structures).filter(([name]) => names.includes(name))
  return {
    scan: { ...scan, structures: Object.fromEntries(kept) },
    structures: structures.filter(({ name }) => names.includes(name)),
  }
}

/**
 * Adds a template to a set. Structures the set knows keep their label value and colour; new ones get a
 * free value. Of a scan that is in the set already only the structures are replaced that come with other points:
 * the rest, what was cut and measured with the same points, and whether it is in use stay. Points of a scan that
 * has changed since are no longer true and go.
 */
export function addTemplate(set: TemplateSet, { scan, structures }: NewTemplate): TemplateSet {
  const merged = [...set.structures]
  for (const structure of structures)
    if (!merged.some(({ name }) => name === structure.name)) merged.push(withFreeValue(structure, merged))
  const there = set.scans.find((known) => known.path === scan.path)
  if (there !== undefined)
    return {
      ...set,
      structures: merged,
      scans: set.scans.map((known) => (known === there ? mergeScan(there, scan) : known)),
    }
  const ids = new Set(set.scans.map((known) => known.id))
  let id = scan.id
  for (let n = 2; ids.has(id); n++) id = `${scan.id}-${n}`
  return { ...set, structures: merged, scans: [...set.scans, { ...scan, id }] }
}

/**
 * Brings the points of one scan of a set up to date with those marked in the scan: complete structures are merged as
 * by {@link addTemplate}, and what is not marked is left alone. Structures that the set does not list are ignored:
 * they are added on purpose or not at all.
 */
export function updateScanPoints(set: TemplateSet, scanId: string, marked: ScanPoints): TemplateSet {
  const listed = new Set(set.structures.map(({ name }) => name))
  const structures = Object.fromEntries(
    marked.structures.flatMap((structure): [string, TemplateStructure][] => {
      const points = completePoints(structure)
      return points === null || !listed.has(structure.name) ? [] : [[structure.name, { points }]]
    }),
  )
  return {
    ...set,
    scans: set.scans.map((scan) => (scan.id === scanId ? mergeScan(scan, { ...scan, structures }) : scan)),
  }
}

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
    structures.splice(index, 0, withFreeValue(structure, structures))
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

/** Scans of a set that have points of a structure. */
export function scansOfStructure(set: TemplateSet, name: string): readonly TemplateScan[] {
  return set.scans.filter((scan) => Object.hasOwn(scan.structures, name))
}

function mergeScan(there: TemplateScan, added: TemplateScan): TemplateScan {
  const { id, enabled } = there
  if (there.sha256 !== added.sha256) return { ...added, id, enabled }
  const structures = Object.entries(added.structures).map(([name, structure]): [string, TemplateStructure] => {
    const known = Object.hasOwn(there.structures, name) ? there.structures[name] : null
    return [
      name,
      known !== null && samePoints(known.points, structure.points)
        ? { ...known, ...structure, points: known.points }
        : structure,
    ]
  })
  return { ...there, ...added, id, enabled, structures: { ...there.structures, ...Object.fromEntries(structures) } }
}

/** A structure with its label value, or the next one that none of the others has. */
function withFreeValue(structure: Structure, others: readonly Structure[]): Structure {
  const taken = new Set(others.map(({ labelValue }) => labelValue))
  let { labelValue } = structure
  while (taken.has(labelValue)) labelValue++
  return { ...structure, labelValue }
}

function withoutStructure(scan: TemplateScan, name: string): TemplateScan {
  return { ...scan, structures: Object.fromEntries(Object.entries(scan.structures).filter(([key]) => key !== name)) }
}

function mapKeys<T>(record: Readonly<Record<string, T>>, rename: (key: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [rename(key), value]))
}
