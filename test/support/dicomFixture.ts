import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What one synthetic slice is; what is left out is that of a plain CT. */
export interface SliceFacts {
  readonly seriesUid?: string
  readonly instance?: number
  readonly sopClassUid?: string
  readonly modality?: string
  readonly imageType?: string
  readonly description?: string
  readonly seriesNumber?: number
  readonly acquisition?: number
  readonly columns?: number
  readonly rows?: number
  /** Between rows, between columns. */
  readonly pixelSpacing?: readonly [number, number]
  readonly position?: readonly [number, number, number] | null
  readonly orientation?: readonly number[]
  readonly slope?: number
  readonly intercept?: number
  readonly isSigned?: boolean
  readonly paddingValue?: number
  readonly bits?: 8 | 16
  /** How many of them hold the value; all when absent. */
  readonly bitsStored?: number
  readonly samples?: number
  readonly frames?: number
  readonly transferSyntaxUid?: string
  readonly patient?: string
  /** Stored values, rows one after the other; null for a file without pixels. */
  readonly stored?: readonly number[] | null
}

export const CT_CLASS = '1.2.840.10008.5.1.4.1.1.2'
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1'
export const RLE_LOSSLESS = '1.2.840.10008.1.2.5'
export const SERIES_UID = '1.2.826.0.1.3680043.8.498.1001'
/** What must never leave a file. */
export const PATIENT = { name: 'Secret^Patricia', id: 'PID-4711', date: '19991231' } as const

/** Columns, rows, and a step in z of the slices that {@link sliceAt} makes. */
export const GRID = { columns: 6, rows: 5, stepMm: 2.5 } as const

/** The stored value at a place of such slices: all are different, half of them air. */
export function storedAt(x: number, y: number, z: number): number {
  return x < 3 ? 24 : 1024 + x + 10 * y + 100 * z
}

/** A plain slice by its number, of a CT with 1024 taken off. */
export function sliceAt(z: number, facts: SliceFacts = {}): SliceFacts {
  const { columns, rows, stepMm } = GRID
  return {
    instance: z + 1,
    position: [-100, -90, 30 + stepMm * z],
    stored: Array.from({ length: columns * rows }, (_, i) => storedAt(i % columns, Math.floor(i / columns), z)),
    ...facts,
  }
}

/** Writes slices as files of a folder, which is made. @returns their paths */
export function writeSlices(
  folder: string,
  slices: readonly SliceFacts[],
  nameOf: (index: number) => string = (index) => `IM${index}`,
): string[] {
  mkdirSync(folder, { recursive: true })
  return slices.map((slice, index) => {
    const file = path.join(folder, nameOf(index))
    writeFileSync(file, dicomFile(slice))
    return file
  })
}

/** A DICOM file: explicit little endian, its pixels packed where the transfer syntax is RLE. */
export function dicomFile(facts: SliceFacts): Buffer {
  const sopClass = facts.sopClassUid ?? CT_CLASS
  const instanceUid = `${facts.seriesUid ?? SERIES_UID}.${facts.instance ?? 1}`
  const meta = Buffer.concat([
    element(0x0002, 0x0001, 'OB', Buffer.from([0, 1])),
    element(0x0002, 0x0002, 'UI', sopClass),
    element(0x0002, 0x0003, 'UI', instanceUid),
    element(0x0002, 0x0010, 'UI', facts.transferSyntaxUid ?? EXPLICIT_LITTLE_ENDIAN),
    element(0x0002, 0x0012, 'UI', '1.2.826.0.1.3680043.8.498.1'),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(meta.length)
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(0x0002, 0x0000, 'UL', length),
    meta,
    ...identity(facts, sopClass, instanceUid),
    ...placement(facts),
    ...picture(facts),
  ])
}

function identity(facts: SliceFacts, sopClass: string, instanceUid: string): Buffer[] {
  return [
    element(0x0008, 0x0008, 'CS', facts.imageType ?? 'ORIGINAL\\PRIMARY\\AXIAL'),
    element(0x0008, 0x0016, 'UI', sopClass),
    element(0x0008, 0x0018, 'UI', instanceUid),
    element(0x0008, 0x0020, 'DA', PATIENT.date),
    element(0x0008, 0x0060, 'CS', facts.modality ?? 'CT'),
    element(0x0008, 0x103e, 'LO', facts.description ?? 'Thorax'),
    element(0x0010, 0x0010, 'PN', facts.patient ?? PATIENT.name),
    element(0x0010, 0x0020, 'LO', PATIENT.id),
    element(0x0020, 0x000d, 'UI', '1.2.826.0.1.3680043.8.498.77'),
    element(0x0020, 0x000e, 'UI', facts.seriesUid ?? SERIES_UID),
    element(0x0020, 0x0011, 'IS', String(facts.seriesNumber ?? 2)),
    element(0x0020, 0x0012, 'IS', String(facts.acquisition ?? 1)),
    element(0x0020, 0x0013, 'IS', String(facts.instance ?? 1)),
  ]
}

