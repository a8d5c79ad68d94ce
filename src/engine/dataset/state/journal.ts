import { randomBytes } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { ERROR_KINDS, remedySchema } from '../../../shared/errorData.js'
import { STAGES } from '../../../shared/progress.js'
import { outputError } from '../../../shared/node/wholeFiles.js'
import { byCode } from '../discover/findScans.js'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What decides the bytes of a result: the scan, and everything that is the same for all scans of a run. */
const keySchema = z
  .object({
    input: sha256,
    /** SHA-256 of the networks. */
    models: z.array(z.string()).readonly(),
    /** SHA-256 of the encoded template set. */
    templates: sha256,
    options: z.record(z.string(), z.unknown()).readonly(),
    tool: z.string(),
  })
  .readonly()

/** A file as it was: enough to see later that it is still the same. */
const outputFileSchema = z.object({ path: z.string(), sha256 }).readonly()

const scan = { at: z.string(), scan: z.string(), output: z.string() }

/**
 * How many times in a row, this one counted, a process has begun the scan that would go down with its engine, and
 * no end was noted; 0 when the engine has a process of its own.
 */
const attempt = z.int().nonnegative()
/** Path of the scan as seen from the results' folder: two datasets may have scans of the same name. */
const source = z.string()

const recordSchema = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('run'),
      at: z.string(),
      tool: z.string(),
      host: z.string(),
      pid: z.int(),
      recipe: z.string(),
      request: z.unknown(),
    })
    .readonly(),
  /** The run's own files, such as the summary, as they are about to be. */
  z.object({ kind: z.literal('files'), at: z.string(), outputs: z.array(outputFileSchema).readonly() }).readonly(),
  z.object({ kind: z.literal('start'), ...scan, attempt }).readonly(),
  /** From here on some of these files may be there and others not, until the next record. */
  z
    .object({
      kind: z.literal('writing'),
      ...scan,
      attempt,
      source,
      input: sha256,
      outputs: z.array(outputFileSchema).readonly(),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('done'),
      ...scan,
      source,
      recipe: z.string(),
      key: keySchema,
      /** Size and time of the scan's files: while they are the same, its hash need not be computed again. */
      stamp: z.string(),
      outputs: z.array(outputFileSchema).readonly(),
      seconds: z.record(z.string(), z.number()).readonly(),
    })
    .readonly(),
  /** Nothing was found in the scan, and nothing was written of it. */
  z
    .object({
      kind: z.literal('nothingFound'),
      ...scan,
      recipe: z.string(),
      input: sha256,
      stamp: z.string(),
      reason: z.string(),
    })
    .readonly(),
  z
    .object({
      kind: z.literal('failed'),
      ...scan,
      recipe: z.string(),
      stage: z.enum(STAGES).nullable(),
      error: z
        .object({
          kind: z.enum(ERROR_KINDS),
          message: z.string(),
          file: z.string().optional(),
          // A newer version may know more remedies; without one the message still says what is wrong.
          remedy: remedySchema.optional().catch(undefined),
        })
        .readonly(),
      seconds: z.number(),
    })
    .readonly(),
  /** The user stopped the run while it worked on the scan, before anything was written. */
  z.object({ kind: z.literal('stopped'), ...scan }).readonly(),
])

/** A line of a journal. */
export type JournalRecord = z.infer<typeof recordSchema>
/** A record about one scan. */
export type ScanRecord = Exclude<JournalRecord, { kind: 'run' | 'files' }>
/** The record of a finished scan. */
export type DoneRecord = Extract<JournalRecord, { kind: 'done' }>

/** The record of a scan in which nothing was found. */
export type EmptyRecord = Extract<JournalRecord, { kind: 'nothingFound' }>

/** Which scan a result was made from. */
export interface ScanOrigin {
  readonly source: string
  /** SHA-256 of the scan. */
  readonly input: string
}

