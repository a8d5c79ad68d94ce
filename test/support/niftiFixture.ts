import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll } from 'vitest'
import { MedlsamError } from '../../src/shared/medlsamError.js'

/** NIfTI datatype codes and how to write one value; written here again so that tests do not trust the product. */
export const TYPES = {
  uint8: {
    code: 2,
    bytes: 1,
    put: (v: DataView, at: number, n: number) => {
      v.setUint8(at, n)
    },
  },
  int8: {
    code: 256,
    bytes: 1,
    put: (v: DataView, at: number, n: number) => {
      v.setInt8(at, n)
    },
  },
  int16: {
    code: 4,
    bytes: 2,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setInt16(at, n, le)
    },
  },
  uint16: {
    code: 512,
    bytes: 2,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setUint16(at, n, le)
    },
  },
  int32: {
    code: 8,
    bytes: 4,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setInt32(at, n, le)
    },
  },
  uint32: {
    code: 768,
    bytes: 4,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setUint32(at, n, le)
    },
  },
  int64: {
    code: 1024,
    bytes: 8,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setBigInt64(at, BigInt(n), le)
    },
  },
  uint64: {
    code: 1280,
    bytes: 8,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setBigUint64(at, BigInt(n), le)
    },
  },
  float32: {
    code: 16,
    bytes: 4,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setFloat32(at, n, le)
    },
  },
  float64: {
    code: 64,
    bytes: 8,
    put: (v: DataView, at: number, n: number, le: boolean) => {
      v.setFloat64(at, n, le)
    },
  },
} as const

export type TypeName = keyof typeof TYPES

export interface NiftiSpec {
  readonly version?: 1 | 2
  readonly littleEndian?: boolean
  readonly dims?: readonly number[]
  readonly type?: TypeName
  readonly code?: number
  readonly pixdim?: readonly number[]
  readonly qfac?: number
  readonly units?: number
  readonly slope?: number
  readonly inter?: number
  readonly sformCode?: number
  readonly sform?: readonly number[]
  readonly qformCode?: number
  readonly quaternion?: readonly number[]
  readonly qoffset?: readonly number[]
  readonly offset?: number
  readonly magic?: string
  readonly values?: readonly number[]
}

/** Values that pass for CT: air and tissue, all different. */
export function ctValues(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i % 2 === 0 ? -1000 + i : 40 + i))
}

/** The bytes of a header (with extension flag) made by hand. */
export function niftiHeader(spec: NiftiSpec): Uint8Array {
  const { version = 1, littleEndian: le = true, dims = [4, 3, 2], type = 'int16', units = 2 } = spec
  const two = version === 2
  const bytes = new Uint8Array(two ? 544 : 352)
  const view = new DataView(bytes.buffer)
  const real = (at1: number, at2: number, step: number, value: number): void => {
    if (two) view.setFloat64(at2 + 8 * step, value, le)
    else view.setFloat32(at1 + 4 * step, value, le)
  }
  view.setInt32(0, two ? 540 : 348, le)
  const allDims = [dims.length, ...dims, 1, 1, 1, 1, 1, 1, 1].slice(0, 8)
  allDims.forEach((n, i) => {
    if (two) view.setBigInt64(16 + 8 * i, BigInt(n), le)
    else view.setInt16(40 + 2 * i, n, le)
  })
  view.setInt16(two ? 12 : 70, spec.code ?? TYPES[type].code, le)
  view.setInt16(two ? 14 : 72, TYPES[type].bytes * 8, le)
  ;[spec.qfac ?? 1, ...(spec.pixdim ?? [1, 2, 3]), 1, 1, 1, 1].forEach((n, i) => {
    real(76, 104, i, n)
  })
  if (two) view.setBigInt64(168, BigInt(spec.offset ?? 544), le)
  else view.setFloat32(108, spec.offset ?? 352, le)
  real(112, 176, 0, spec.slope ?? 1)
  real(116, 184, 0, spec.inter ?? 0)
  if (two) view.setInt32(500, units, le)
  else view.setUint8(123, units)
  bytes.set(Buffer.from('made for a test'), two ? 240 : 148)
  const code = (at1: number, at2: number, value: number): void => {
    if (two) view.setInt32(at2, value, le)
    else view.setInt16(at1, value, le)
  }
  code(252, 344, spec.qformCode ?? 0)
  code(254, 348, spec.sformCode ?? 1)
  ;(spec.quaternion ?? [0, 0, 0]).forEach((n, i) => {
    real(256, 352, i, n)
  })
  ;(spec.qoffset ?? [0, 0, 0]).forEach((n, i) => {
    real(268, 376, i, n)
  })
  ;(spec.sform ?? [1, 0, 0, -10, 0, 2, 0, -20, 0, 0, 3, -30]).forEach((n, i) => {
    real(280, 400, i, n)
  })
  bytes.set(Buffer.from(spec.magic ?? (two ? 'n+2\0\r\n\x1a\n' : 'n+1\0'), 'latin1'), two ? 4 : 344)
  return bytes
}

/** Voxels as bytes. */
export function voxelBytes({ littleEndian = true, dims = [4, 3, 2], type = 'int16', values }: NiftiSpec): Uint8Array {
  const count = dims.reduce((p, n) => p * n, 1)
  const numbers = values ?? ctValues(count)
  const bytes = new Uint8Array(numbers.length * TYPES[type].bytes)
  const view = new DataView(bytes.buffer)
  numbers.forEach((n, i) => {
    TYPES[type].put(view, i * TYPES[type].bytes, n, littleEndian)
  })
  return bytes
}

/** A whole single-file NIfTI. */
export function nifti(spec: NiftiSpec = {}): Buffer {
  return Buffer.concat([niftiHeader(spec), voxelBytes(spec)])
}

/** A folder that goes away with the test file. */
export function temporaryFolder(): {
  readonly folder: string
  readonly put: (name: string, bytes: Uint8Array | string) => string
} {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-volume-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    put: (name, bytes) => {
      const file = path.join(folder, name)
      writeFileSync(
        file,
        /\.gz$/.test(name) && typeof bytes !== 'string' && bytes[0] !== 0x1f ? gzipSync(bytes) : bytes,
      )
      return file
    },
  }
}

/** The error a promise is rejected with; fails when it is none of ours. */
export async function errorOf(promise: Promise<unknown>): Promise<MedlsamError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof MedlsamError) return error
  throw error
}
