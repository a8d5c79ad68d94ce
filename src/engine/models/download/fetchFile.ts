import { open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { defined } from '../../../shared/defined.js'
import { MedlsamError, throwIfCancelled } from '../../../shared/medlsamError.js'
import { outputError } from '../../../shared/node/wholeFiles.js'
import { sha256File } from '../../../shared/node/hash.js'
import type { NetworkAccess } from './httpClient.js'
import { readAhead } from './readAhead.js'

/** What to fetch, and what it must be. */
export interface RemoteFile {
  readonly url: string
  /** Null where it is not published. */
  readonly sizeBytes: number | null
  /** Null where it is not published. */
  readonly sha256: string | null
}

/** What accompanies a fetch. */
export interface FetchHooks {
  readonly network: NetworkAccess
  readonly signal?: AbortSignal
  /** Bytes on disk so far, and in all when that is known. */
  readonly onBytes?: (done: number, total: number | null) => void
  /** Pauses between tries that brought nothing, ms; their number is the number of tries that are made again. */
  readonly retryPausesMs?: readonly number[]
}

const RETRY_PAUSES_MS = [500, 2000, 5000] as const
const USER_AGENT = 'medlsam'

/** A try that failed but may succeed when made again. */
class Interrupted extends Error {}

/**
 * Fetches a file to `partPath`, which becomes what the server has or nothing: continues what an earlier try left there
 * (Range with If-Range), tries again after cuts and stalls, and checks size and SHA-256. The caller renames it.
 * @returns the SHA-256 of what came
 * @throws MedlsamError `model` when the server does not have it or it is not what was published, `output` when it
 *   cannot be written, `cancelled`
 */
export async function fetchFile(remote: RemoteFile, partPath: string, hooks: FetchHooks): Promise<string> {
  const pauses = hooks.retryPausesMs ?? RETRY_PAUSES_MS
  for (let failures = 0; ;) {
    throwIfCancelled(hooks.signal)
    const before = await sizeOf(partPath)
    try {
      await fetchRest(remote, partPath, hooks)
      break
    } catch (error) {
      if (hooks.signal?.aborted === true) throwIfCancelled(hooks.signal)
      if (!(error instanceof Interrupted)) throw error
      // A try that brought something counts as none: slow and shaky lines get there in the end.
      failures = (await sizeOf(partPath)) > before ? 0 : failures + 1
      if (failures > pauses.length) {
        throw new MedlsamError(
          'model',
          `${remote.url} cannot be downloaded (${error.message}): check the connection and the proxy settings and try again, what has come is kept.`,
          undefined,
          { cause: error },
        )
      }
      await sleep(pauses[Math.max(0, failures - 1)] ?? 0, undefined, { signal: hooks.signal }).catch(() => undefined)
    }
  }
  const sha256 = await sha256File(partPath)
  if (remote.sha256 !== null && sha256 !== remote.sha256) {
    await discard(partPath)
    throw new MedlsamError(
      'model',
      `${remote.url} has SHA-256 ${sha256} instead of the published ${remote.sha256}: it was thrown away; try again, and if that does not help report it.`,
    )
  }
  await rm(validatorPath(partPath), { force: true })
  return sha256
}

/** Asks once for what is missing and appends it. */
async function fetchRest(
  remote: RemoteFile,
  partPath: string,
  { network, signal, onBytes }: FetchHooks,
): Promise<void> {
  let have = await sizeOf(partPath)
  const validator = await readValidator(partPath, remote.url)
  // Without a hash to check the whole and a validator to check the rest, two halves of different files could meet.
  const mayResume =
    have > 0 &&
    (remote.sha256 !== null || validator !== null) &&
    (remote.sizeBytes === null || have <= remote.sizeBytes)
  if (!mayResume && have > 0) {
    await discard(partPath)
    have = 0
  }
  if (remote.sizeBytes !== null && have === remote.sizeBytes) return

  const resumes = have > 0
  const asked = defined({
    'user-agent': USER_AGENT,
    // A compressed answer would have another length than the file.
    'accept-encoding': 'identity',
    range: resumes ? `bytes=${have}-` : undefined,
    'if-range': resumes ? (validator ?? undefined) : undefined,
  })
  const response = await network.request(remote.url, asked, signal).catch((error: unknown) => {
    throw new Interrupted(reasonOf(error))
  })
  const { statusCode, headers, body } = response
  const drop = async (): Promise<void> => {
    await body.dump().catch(() => undefined)
  }
  if (statusCode === 416) {
    await drop()
    const whole = /^bytes \*\/(\d+)$/.exec(text(headers['content-range']))?.[1]
    if (whole !== undefined && Number(whole) === have) return
    await discard(partPath)
    throw new Interrupted('the server could not continue where the last try ended')
  }
  if (statusCode !== 200 && statusCode !== 206) {
    await drop()
    throw refusal(statusCode, remote.url)
  }
  const start = statusCode === 206 ? startOf(text(headers['content-range'])) : 0
  if (start !== 0 && start !== have) {
    await drop()
    await discard(partPath)
    throw new Interrupted('the server sent another part than asked for')
  }
  const announced = headers['content-length'] === undefined ? null : start + Number(text(headers['content-length']))
  if (remote.sizeBytes !== null && announced !== null && announced !== remote.sizeBytes) {
    await drop()
    throw new MedlsamError(
      'model',
      `${remote.url} is ${announced} bytes long instead of the published ${remote.sizeBytes}: it is another version than the registry knows, so it was not downloaded.`,
    )
  }
  // Before anything is waited for, so that nothing that arrives meanwhile is lost.
  const chunks = readAhead(body)
  const first = chunks.next()
  first.catch(() => undefined)
  await writeValidator(partPath, remote.url, text(headers.etag), text(headers['last-modified']))
  const total = remote.sizeBytes ?? announced
  await append(partPath, start, { url: remote.url, total, first, rest: chunks, stop: () => body.destroy() }, onBytes)
}

/** The bytes that are coming. */
interface Incoming {
  readonly url: string
  /** How long the file is in all; null where that is not known. */
  readonly total: number | null
  readonly first: Promise<IteratorResult<Uint8Array, void>>
  readonly rest: AsyncGenerator<Uint8Array, void>
  readonly stop: () => void
}

async function append(
  partPath: string,
  start: number,
  { url, total, first, rest, stop }: Incoming,
  onBytes: FetchHooks['onBytes'],
): Promise<void> {
  const handle = await open(partPath, start === 0 ? 'w' : 'r+').catch((error: unknown) => {
    throw outputError(partPath, error)
  })
  let done = start
  try {
    await handle.truncate(start)
    onBytes?.(done, total)
    for (let next = first; ; next = rest.next()) {
      const { done: ended, value: bytes } = await next.catch((error: unknown) => {
        throw new Interrupted(reasonOf(error))
      })
      if (ended === true) break
      if (total !== null && done + bytes.length > total) {
        stop()
        await handle.truncate(0)
        throw new MedlsamError('model', `${url} sends more than the ${total} bytes it should have: it was thrown away.`)
      }
      await handle.write(bytes, 0, bytes.length, done).catch((error: unknown) => {
        throw outputError(partPath, error)
      })
      done += bytes.length
      onBytes?.(done, total)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (total !== null && done < total) throw new Interrupted(`the connection ended after ${done} of ${total} bytes`)
}

/** The first byte of a 206 answer, or NaN. */
function startOf(contentRange: string): number {
  return Number(/^bytes (\d+)-/.exec(contentRange)?.[1] ?? Number.NaN)
}

function refusal(statusCode: number, url: string): Error {
  if (statusCode === 408 || statusCode === 429 || statusCode >= 500)
    return new Interrupted(`the server answered ${statusCode}`)
  const reason =
    statusCode === 404 || statusCode === 410
      ? 'it is no longer there; look for a newer version of this extension, or import the files'
      : statusCode === 401 || statusCode === 403
        ? 'the server wants a login; download it in a browser and import the files'
        : 'try again later, or download it in a browser and import the files'
  return new MedlsamError('model', `${url} cannot be downloaded (the server answered ${statusCode}): ${reason}.`)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return cause instanceof Error
    ? `${error.message}: ${cause.message}`
    : error.message === ''
      ? error.name
      : error.message
}

function text(header: string | string[] | undefined): string {
  return Array.isArray(header) ? (header.at(0) ?? '') : (header ?? '')
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0
}

/** Forgets what an earlier try left. */
export async function discard(partPath: string): Promise<void> {
  await rm(partPath, { force: true })
  await rm(validatorPath(partPath), { force: true })
}

function validatorPath(partPath: string): string {
  return `${partPath}.etag`
}

/** A strong validator of the bytes that lie in the part file, for If-Range. */
async function readValidator(partPath: string, url: string): Promise<string | null> {
  const lines = (await readFile(validatorPath(partPath), 'utf8').catch(() => '')).split('\n')
  return lines[0] === url && lines.length >= 2 && lines[1] !== '' ? lines[1] : null
}

async function writeValidator(partPath: string, url: string, etag: string, lastModified: string): Promise<void> {
  // A weak ETag promises a like file, not the same bytes.
  const validator = etag !== '' && !etag.startsWith('W/') ? etag : lastModified
  await writeFile(validatorPath(partPath), `${url}\n${validator}\n`).catch((error: unknown) => {
    throw outputError(partPath, error)
  })
}
