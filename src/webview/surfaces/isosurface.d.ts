/** What we use of the library, which has no types of its own. */
declare module 'isosurface' {
  type Triple = readonly [number, number, number]
  /** A surface where the potential is 0, negative inside. */
  export function surfaceNets(
    dims: Triple,
    potential: (x: number, y: number, z: number) => number,
    bounds: readonly [Triple, Triple],
  ): { readonly positions: readonly Triple[]; readonly cells: readonly Triple[] }
}
