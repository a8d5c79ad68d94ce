import { InvalidArgumentError } from 'commander'
import type { Shard } from '../shared/datasetRun.js'
import { RESULT_EXPORTS, type ResultExport } from '../shared/exportFormats.js'

/** A whole number of at least `min`. */
export function wholeNumber(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < min)
      throw new InvalidArgumentError(`Give a whole number of at least ${min}.`)
    return value
  }
}

/** Any number. */
export function number(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || text.trim() === '') throw new InvalidArgumentError('Give a number.')
  return value
}

/** A number between 0 and 1. */
export function fraction(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 1) || text.trim() === '')
    throw new InvalidArgumentError('Give a number between 0 and 1.')
  return value
}

/** Names with commas between. */
export function names(text: string): readonly string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** Three lengths in mm with commas between. */
export function threeMm(text: string): readonly [number, number, number] {
  const values = text.split(',').map(Number)
  const [x, y, z] = values
  if (values.length !== 3 || !values.every((value) => Number.isFinite(value) && Math.abs(value) <= 200)) {
    throw new InvalidArgumentError('Give three lengths in mm, such as 2,2,0.')
  }
  return [x, y, z]
}

/** A CT window as level and width in HU. */
export function windowHu(text: string): { readonly level: number; readonly width: number } {
  const [level, width, ...rest] = text.split(',').map(Number)
  if (rest.length > 0 || !Number.isFinite(level) || !(width > 0)) {
    throw new InvalidArgumentError('Give level and width in HU, such as 40,400.')
  }
  return { level, width }
}

/** Bytes, with an optional K, M or G. */
export function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(text)
  if (match === null) throw new InvalidArgumentError('Give bytes, such as 4G.')
  const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2].toUpperCase()] ?? 1
  return Number(match[1]) * unit
}

/** One of some words. */
export function oneOf<T extends string>(known: readonly T[]): (text: string) => T {
  return (text) => {
    const word = known.find((candidate) => candidate === text)
    if (word === undefined) throw new InvalidArgumentError(`Use one of ${known.join(', ')}.`)
    return word
  }
}

/** `nifti,seg,nrrd`: what is written beside the NIfTI, each once. */
export function writeFormats(text: string): readonly ResultExport[] {
  const known = new Map<string, ResultExport>([
    ...RESULT_EXPORTS.map((each) => [each, each] as const),
    ['nrrd', 'seg.nrrd'],
  ])
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.find((word) => word !== 'nifti' && !known.has(word))
  if (unknown !== undefined) throw new InvalidArgumentError('Give nifti, seg, rtstruct or nrrd, with commas between.')
  return [...new Set(words.flatMap((word) => known.get(word) ?? []))]
}

/** `2/8`: which part of how many, the first being 1. */
export function shard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (match === null || index < 1 || index > count)
    throw new InvalidArgumentError('Give a part and how many there are, such as 2/4.')
  return { index, count }
}
