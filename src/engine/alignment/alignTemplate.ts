import { adamDeform } from './adamDeform.js'
import { fitAffine } from './affineFit.js'
import { invertMap, mapPoint, type AffineMap } from './affineMap.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import { costVolume } from './costVolume.js'
import { coupledConvex } from './coupledConvex.js'
import type { Deformation } from './deformation.js'
import { describeQuery, type DescribedQuery } from './describe.js'
import { perAxis, type ChannelGrid, type GridVolume } from './grid.js'

/** Displacements looked at are up to this many cells. */
const REACH_CELLS = 4
const ADAM_STEPS = 20

/** Pairs of query points and where a field sends them, from the blocks that hold the fit. */
function pairsOf(described: DescribedQuery, template: ChannelGrid, field: Float32Array): { readonly from: Float64Array; readonly to: Float64Array } {
  const { low, size, firm } = described
  const back = invertMap(described.map)
  const from: number[] = []
  const to: number[] = []
  const s = template.spacingMm
  for (let z = 0, block = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, block++) {
        if (firm[block] === 0) continue
        const here = perAxis((axis) => template.originMm[axis] + (low[axis] + 2 * [x, y, z][axis]) * s)
        from.push(...mapPoint(back, here))
        to.push(here[0] + field[3 * block] * s, here[1] + field[3 * block + 1] * s, here[2] + field[3 * block + 2] * s)
      }
    }
  }
  return { from: Float64Array.from(from), to: Float64Array.from(to) }
}

/** A better affine map: blocks matched, then fitted robustly. */
export function refineAffine(query: GridVolume, template: ChannelGrid, map: AffineMap, reach = REACH_CELLS): AffineMap {
  const described = describeQuery(query, template, map)
  const field = coupledConvex(described, costVolume(described, template, reach, null), null)
  return fitAffine(pairsOf(described, template, field), map)
}

/** Deforms a query, laid over a template by an affine map, onto it. */
export function deform(query: GridVolume, template: ChannelGrid, map: AffineMap): Deformation {
  const described = describeQuery(query, template, map)
  const coarse = coupledConvex(described, costVolume(described, template, REACH_CELLS, null), null)
  const field = adamDeform(described, template, coarse, ADAM_STEPS)
  return asDeformation(described, template, field)
}

function asDeformation({ map, low, size }: DescribedQuery, template: ChannelGrid, field: Float32Array): Deformation {
  const s = template.spacingMm
  return {
    map,
    originMm: perAxis((axis) => template.originMm[axis] + low[axis] * s),
    stepMm: 2 * s,
    size,
    displacementsMm: field.map((cells) => cells * s),
  }
}

export function alignFrom(query: GridVolume, template: AlignmentTemplate, start: AffineMap): Deformation {
  const [coarse] = template.descriptors
  const fine = template.descriptors[template.descriptors.length - 1]
  const map = refineAffine(query, coarse, start)
  return deform(query, fine, map)
}
