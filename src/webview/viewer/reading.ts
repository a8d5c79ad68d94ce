import { applyAffine } from '../../shared/geometry/affine.js'
import type { PointMm } from '../../shared/geometry/points.js'
import { canonicalVoxelAt, valueAt, type ImageVolume } from './imageVolume.js'

/** A place in the scan and what lies there. */
export interface Reading {
  readonly pointMm: PointMm
  /** Index as stored in the file, not rounded. */
  readonly voxel: PointMm
  readonly value: number
  /** False where values are no HU. */
  readonly isCt: boolean
  /** 0 where there is none. */
  readonly labelValue: number
  /** Of the image over the scan; null without one. */
  readonly secondValue: number | null
}

/** The images that a place is read from; null for those that are not there. */
export interface ReadImages {
  readonly scan: ImageVolume
  readonly isCt: boolean
  readonly labels: ImageVolume | null
  readonly second: ImageVolume | null
}

/** What lies at a point in mm. */
export function readAt(pointMm: PointMm, { scan, isCt, labels, second }: ReadImages): Reading {
  const isLabelled = labels !== null && canonicalVoxelAt(labels, pointMm) !== null
  return {
    pointMm,
    voxel: applyAffine(scan.toStored, pointMm),
    value: valueAt(scan, pointMm),
    isCt,
    labelValue: isLabelled ? valueAt(labels, pointMm) : 0,
    secondValue: second === null ? null : valueAt(second, pointMm),
  }
}
