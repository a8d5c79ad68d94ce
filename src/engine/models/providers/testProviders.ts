import type { ProviderTestReport, ProviderTrial } from '../../../shared/modelTypes.js'
import { MedlsamError, throwIfCancelled } from '../../../shared/medlsamError.js'
import type { Provider } from '../../runtime/network.js'
import type { SliceEmbedding } from '../../sam/exports/exportLayout.js'
import type { SliceImage } from '../../sam/slices/sliceImage.js'
import type { Segmenter } from '../../sam/segmenter.js'
import { makeRandom } from '../../numeric/random.js'
import type { ProviderMemory } from './providerMemory.js'

/** Root mean square difference to the CPU, relative to the CPU's own, above which an answer counts as wrong: half precision stays far below. */
const MOST_DIFFERENCE = 0.03
/** So often may a provider end the process before `auto` leaves it alone: once may have been a user who stopped the test in the middle of a load. */
const MOST_CRASHES = 1

/** What a self-test needs. */
export interface ProviderTestSetup {
  readonly id: string
  /** Providers to try beside the CPU. */
  readonly candidates: readonly Provider[]
  /** Opens the segmenter on a provider; its `providerNote` says when it is another one. */
  readonly open: (provider: Provider) => Promise<Segmenter>
  readonly memory: ProviderMemory
  /** Try also what has ended the process again and again: for users who ask for the test. */
  readonly retryCrashed?: boolean
  readonly signal?: AbortSignal
  readonly onTrial?: (done: number, total: number, provider: Provider) => void
  /** Milliseconds; exists for tests. */
  readonly now?: () => number
}

/**
 * Times one encode per provider, after a warm-up, on an image that is always the same, and remembers the fastest whose
 * embedding is the CPU's. A provider that took the process with it more than once is tried only with `retryCrashed`.
 * @throws MedlsamError `model` when not even the CPU can run it, `cancelled`
 */
export async function testProviders({
  id,
  candidates,
  open,
  memory,
  retryCrashed = false,
  signal,
  onTrial,
  now = () => performance.now(),
}: ProviderTestSetup): Promise<ProviderTestReport> {
  const others = candidates.filter((provider) => provider !== 'cpu')
  const image = testImage()
  const crashed = await memory.crashed()
  const trials: ProviderTrial[] = []
  onTrial?.(0, others.length + 1, 'cpu')
  const cpu = await timeEncode(await open('cpu'), image, now)
  trials.push({ provider: 'cpu', encodeMs: cpu.encodeMs, difference: 0, problem: null })
  for (const [done, provider] of others.entries()) {
    throwIfCancelled(signal)
    onTrial?.(done + 1, others.length + 1, provider)
    if (!retryCrashed && crashed.filter((ended) => ended === provider).length > MOST_CRASHES) {
      trials.push({
        provider,
        encodeMs: null,
        difference: null,
        problem: 'It ended the process again and again when it was tried.',
      })
      continue
    }
    await memory.trying(provider)
    try {
      trials.push(await trial(provider, open, image, cpu.embedding, now))
    } finally {
      await memory.trying(null)
    }
  }
  const right = trials.filter(({ problem }) => problem === null)
  const fastest = right.reduce((best, next) =>
    (next.encodeMs ?? Infinity) < (best.encodeMs ?? Infinity) ? next : best,
  )
  const chosen = ['cpu' as const, ...others].find((provider) => provider === fastest.provider) ?? 'cpu'
  await memory.choose(chosen)
  onTrial?.(others.length + 1, others.length + 1, chosen)
  return { id, chosen, trials }
}

async function trial(
  provider: Provider,
  open: ProviderTestSetup['open'],
  image: SliceImage,
  truth: SliceEmbedding,
  now: () => number,
): Promise<ProviderTrial> {
  try {
    const segmenter = await open(provider)
    if (segmenter.provider !== provider) {
      await segmenter.release()
      return {
        provider,
        encodeMs: null,
        difference: null,
        problem: segmenter.providerNote ?? `${provider} could not be had.`,
      }
    }
    const { encodeMs, embedding } = await timeEncode(segmenter, image, now)
    const difference = relativeDifference(truth, embedding)
    const problem =
      difference <= MOST_DIFFERENCE ? null : `Its answer differs from the CPU's by ${(100 * difference).toFixed(1)} %.`
    return { provider, encodeMs, difference, problem }
  } catch (error) {
    if (error instanceof MedlsamError && error.kind === 'model')
      return { provider, encodeMs: null, difference: null, problem: error.message }
    throw error
  }
}

async function timeEncode(
  segmenter: Segmenter,
  image: SliceImage,
  now: () => number,
): Promise<{ readonly encodeMs: number; readonly embedding: SliceEmbedding }> {
  try {
    await segmenter.encodeTile(image)
    const started = now()
    const embedding = await segmenter.encodeTile(image)
    return { encodeMs: now() - started, embedding }
  } finally {
    await segmenter.release()
  }
}

/** Root mean square of the difference over root mean square of the truth; infinite when they cannot be compared. */
function relativeDifference(truth: SliceEmbedding, other: SliceEmbedding): number {
  let [error, size] = [0, 0]
  for (const [name, { data }] of Object.entries(truth.tensors)) {
    if (!(name in other.tensors) || other.tensors[name].data.length !== data.length) return Infinity
    const compared = other.tensors[name].data
    for (let i = 0; i < data.length; i++) {
      const expected = Number(data[i])
      error += (Number(compared[i]) - expected) ** 2
      size += expected ** 2
    }
  }
  return Number.isFinite(error) ? Math.sqrt(error / Math.max(size, Number.MIN_VALUE)) : Infinity
}

/** A made-up slice: two organs in a body, with noise from a seed. */
export function testImage(): SliceImage {
  const [width, height] = [256, 192]
  const random = makeRandom(7)
  const grey = (x: number, y: number): number => {
    if (Math.hypot((x - 128) / 110, (y - 96) / 80) > 1) return 0
    if (Math.hypot(x - 90, y - 90) < 25) return 190
    return Math.hypot((x - 170) / 30, (y - 110) / 20) < 1 ? 150 : 110
  }
  const data = Float32Array.from(
    { length: width * height },
    (_, i) => grey(i % width, Math.floor(i / width)) + 20 * random(),
  )
  return { data, width, height, pixelMm: [1.5, 1.5] }
}
