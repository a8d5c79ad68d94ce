import { makeRandom } from '../../src/engine/numeric/random.js'
import { MedlsamError } from '../../src/shared/medlsamError.js'

/** A good file, and how long its header is. */
export interface GoodFile {
  readonly name: string
  readonly bytes: Buffer
  readonly header: number
}

/** Makes damaged files of good ones: some bytes are changed, removed, repeated or cut, half of the time in the header. */
export function makeMutator(seed: number): (file: GoodFile) => Buffer {
  const next = makeRandom(seed)
  const below = (n: number): number => Math.floor(next() * n)
  return ({ bytes, header }) => {
    let out = Buffer.from(bytes)
    for (let change = 1 + below(2); change > 0 && out.length > 8; change--) {
      const at = below(next() < 0.5 ? Math.min(header, out.length) : out.length)
      const length = 1 + below(16)
      switch (below(9) >> 1) {
        case 0:
          out[at] ^= 1 << below(8)
          break
        case 1:
          out[at] = below(256)
          break
        case 2:
          out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)])
          break
        case 3:
          out = Buffer.concat([out.subarray(0, at), out.subarray(at, at + length), out.subarray(at)])
          break
        default:
          out = out.subarray(0, Math.max(1, at))
      }
    }
    return out
  }
}

/** What a reader makes of a file: its values, or why not. Anything but one sentence, and soon, is a fault. */
export async function outcomeOf(read: () => Promise<unknown>, longestMs: number): Promise<string> {
  const from = process.cpuUsage()
  const checkTime = (): void => {
    // Of the processor alone: other work on the machine is no fault of the file.
    const { user, system } = process.cpuUsage(from)
    if ((user + system) / 1000 > longestMs) throw new Error('it took too long')
  }
  try {
    const values = JSON.stringify(await read())
    checkTime()
    return values
  } catch (error) {
    // eslint-disable-next-line no-control-regex -- they must not be there
    if (!(error instanceof MedlsamError) || error.kind !== 'input' || /[\u0000-\u001f]/.test(error.message)) throw error
    checkTime()
    return 'refused'
  }
}
