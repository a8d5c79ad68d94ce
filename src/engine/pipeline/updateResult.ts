import type { LabelVolume, Scan } from '../../shared/geometry/volume.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import type { Sidecar } from '../../shared/sidecar.js'
import { sortedOnto } from '../labels/sortedOnto.js'
import { readLabelMap } from '../scanFiles/readLabelMap.js'
import { readSidecar } from './readSidecar.js'

/** Voxels of a result and what is known of them: one that is there already, or one that is to be written. */
export interface LabelledResult {
  readonly labels: LabelVolume
  readonly sidecar: Sidecar
}

/**
 * Reads the result that is to be updated, in the storage order of its scan.
 * @throws MedlsamError `output` when it is not one of ours, or lies on another grid than the scan
 */
export async function earlierResult(
  labelMapPath: string,
  scan: Pick<Scan, 'size' | 'affine'>,
): Promise<LabelledResult> {
  const sidecar = await readSidecar(labelMapPath)
  if (sidecar === null)
    throw new MedlsamError(
      'output',
      `${labelMapPath} cannot be updated, since no details of a run lie beside it: choose another name.`,
      labelMapPath,
    )
  const labels = sortedOnto(await readLabelMap(labelMapPath), scan)
  if (labels === null)
    throw new MedlsamError(
      'output',
      `${labelMapPath} cannot be updated, since its voxels are not those of the scan: choose another name.`,
      labelMapPath,
    )
  return { labels, sidecar }
}

/**
 * Puts the structures of a run into an earlier result. Structures of the same name are replaced and keep their label
 * value; a new one gets its own value, or the next free one. Voxels of all others stay as they are: a fresh mask ends
 * where another structure is.
 */
export function updatedResult(earlier: LabelledResult, fresh: LabelledResult): LabelledResult {
  const valueOf = chosenValues(earlier.sidecar, fresh.sidecar)
  const structures = fresh.sidecar.structures.map((structure) => ({
    ...structure,
    labelValue: valueOf.get(structure.labelValue) ?? structure.labelValue,
  }))
  const names = new Set(structures.map(({ name }) => name))
  const kept = earlier.sidecar.structures.filter(({ name }) => !names.has(name))
  const all = [...kept, ...structures].sort((a, b) => a.labelValue - b.labelValue)
  return {
    labels: mergedLabels(
      earlier.labels,
      fresh.labels,
      valueOf,
      all.map(({ labelValue }) => labelValue),
    ),
    sidecar: {
      ...fresh.sidecar,
      structures: all,
      ...(kept.length === 0 ? {} : { earlier: earlierRuns(earlier.sidecar, new Set(kept.map(({ name }) => name))) }),
    },
  }
}

/** The label values of fresh structures in the updated label map, by their values in the fresh one. */
function chosenValues(earlier: Sidecar, fresh: Sidecar): ReadonlyMap<number, number> {
  const names = new Set(fresh.structures.map(({ name }) => name))
  const taken = new Set(earlier.structures.filter(({ name }) => !names.has(name)).map(({ labelValue }) => labelValue))
  const values = new Map<number, number>()
  for (const { name, labelValue } of fresh.structures) {
    let value = earlier.structures.find((structure) => structure.name === name)?.labelValue ?? labelValue
    while (taken.has(value)) value += 1
    taken.add(value)
    values.set(labelValue, value)
  }
  return values
}

function mergedLabels(
  earlier: LabelVolume,
  fresh: LabelVolume,
  valueOf: ReadonlyMap<number, number>,
  values: readonly number[],
): LabelVolume {
  let largest = Math.max(0, ...values)
  for (const value of earlier.data) largest = Math.max(largest, value)
  const data = largest > 255 ? new Uint16Array(earlier.data.length) : new Uint8Array(earlier.data.length)
  const replaced = new Set(valueOf.values())
  for (let at = 0; at < data.length; at++) {
    const before = replaced.has(earlier.data[at]) ? 0 : earlier.data[at]
    data[at] = before === 0 ? (valueOf.get(fresh.data[at]) ?? 0) : before
  }
  return { ...earlier, data }
}

/** Who made the structures that stay, the last run first. */
function earlierRuns(sidecar: Sidecar, kept: ReadonlySet<string>): NonNullable<Sidecar['earlier']> {
  const before = sidecar.earlier ?? []
  const older = new Set(before.flatMap(({ structures }) => structures))
  const { tool, templates, options, localizer, segmenter } = sidecar
  const structures = sidecar.structures.map(({ name }) => name).filter((name) => !older.has(name))
  return [{ structures, tool, templates, options, localizer, segmenter }, ...before]
    .map((run) => ({ ...run, structures: run.structures.filter((name) => kept.has(name)) }))
    .filter((run) => run.structures.length > 0)
}
