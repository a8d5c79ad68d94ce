import type { ExtremePoints } from '../../shared/geometry/points.js'
import type { AffineMap } from './affineMap.js'
import { affineLikeness, deform, DEFORM_STEPS, JUDGED_STEP, refineAffine, type Deformed } from './alignSteps.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import type { Deformation } from './deformation.js'
import { extendedGrid, shareInside } from './extendedGrid.js'
import { gridBox, perAxis, type ChannelGrid, type GridVolume } from './grid.js'
import { edgeLikeness, tissueLikeness, type Matched } from './likeness.js'
import { mapCells } from './mappedCells.js'
import { placeTemplate, preparePlacing, type PlaceableQuery } from './place.js'
import { coveredBy, pullMasks, type SoftMask } from './pullMasks.js'
import type { TemplateMask } from './templateMasks.js'
import { tissueCodes } from './tissueClasses.js'
import { turnScan, type ScanTurn } from './turnScan.js'

/** At most so many places are followed through the affine step; the one with the most alike edges is kept. */
const STARTS = 3
/** A start after which edges are so much alike is taken at once: no other was more than 0.02 better in what was tried. */
const SURE_EDGES = 0.6
/** How far around a structure edges tell whether it is there, in mm of the template. */
const NEAR_MM = 15

/** Templates whose edges correlate less after deformation show something else. */
export const LEAST_EDGES = 0.7

/**
 * Templates that share less tissue with the query's body show something else, however alike the edges are: 0.60 and more
 * in what was tried in the right region, 0.50 at most where a hip was taken for a head (docs/alignment.md).
 */
export const LEAST_TISSUE = 0.55

/** A query as all templates need it. */
export interface AlignmentQuery {
  readonly scan: GridVolume
  /** For placing templates on it, made when it is first asked for. */
  readonly placing: () => PlaceableQuery
  /** Tissue classes on the cells of the templates' tissue grids. */
  readonly tissue: ChannelGrid
}

/** A structure of one template, carried over to the query. */
export interface PulledStructure {
  /** On the cells of the query's working grid. */
  readonly mask: SoftMask
  /** The template's field of view cuts it: beyond, the template knows nothing. */
  readonly cutInTemplate: boolean
  /** Share of the structure, as the template has it, that lies in the query. */
  readonly inside: number
  /** Correlation of edges in and around it. */
  readonly likeness: number
  /** The template's extreme points where nobody has drawn the structure there; null where it is drawn. */
  readonly points: ExtremePoints | null
}

/** One template, aligned to a query. */
export interface TemplateAlignment {
  readonly templateId: string
  /** Whether the template's anatomy is there at all. */
  readonly isLike: boolean
  /** Correlation of edges over all that both show. */
  readonly edges: number
  /** Share of the query's body in the template's reach whose tissue is the same. */
  readonly tissue: number
  /** Share of the query's body that the template covers. */
  readonly covered: number
  readonly deformation: Deformation
  /** 1 for the cells of the query's working grid that the template's field of view covers; null where no structure needs it. */
  readonly known: Uint8Array | null
  readonly structures: readonly PulledStructure[]
}

/** A template laid over a query by an affine map. */
export interface TemplateFit {
  /** Query mm to template mm. */
  readonly map: AffineMap
  /** Correlation of edges under the map. */
  readonly edges: number
}

/**
 * Lays a template over a query by the best affine map: from given starts, then from places by tissue classes, each
 * refined by block matching, until one is sure.
 * @param starts maps from query mm to template mm that are followed before the places
 * @returns null where the template cannot be laid over the query at all
 */
export function fitTemplate(
  query: AlignmentQuery,
  template: AlignmentTemplate,
  starts: readonly AffineMap[] = [],
): TemplateFit | null {
  const [coarse] = template.descriptors
  let best: TemplateFit | null = null
  const follow = (start: AffineMap): boolean => {
    const map = refineAffine(query.scan, coarse, start)
    const { correlation } = affineLikeness(query.scan, coarse, map)
    if (best === null || correlation > best.edges) best = { map, edges: correlation }
    return correlation >= SURE_EDGES
  }
  if (starts.some(follow)) return best
  placeTemplate(query.placing(), template.tissue, STARTS).some(({ map }) => follow(map))
  return best
}

