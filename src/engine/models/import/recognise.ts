import { MedlsamError } from '../../../shared/medlsamError.js'
import { areHuggingFaceNames, originalName } from './huggingFaceNames.js'
import type { Checkpoint } from './openCheckpoint.js'
import type { StoredTensor } from './checkpoint.js'
import type { Skeleton, SkeletonWeight } from './skeleton.js'

/** A checkpoint's tensors under the names that a skeleton asks for. */
export interface Recognised {
  readonly skeleton: Skeleton
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/** What wrappers put before every name: DataParallel, torch.compile, a model inside another. */
const PREFIXES: readonly string[] = ['module.', '_orig_mod.', 'model.', 'net.', 'sam.']

/** A share of known names above which a checkpoint is one of that architecture, if a bad one. */
const ALIKE = 0.2

/**
 * Finds the architecture whose tensors these are, by names and shapes.
 * @throws MedlsamError `model` that says what is missing, too much or of another shape
 */
export function recognise({ file, groups }: Checkpoint, skeletons: readonly Skeleton[]): Recognised {
  const candidates = groups.flatMap((group) => {
    const tensors = withOriginalNames(withoutPrefix(group))
    return skeletons.map((skeleton) => ({
      skeleton,
      tensors,
      known: skeleton.map.weights.filter(({ tensor }) => tensors.has(tensor)).length,
    }))
  })
  const fitting = candidates.find(({ skeleton, tensors }) => whatIsWrong(skeleton, tensors) === null)
  if (fitting !== undefined) return fitting

  const [closest] = candidates.sort(
    (a, b) => b.known / b.skeleton.map.weights.length - a.known / a.skeleton.map.weights.length,
  )
  const wanted = skeletons.map(({ map }) => map.architecture).join(', ')
  const { skeleton, tensors, known } = closest
  if (known < ALIKE * skeleton.map.weights.length) {
    const seen = [...tensors.keys()].slice(0, 3).join(', ')
    throw new MedlsamError(
      'model',
      `${file.path} holds another model than those that can be imported (${wanted}): its tensors are ${printable(seen)} and so on.`,
      file.path,
    )
  }
  throw new MedlsamError(
    'model',
    `${file.path} looks like ${skeleton.map.architecture} but ${whatIsWrong(skeleton, tensors) ?? 'differs'}: import an unchanged checkpoint of ${wanted}.`,
    file.path,
  )
}

function withoutPrefix(group: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  let tensors = group
  for (;;) {
    const names = [...tensors.keys()]
    const prefix = PREFIXES.find((start) => names.every((name) => name.startsWith(start)))
    if (prefix === undefined) return tensors
    tensors = new Map([...tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor]))
  }
}

function withOriginalNames(tensors: ReadonlyMap<string, StoredTensor>): ReadonlyMap<string, StoredTensor> {
  if (!areHuggingFaceNames([...tensors.keys()])) return tensors
  return new Map([...tensors].map(([name, tensor]) => [originalName(name), tensor]))
}

function whatIsWrong({ map }: Skeleton, tensors: ReadonlyMap<string, StoredTensor>): string | null {
  const missing = map.weights.filter(({ tensor }) => !tensors.has(tensor))
  if (missing.length > 0) return `lacks ${few(missing.map(({ tensor }) => tensor))}`
  const shaped = ({ tensor, shape }: SkeletonWeight): boolean => sameShape(tensors.get(tensor)?.shape, shape)
  const reshaped = map.weights.find((weight) => !shaped(weight))
  if (reshaped !== undefined) {
    return `its ${reshaped.tensor} is ${tensors.get(reshaped.tensor)?.shape.join('x') ?? 'missing'} instead of ${reshaped.shape.join('x')}`
  }
  const known = new Set([...map.weights.map(({ tensor }) => tensor), ...map.unused])
  const extra = [...tensors.keys()].filter((name) => !known.has(name))
  return extra.length > 0 ? `has ${few(extra)} too` : null
}

function sameShape(a: readonly number[] | undefined, b: readonly number[]): boolean {
  return a?.length === b.length && b.every((n, axis) => n === a[axis])
}

function few(names: readonly string[]): string {
  const shown = printable(names.slice(0, 2).join(', '))
  return names.length > 2 ? `${shown} and ${names.length - 2} more` : shown
}

/** Text from an untrusted file, without control characters. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 200)
}
