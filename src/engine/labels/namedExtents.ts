import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { NamedValue } from '../../shared/labelComparison.js'
import { labelExtents, type LabelExtent } from './extremePoints.js'

/** Every label of a label map with its name; those that nothing names are called `Label 7`. */
export function namedExtents(
  labels: LabelVolume,
  names: readonly NamedValue[],
): readonly (LabelExtent & { readonly name: string })[] {
  return labelExtents(labels).map((extent) => ({
    ...extent,
    name: names.find(({ labelValue }) => labelValue === extent.labelValue)?.name ?? `Label ${extent.labelValue}`,
  }))
}
