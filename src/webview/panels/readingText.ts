import type { PointMm } from '../../shared/geometry/points.js'

/** The line under the planes: where the crosshair stands and what lies under it. */
export function readingText({
  pointMm,
  voxel,
  value,
}: {
  readonly pointMm: PointMm
  readonly voxel: PointMm
  readonly value: number
}): string {
  const place = pointMm.map((mm) => mm.toFixed(1)).join(', ')
  const index = voxel.map((along) => Math.round(along)).join(', ')
  return `${place} mm · voxel ${index} · ${Number.isFinite(value) ? Math.round(value) : '–'} HU`
}
