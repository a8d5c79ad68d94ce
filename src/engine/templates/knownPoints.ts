import type { ExtremePoints } from '../../shared/geometry/points.js'
import type { LabelVolume } from '../../shared/geometry/volume.js'
import type { Structure } from '../../shared/structure.js'
import { dropStrayPieces } from '../labels/components.js'
import { extremePointsOfLabels, labelExtents } from '../labels/extremePoints.js'
import type { TemplateBank } from '../medlam/templateBank.js'

/** A scan with a label map. */
export interface KnownScan {
  readonly scan: string
  readonly labels: string
  /** What its label values mean. */
  readonly structures: readonly Structure[]
}

/** Extreme points in RAS mm, by name, of the bank's structures that are labelled and that the field of view does not cut. */
export function knownPoints(
  labels: LabelVolume,
  structures: readonly Structure[],
  bank: Pick<TemplateBank, 'structures'>,
): Map<string, ExtremePoints> {
  const extents = labelExtents(labels)
  const cleaned = dropStrayPieces(labels, extents)
  return new Map(
    extremePointsOfLabels(cleaned).flatMap(
      ({ labelValue, points, boxVoxel: { min, max } }): [string, ExtremePoints][] => {
        const name = structures.find((structure) => structure.labelValue === labelValue)?.name
        const whole = labels.size.every((n, axis) => min[axis] > 0 && max[axis] < n - 1)
        return name !== undefined && whole && bank.structures.some((structure) => structure.name === name)
          ? [[name, points]]
          : []
      },
    ),
  )
}
