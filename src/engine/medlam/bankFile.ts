import { readFile } from 'node:fs/promises'
import { decode, encode } from '@msgpack/msgpack'
import { z } from 'zod'
import { mapSides, pointMmSchema } from '../../shared/geometry/points.js'
import { structureSchema } from '../../shared/structure.js'
import { MedlsamError } from '../../shared/medlsamError.js'
import { writeBytesAtomic } from '../../shared/node/wholeFiles.js'
import { packPrior, unpackPrior } from '../../shared/node/packedPrior.js'
import type { BankPoint, BankPoints, BankStructure, TemplateBank } from './templateBank.js'
import type { AlignmentTemplate } from '../alignment/alignmentTemplate.js'
import {
  packedTemplateSchema,
  packTemplate,
  unpackTemplate,
  type PackCells,
  type PackedTemplate,
} from '../alignment/packTemplate.js'
import { fromHalf, toHalf } from '../runtime/halfFloat.js'
import { latentOf } from './salFrame.js'

// On disk: MessagePack; descriptors as little-endian float16, latents as float64.

const bytesSchema = z.instanceof(Uint8Array)
const pointSchema = z.object({ pointMm: pointMmSchema, latent: pointMmSchema, descriptors: z.array(bytesSchema) })
const pointsSchema = z.object(mapSides(() => pointSchema))
const perSideSchema = z.array(z.number()).length(6)
const calibrationSchema = z.object({
  shiftMm: perSideSchema.default([0, 0, 0, 0, 0, 0]),
  errorMm: perSideSchema,
  similarity: perSideSchema,
})

const reliabilitySchema = z.object({
  confidence: z.number(),
  withinShare: z.number().min(0).max(1),
  boxes: z.int().positive(),
})

const bankSchema = z.object({
  format: z.literal('medlsam-template-bank'),
  // The first had nothing for alignment.
  formatVersion: z.union([z.literal(1), z.literal(2)]),
  name: z.string(),
  modelId: z.string(),
  modelHash: z.string(),
  credit: z.string(),
  structures: z.array(structureSchema),
  calibrations: z.record(z.string(), calibrationSchema),
  reliability: z.array(reliabilitySchema).optional(),
  templates: z.array(
    z.object({
      id: z.string(),
      sha256: z.string(),
      structures: z.record(
        z.string(),
        z.object({
          points: pointsSchema,
          parts: z.array(pointsSchema),
          onePiece: z.boolean(),
          appearance: z.string().nullable(),
        }),
      ),
      alignment: packedTemplateSchema.nullable().default(null),
    }),
  ),
})

type StoredPoints = z.infer<typeof pointsSchema>

/**
 * The bytes of a bank file; the same bank gives the same bytes.
 * @param packCells what makes the cells of alignment small; as in a file when left out
 */
export function serialiseBank(bank: TemplateBank, packCells?: PackCells): Uint8Array {
  const stored: z.infer<typeof bankSchema> = {
    format: 'medlsam-template-bank',
    formatVersion: 2,
    name: bank.name,
    modelId: bank.modelId,
    modelHash: bank.modelHash,
    credit: bank.credit,
    structures: [...bank.structures],
    calibrations: Object.fromEntries(
      [...bank.calibrations].map(([name, { shiftMm, errorMm, similarity }]) => [
        name,
        { shiftMm: [...shiftMm], errorMm: [...errorMm], similarity: [...similarity] },
      ]),
    ),
    ...(bank.reliability.length > 0 ? { reliability: [...bank.reliability] } : {}),
    templates: bank.templates.map(({ id, sha256, structures, alignment }) => ({
      id,
      sha256,
      structures: Object.fromEntries(
        [...structures].map(([name, { points, parts, onePiece, prior }]) => [
          name,
          {
            points: storePoints(points),
            parts: parts.map(storePoints),
            onePiece,
            appearance: prior === null ? null : packPrior(prior),
          },
        ]),
      ),
      alignment: alignment === null ? null : packTemplate(alignment, packCells),
    })),
  }
  return encode(stored)
}

/** Writes a bank file through a temporary file in the same folder. */
export async function writeBank(path: string, bank: TemplateBank): Promise<void> {
  await writeBytesAtomic(path, serialiseBank(bank))
}

/**
 * Reads a bank file.
 * @throws MedlsamError `template` when the file is missing or no bank
 */
export async function readBank(path: string): Promise<TemplateBank> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new MedlsamError('template', `The template bank ${path} cannot be read: check the path.`, path, {
      cause: error,
    })
  }
  return parseBank(bytes, path)
}

/** Parses the bytes of a bank file; `path` is for messages. */
function parseBank(bytes: Uint8Array, path: string): TemplateBank {
  let decoded: unknown
  try {
    decoded = decode(bytes)
  } catch (error) {
    throw new MedlsamError('template', `${path} is not a template bank: build one from a template set.`, path, {
      cause: error,
      remedy: { option: 'buildBank' },
    })
  }
  const parsed = bankSchema.safeParse(decoded)
  if (!parsed.success) {
    throw new MedlsamError(
      'template',
      `The template bank ${path} is damaged: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      path,
    )
  }
  const { name, modelId, modelHash, credit, structures, calibrations, reliability, templates } = parsed.data
  return {
    name,
    modelId,
    modelHash,
    credit,
    structures,
    calibrations: new Map(Object.entries(calibrations)),
    reliability: reliability ?? [],
    templates: templates.map((template) => ({
      id: template.id,
      sha256: template.sha256,
      structures: new Map(
        Object.entries(template.structures).map(([structure, stored]): [string, BankStructure] => [
          structure,
          {
            points: loadPoints(stored.points),
            parts: stored.parts.map(loadPoints),
            onePiece: stored.onePiece,
            prior: stored.appearance === null ? null : unpackPrior(stored.appearance),
          },
        ]),
      ),
      alignment: template.alignment === null ? null : unpackOrRefuse(template.id, template.alignment, path),
    })),
  }
}

function unpackOrRefuse(id: string, packed: PackedTemplate, path: string): AlignmentTemplate {
  const template = unpackTemplate(id, packed)
  if (template !== null) return template
  throw new MedlsamError(
    'template',
    `The template bank ${path} is damaged: the template ${id} cannot be unpacked.`,
    path,
  )
}

/** Whether bytes are those of a bank file, of this or another version. */
export function isBank(bytes: Uint8Array): boolean {
  try {
    return bankSchema.pick({ format: true }).safeParse(decode(bytes)).success
  } catch {
    return false
  }
}

/** Rounds a bank to what a file would keep, so that a fresh bank and a cached one give the same result. */
export function roundBank(bank: TemplateBank): TemplateBank {
  return parseBank(serialiseBank(bank), bank.name)
}

function storePoints(points: BankPoints): StoredPoints {
  return mapSides((side) => {
    const { pointMm, latent, descriptors } = points[side]
    return { pointMm, latent, descriptors: descriptors.map(toFloat16) }
  })
}

function loadPoints(stored: StoredPoints): BankPoints {
  return mapSides((side): BankPoint => {
    const { pointMm, latent, descriptors } = stored[side]
    return { pointMm, latent: latentOf(...latent), descriptors: descriptors.map(fromFloat16) }
  })
}

function toFloat16(values: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(toHalf(values).buffer)
}

function fromFloat16(bytes: Uint8Array): Float32Array {
  // A copy lies at an even place.
  return fromHalf(new Uint16Array(new Uint8Array(bytes).buffer))
}
