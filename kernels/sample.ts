/**
 * Trilinear values of a volume at the cells of a grid.
 * @param volume int16, x fastest, [nx, ny, nz]
 * @param toVoxel 12 float64: rows of the affine map from cells of the grid to voxels
 * @param values float32 per cell; outside of the volume its outermost values hold
 * @param inside a byte per cell, 1 where it lies in the volume
 */
export function sample(
  volume: usize,
  nx: i32,
  ny: i32,
  nz: i32,
  toVoxel: usize,
  cx: i32,
  cy: i32,
  cz: i32,
  values: usize,
  inside: usize,
): void {
  const xx = load<f64>(toVoxel)
  const yx = load<f64>(toVoxel, 32)
  const zx = load<f64>(toVoxel, 64)
  for (let z = 0; z < cz; z++) {
    for (let y = 0; y < cy; y++) {
      const x0 = along(toVoxel, y, z)
      const y0 = along(toVoxel + 32, y, z)
      const z0 = along(toVoxel + 64, y, z)
      for (let x = 0; x < cx; x++) {
        const px = x0 + xx * <f64>x
        const py = y0 + yx * <f64>x
        const pz = z0 + zx * <f64>x
        const isIn =
          px > -0.5 && py > -0.5 && pz > -0.5 && px < <f64>nx - 0.5 && py < <f64>ny - 0.5 && pz < <f64>nz - 0.5
        store<u8>(inside++, isIn ? 1 : 0)
        store<f32>(values, at(volume, nx, ny, nz, clamp(px, nx), clamp(py, ny), clamp(pz, nz)))
        values += 4
      }
    }
  }
}

function along(row: usize, y: i32, z: i32): f64 {
  return load<f64>(row, 8) * <f64>y + load<f64>(row, 16) * <f64>z + load<f64>(row, 24)
}

function clamp(p: f64, n: i32): f64 {
  return max(0, min(<f64>(n - 1), p))
}

function at(volume: usize, nx: i32, ny: i32, nz: i32, px: f64, py: f64, pz: f64): f32 {
  const ix = <i32>px
  const iy = <i32>py
  const iz = <i32>pz
  const fx = <f32>(px - <f64>ix)
  const fy = <f32>(py - <f64>iy)
  const fz = <f32>(pz - <f64>iz)
  const dx = ix + 1 < nx ? 2 : 0
  const dy = iy + 1 < ny ? 2 * nx : 0
  const dz = iz + 1 < nz ? 2 * nx * ny : 0
  const corner = volume + 2 * (ix + nx * (iy + ny * iz))
  const low = between(along2(corner, dx, fx), along2(corner + dy, dx, fx), fy)
  const top = corner + dz
  return between(low, between(along2(top, dx, fx), along2(top + dy, dx, fx), fy), fz)
}

function along2(p: usize, step: i32, part: f32): f32 {
  return between(<f32>load<i16>(p), <f32>load<i16>(p + step), part)
}

function between(a: f32, b: f32, part: f32): f32 {
  return a + (b - a) * part
}