/** The journals of all processes that ever worked on a dataset, as far as they have been read. */
export interface Journal {
  /**
   * Adds a line to this process's own file and makes sure that it is on the disk. A record about a scan is dated
   * later than the last one, whatever the clocks of the machines say; the caller holds the scan's claim.
   */
  append(record: JournalRecord): Promise<void>
  /** Reads what was added since, by whatever process. */
  refresh(): Promise<void>
  /** The last record about an output; null when nothing is known. */
  last(output: string): ScanRecord | null
  /** Whether that record was added since the journal was opened. */
  isNew(output: string): boolean
  /**
   * All that runs wrote, or were about to write, to a path of the results' folder: by SHA-256, the scan that it was made
   * from; null for what belongs to no scan.
   */
  written(path: string): ReadonlyMap<string, ScanOrigin | null>
  /** Outputs that anything is known of. */
  outputs(): readonly string[]
}

/**
 * Opens the journals in a folder. Every process appends to a file of its own, since appending to one
 * file from several machines loses lines on network drives; a line that a killed process left half
 * written ends its file and is passed over.
 */
export async function openJournal(folder: string): Promise<Journal> {
  const own = path.join(
    folder,
    `${new Date().toISOString().replaceAll(/[:.]/g, '-')}_${os.hostname()}_${process.pid}_${randomBytes(3).toString('hex')}.jsonl`,
  )
  const read = new Map<string, number>()
  const last = new Map<string, ScanRecord>()
  const written = new Map<string, Map<string, ScanOrigin | null>>()

  const take = (line: string): void => {
    const record = parseRecord(line)
    if (record === null || record.kind === 'run') return
    if ('outputs' in record) {
      for (const file of record.outputs)
        written.set(
          file.path,
          (written.get(file.path) ?? new Map<string, ScanOrigin | null>()).set(file.sha256, originOf(record)),
        )
    }
    if (record.kind === 'files') return
    const known = last.get(record.output)
    if (known === undefined || byCode(known.at, record.at) <= 0) last.set(record.output, record)
  }
  const refresh = async (): Promise<void> => {
    for (const name of (await readdir(folder))
      .filter((file) => file.endsWith('.jsonl') && file !== path.basename(own))
      .sort(byCode)) {
      const { text, end } = await readLines(path.join(folder, name), read.get(name) ?? 0)
      read.set(name, end)
      for (const line of text.split('\n')) if (line !== '') take(line)
    }
  }
  await refresh()
  const first = new Map(last)
  return {
    refresh,
    last: (output) => last.get(output) ?? null,
    isNew: (output) => last.get(output) !== first.get(output),
    written: (file) => written.get(file) ?? new Map(),
    outputs: () => [...last.keys()],
    async append(record) {
      const line = JSON.stringify(dated(record))
      try {
        // Opened for every line: closing is what makes other machines on a network drive see it.
        const handle = await open(own, 'a')
        try {
          await handle.writeFile(`${line}\n`)
          await handle.sync()
        } finally {
          await handle.close()
        }
      } catch (error) {
        throw outputError(own, error)
      }
      take(line)
    },
  }

  function dated(record: JournalRecord): JournalRecord {
    const before = 'output' in record ? last.get(record.output) : undefined
    return before === undefined || byCode(before.at, record.at) < 0
      ? record
      : { ...record, at: new Date(Date.parse(before.at) + 1).toISOString() }
  }
}

function originOf(record: Extract<JournalRecord, { outputs: unknown }>): ScanOrigin | null {
  switch (record.kind) {
    case 'files':
      return null
    case 'writing':
      return { source: record.source, input: record.input }
    case 'done':
      return { source: record.source, input: record.key.input }
  }
}

/** Whole lines from a byte on, and where they end. */
async function readLines(file: string, from: number): Promise<{ readonly text: string; readonly end: number }> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    if (size <= from) return { text: '', end: from }
    const bytes = Buffer.alloc(size - from)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
    const end = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1
    return { text: bytes.toString('utf8', 0, end), end: from + end }
  } finally {
    await handle.close()
  }
}

/** Null for lines of a newer version or corrupt ones: what they are about is simply done again. */
function parseRecord(line: string): JournalRecord | null {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