function placement({ position = [0, 0, 0], orientation = [1, 0, 0, 0, 1, 0] }: SliceFacts): Buffer[] {
  if (position === null) return []
  return [
    element(0x0020, 0x0032, 'DS', position.join('\\')),
    element(0x0020, 0x0037, 'DS', orientation.join('\\')),
    element(0x0020, 0x0052, 'UI', '1.2.826.0.1.3680043.8.498.78'),
  ]
}

function picture(facts: SliceFacts): Buffer[] {
  const {
    columns = GRID.columns,
    rows = GRID.rows,
    bits = 16,
    bitsStored = bits,
    samples = 1,
    isSigned = false,
    frames = 1,
  } = facts
  const stored = facts.stored ?? Array.from({ length: columns * rows * samples }, () => 0)
  const numbers = stored.map((value) => value & (bits === 8 ? 0xff : 0xffff))
  const bytes = bits === 8 ? Buffer.from(numbers) : Buffer.from(Uint16Array.from(numbers).buffer)
  return [
    element(0x0028, 0x0002, 'US', short(samples)),
    element(0x0028, 0x0004, 'CS', samples === 1 ? 'MONOCHROME2' : 'RGB'),
    ...(frames === 1 ? [] : [element(0x0028, 0x0008, 'IS', String(frames))]),
    element(0x0028, 0x0010, 'US', short(rows)),
    element(0x0028, 0x0011, 'US', short(columns)),
    element(0x0028, 0x0030, 'DS', (facts.pixelSpacing ?? [0.75, 0.5]).join('\\')),
    element(0x0028, 0x0100, 'US', short(bits)),
    element(0x0028, 0x0101, 'US', short(bitsStored)),
    element(0x0028, 0x0102, 'US', short(bitsStored - 1)),
    element(0x0028, 0x0103, 'US', short(isSigned ? 1 : 0)),
    ...(facts.paddingValue === undefined
      ? []
      : [element(0x0028, 0x0120, isSigned ? 'SS' : 'US', short(facts.paddingValue & 0xffff))]),
    element(0x0028, 0x1052, 'DS', String(facts.intercept ?? -1024)),
    element(0x0028, 0x1053, 'DS', String(facts.slope ?? 1)),
    ...(facts.stored === null
      ? []
      : [facts.transferSyntaxUid === RLE_LOSSLESS ? packed(numbers) : element(0x7fe0, 0x0010, 'OW', bytes)]),
  ]
}

/** Pixels in one RLE fragment (DICOM PS3.5, annex G): high bytes, then low bytes, all as literal runs. */
function packed(numbers: readonly number[]): Buffer {
  const runs = (bytes: readonly number[]): Buffer => {
    const parts: Buffer[] = []
    for (let from = 0; from < bytes.length; from += 128) {
      const run = bytes.slice(from, from + 128)
      parts.push(Buffer.from([run.length - 1, ...run]))
    }
    const all = Buffer.concat(parts)
    return all.length % 2 === 0 ? all : Buffer.concat([all, Buffer.from([128])])
  }
  const high = runs(numbers.map((value) => value >> 8))
  const low = runs(numbers.map((value) => value & 0xff))
  const header = Buffer.alloc(64)
  header.writeUInt32LE(2, 0)
  header.writeUInt32LE(64, 4)
  header.writeUInt32LE(64 + high.length, 8)
  const fragment = Buffer.concat([header, high, low])
  const start = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff])
  return Buffer.concat([
    start,
    item(Buffer.alloc(0)),
    item(fragment),
    Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
  ])
}

function item(bytes: Buffer): Buffer {
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0])
  head.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([head, bytes])
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

/** One data element in explicit little endian, filled up to an even length. */
function element(group: number, number: number, vr: string, value: string | Buffer): Buffer {
  const written = typeof value === 'string' ? Buffer.from(value, 'latin1') : value
  const filler = Buffer.from([vr === 'UI' || typeof value !== 'string' ? 0 : 0x20])
  const bytes = written.length % 2 === 0 ? written : Buffer.concat([written, filler])
  const isLong = vr === 'OB' || vr === 'OW'
  const head = Buffer.alloc(isLong ? 12 : 8)
  head.writeUInt16LE(group, 0)
  head.writeUInt16LE(number, 2)
  head.write(vr, 4, 'latin1')
  if (isLong) head.writeUInt32LE(bytes.length, 8)
  else head.writeUInt16LE(bytes.length, 6)
  return Buffer.concat([head, bytes])
}
