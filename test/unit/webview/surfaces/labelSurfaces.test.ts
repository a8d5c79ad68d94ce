import { expect, it } from 'vitest'
import { labelSurfaces } from '../../../../src/webview/surfaces/labelSurfaces.js'
import { imageVolume } from '../../../../src/webview/viewer/imageVolume.js'

/** A ball of 12 mm around (10, -4, 6) mm, in voxels of 1 x 1.5 x 2 mm that are stored toward the left. */
function ball(radiusMm: number): ReturnType<typeof imageVolume> {
  const size = [40, 30, 24] as const
  const affine = [-1, 0, 0, 30, 0, 1.5, 0, -26, 0, 0, 2, -18, 0, 0, 0, 1] as const
  const data = new Uint8Array(size[0] * size[1] * size[2])
  let at = 0
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++, at++)
        if (Math.hypot(30 - x - 10, 1.5 * y - 26 + 4, 2 * z - 18 - 6) <= radiusMm) data[at] = 3
  return imageVolume({ data, size, affine })
}

it('lies around its label, in millimetres of the patient, and is closed', () => {
  const [surface, ...others] = labelSurfaces(ball(12))
  expect([surface.labelValue, others]).toEqual([3, []])
  const { positionsMm, triangles } = surface
  for (let at = 0; at < positionsMm.length; at += 3) {
    const radius = Math.hypot(positionsMm[at] - 10, positionsMm[at + 1] + 4, positionsMm[at + 2] - 6)
    expect(radius).toBeGreaterThan(10.3)
    expect(radius).toBeLessThan(13.7)
  }
  // Each edge belongs to two triangles.
  const edges = new Map<string, number>()
  for (let at = 0; at < triangles.length; at += 3)
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ]) {
      const key = [triangles[at + a], triangles[at + b]].sort((one, other) => one - other).join()
      edges.set(key, (edges.get(key) ?? 0) + 1)
    }
  expect([...new Set(edges.values())]).toEqual([2])
})

it('does not lose what is thin', () => {
  const [surface] = labelSurfaces(ball(1.6))
  expect(surface.triangles.length).toBeGreaterThan(0)
})