/** The blocks of a described query that the deformation sends into or near a mask. */
function blocksNear({ described, field }: Matched, template: ChannelGrid, mask: TemplateMask): Uint8Array {
  const { size, low } = described
  const where = new Uint8Array(described.seen.length)
  const s = template.spacingMm
  const from = perAxis((axis) => (mask.originMm[axis] - template.originMm[axis] - mask.spacingMm / 2 - NEAR_MM) / s)
  const to = perAxis(
    (axis) => (mask.originMm[axis] - template.originMm[axis] + (mask.size[axis] - 0.5) * mask.spacingMm + NEAR_MM) / s,
  )
  for (let z = 0, block = 0; z < size[2]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[0]; x++, block++) {
        const px = low[0] + 2 * x + field[3 * block]
        const py = low[1] + 2 * y + field[3 * block + 1]
        const pz = low[2] + 2 * z + field[3 * block + 2]
        if (px >= from[0] && px <= to[0] && py >= from[1] && py <= to[1] && pz >= from[2] && pz <= to[2])
          where[block] = 1
      }
    }
  }
  return where
}

function pullStructures(
  query: AlignmentQuery,
  template: AlignmentTemplate,
  { judged, deformed }: Aligned,
): Pick<TemplateAlignment, 'known' | 'structures'> {
  const { deformation } = deformed
  const descriptors = template.descriptors[JUDGED_STEP]
  const wide = extendedGrid(query.scan, template.boxMm, deformation.map)
  const scanBox = gridBox(query.scan)
  const inside = new Map(
    pullMasks(mapCells(deformation, wide), template.masks).map((mask) => [mask.name, shareInside(mask, wide, scanBox)]),
  )
  const mapped = mapCells(deformation, query.scan)
  const structures = pullMasks(mapped, template.masks).flatMap((mask) => {
    const source = template.masks.find(({ name }) => name === mask.name)
    if (source === undefined) return []
    const { correlation } = edgeLikeness(judged, descriptors, blocksNear(judged, descriptors, source))
    return [
      {
        mask,
        cutInTemplate: source.cut,
        inside: inside.get(mask.name) ?? 0,
        likeness: correlation,
        points: source.points,
      },
    ]
  })
  return { structures, known: template.masks.some(({ cut }) => cut) ? coveredBy(mapped, template.boxMm) : null }
}

/** A template deformed onto a query, finest step last. */
interface Aligned {
  readonly edges: number
  /** After {@link JUDGED_STEP}. */
  readonly judged: Deformed
  readonly deformed: Deformed
}

/** All steps of deformation from an affine map; only those up to the judged one where the template is not like the query. */
function deformAll(
  scan: GridVolume,
  template: AlignmentTemplate,
  map: AffineMap,
  steps = DEFORM_STEPS,
): Aligned | null {
  let deformed: Deformed | null = null
  let judged: { readonly result: Deformed; readonly edges: number } | null = null
  for (const [i, step] of steps.entries()) {
    if (step.descriptors >= template.descriptors.length) break
    deformed = deform(scan, template.descriptors[step.descriptors], map, deformed?.deformation ?? null, step)
    if (i !== JUDGED_STEP) continue
    judged = { result: deformed, edges: edgeLikeness(deformed, template.descriptors[step.descriptors]).correlation }
    if (judged.edges < LEAST_EDGES) break
  }
  return deformed === null || judged === null ? null : { edges: judged.edges, judged: judged.result, deformed }
}

/**
 * Deforms a template onto a query (ConvexAdam) and carries its structures over.
 * @param map from {@link fitTemplate}
 * @returns null where the template cannot be laid over the query at all
 */
export function alignTemplate(
  query: AlignmentQuery,
  template: AlignmentTemplate,
  map: AffineMap,
): TemplateAlignment | null {
  const aligned = deformAll(query.scan, template, refineAffine(query.scan, template.descriptors[0], map))
  if (aligned === null) return null
  const { deformation } = aligned.deformed
  const { covered, same } = tissueLikeness(query.tissue, template.tissue, deformation)
  const common = { templateId: template.id, edges: aligned.edges, tissue: same, covered, deformation }
  if (aligned.edges < LEAST_EDGES || same < LEAST_TISSUE)
    return { ...common, isLike: false, known: null, structures: [] }
  return { ...common, isLike: true, ...pullStructures(query, template, aligned) }
}

/** Query to template scales tried for a turned scan, besides which nothing fine is asked of it. */
const TURNED_SCALES = [0.86, 1, 1.16] as const

/**
 * How alike the edges are of a template and of the scan with one axis the other way round: more than those of the
 * scan itself where that is turned or mirrored.
 */
export function turnedEdges(scan: GridVolume, template: AlignmentTemplate, turn: ScanTurn): number {
  const turned = turnScan(scan, turn)
  const place = placeTemplate(
    preparePlacing(tissueCodes(turned), template.tissue.size, TURNED_SCALES),
    template.tissue,
    1,
  ).at(0)
  if (place === undefined) return 0
  const coarse = template.descriptors[0]
  const map = refineAffine(turned, coarse, refineAffine(turned, coarse, place.map))
  return deformAll(turned, template, map, DEFORM_STEPS.slice(0, JUDGED_STEP + 1))?.edges ?? 0
}
