import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { z } from 'zod'
import { boxMmSchema, extremePointsSchema, pointMmSchema } from '../../shared/geometry/points.js'
import type { AlignmentTemplate } from './alignmentTemplate.js'
import { cellCount, type ChannelGrid, type Grid } from './grid.js'

// On disk: cells deflated. Tissue shares and descriptors keep their upper four bits, which halves them once more and
// changes nothing that was measured (docs/alignment.md).

const cellsSchema = z.instanceof(Uint8Array)
const gridSchema = z.object({
  size: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  originMm: pointMmSchema,
  spacingMm: z.number().positive(),
})
const channelGridSchema = gridSchema.extend({ channels: z.int().positive(), cells: cellsSchema })

/** Schema of an alignment template as a bank file holds it. */
export const packedTemplateSchema = z.object({
  boxMm: boxMmSchema,
  tissue: channelGridSchema,
  descriptors: z.array(channelGridSchema).min(1),
  masks: z.array(
    gridSchema.extend({
      name: z.string(),
      cut: z.boolean(),
      points: extremePointsSchema.nullable(),
      cells: cellsSchema,
    }),
  ),
})

/** An alignment template as a bank file holds it. */
export type PackedTemplate = z.infer<typeof packedTemplateSchema>

/** Makes of cells what stands for them. */
export type PackCells = (cells: Uint8Array) => Uint8Array<ArrayBuffer>

/**
 * Packs what alignment needs of a template; the same template gives the same bytes.
 * @param pack deflates when left out, as {@link unpackTemplate} needs it
 */
export function packTemplate(
  { boxMm, tissue, descriptors, masks }: AlignmentTemplate,
  pack: PackCells = deflateRawSync,
): PackedTemplate {
  return {
    boxMm,
    tissue: packChannels(tissue, pack),
    descriptors: descriptors.map((grid) => packChannels(grid, pack)),
    masks: masks.map(({ data, ...mask }) => ({ ...mask, size: [...mask.size], cells: pack(data) })),
  }
}

/**
 * Unpacks an alignment template. Its descriptors lie in memory that threads share.
 * @returns null when the cells are damaged
 */
export function unpackTemplate(id: string, packed: PackedTemplate): AlignmentTemplate | null {
  try {
    return {
      id,
      boxMm: packed.boxMm,
      tissue: unpackChannels(packed.tissue),
      descriptors: packed.descriptors.map(unpackChannels),
      masks: packed.masks.map(({ cells, ...mask }) => ({ ...mask, data: inflate(cells, cellCount(mask)) })),
    }
  } catch {
    return null
  }
}

function packChannels(
  { data, size, originMm, spacingMm, channels }: ChannelGrid,
  pack: PackCells,
): PackedTemplate['tissue'] {
  const upper = new Uint8Array(data.length)
  for (let i = 0; i < upper.length; i++) upper[i] = data[i] >> 4
  return { size: [...size], originMm, spacingMm, channels, cells: pack(upper) }
}

function unpackChannels({ cells, channels, ...grid }: PackedTemplate['tissue']): ChannelGrid {
  const count = channels * cellCount(grid)
  const data = new Uint8Array(new SharedArrayBuffer(count))
  const packed = inflate(cells, count)
  // The middle of what a value may have been.
  for (let i = 0; i < count; i++) data[i] = (packed[i] << 4) | 8
  return { ...gridOf(grid), channels, data }
}

function gridOf({ size, originMm, spacingMm }: Grid): Grid {
  return { size, originMm, spacingMm }
}

/** @throws Error when the bytes are not so many cells */
function inflate(bytes: Uint8Array, count: number): Uint8Array {
  const cells = inflateRawSync(bytes, { maxOutputLength: Math.max(1, count) })
  if (cells.length !== count) throw new Error(`${cells.length} cells instead of ${count}`)
  return new Uint8Array(cells)
}
