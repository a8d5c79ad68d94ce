import type { PointMm, Size3 } from '../../shared/geometry/points.js'

declare const unit: unique symbol

/** Three numbers along [superior, anterior, left]. The unit keeps mm, voxels and latents from being mixed. */
type SalVector<Unit> = readonly [number, number, number] & { readonly [unit]: Unit }

/** A point or displacement in mm: [z, y, -x] of RAS (docs/method.md, section 1). */
export type SalMm = SalVector<'mm'>

/** A fractional index [z, y, x] into a prepared volume. */
export type SalVoxel = SalVector<'voxel'>

/** What the position network says of a place; differences of two latents become mm by `r * tanh`. */
export type Latent = SalVector<'latent'>

/** A vector in mm. */
export function salMm(superior: number, anterior: number, left: number): SalMm {
  return branded([superior, anterior, left])
}

/** A position in voxels of a prepared volume. */
export function salVoxel(z: number, y: number, x: number): SalVoxel {
  return branded([z, y, x])
}

/** A latent of its three components. */
export function latentOf(superior: number, anterior: number, left: number): Latent {
  return branded([superior, anterior, left])
}

function branded<Unit>(values: readonly [number, number, number]): SalVector<Unit> {
  return values as SalVector<Unit>
}

/** RAS mm to [superior, anterior, left] mm. */
export function rasToSal([x, y, z]: PointMm): SalMm {
  return salMm(z, y, -x)
}

/** [superior, anterior, left] mm to RAS mm. */
export function salToRas([s, a, l]: SalMm): PointMm {
  return [l === 0 ? 0 : -l, a, s]
}

/** Where the voxels of a prepared volume lie: voxel (0,0,0) in [superior, anterior, left] mm, cubic spacing. */
export interface SalGrid {
  /** Voxels along [z, y, x]. */
  readonly size: Size3
  readonly originMm: SalMm
  readonly spacingMm: number
}

/** Fractional voxel index of a point. */
export function salToVoxel({ originMm, spacingMm }: SalGrid, p: SalMm): SalVoxel {
  return salVoxel((p[0] - originMm[0]) / spacingMm, (p[1] - originMm[1]) / spacingMm, (p[2] - originMm[2]) / spacingMm)
}

/** The point at a fractional voxel index. */
export function voxelToSal({ originMm, spacingMm }: SalGrid, v: SalVoxel): SalMm {
  return salMm(v[0] * spacingMm + originMm[0], v[1] * spacingMm + originMm[1], v[2] * spacingMm + originMm[2])
}
