/** Random number in [-1, 1] that belongs to a lattice point. */
function lattice(x: number, y: number, z: number, seed: number): number {
  let h = Math.imul(x, 0x8da6b343) ^ Math.imul(y, 0xd8163841) ^ Math.imul(z, 0xcb1ab31f) ^ seed
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  return ((h ^ (h >>> 15)) >>> 0) / 2147483648 - 1
}

function ease(t: number): number {
  return t * t * (3 - 2 * t)
}

function mix(a: number, b: number, t: number): number {
  return a + t * (b - a)
}

/** Along x between two lattice points. */
function edge(i: number, j: number, k: number, u: number, seed: number): number {
  return mix(lattice(i, j, k, seed), lattice(i + 1, j, k, seed), u)
}

/**
 * Smooth noise in [-1, 1] (value noise): a function of position alone, so texture does not
 * depend on the voxel grid it is sampled on. Features are about one unit long.
 */
export function smoothNoise(x: number, y: number, z: number, seed: number): number {
  const i = Math.floor(x)
  const j = Math.floor(y)
  const k = Math.floor(z)
  const u = ease(x - i)
  const v = ease(y - j)
  const near = mix(edge(i, j, k, u, seed), edge(i, j + 1, k, u, seed), v)
  const far = mix(edge(i, j, k + 1, u, seed), edge(i, j + 1, k + 1, u, seed), v)
  return mix(near, far, ease(z - k))
}
