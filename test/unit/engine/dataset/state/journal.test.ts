import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openJournal, type DoneRecord } from '../../../../../src/engine/dataset/state/journal.js'
import { tempFolder } from '../../../../support/tempFolder.js'

const parent = tempFolder()
const fresh = (): Promise<string> => mkdtemp(path.join(parent, 'journal-'))
const HASH = 'a'.repeat(64)

function done(output: string, second: number): DoneRecord {
  return {
    kind: 'done',
    at: `2026-01-01T00:00:0${second}.000Z`,
    scan: `${output}.nii`,
    output,
    source: `../${output}.nii`,
    recipe: 'r',
    stamp: '1@2',
    outputs: [{ path: output, sha256: HASH }],
    key: { input: HASH, models: [HASH], templates: HASH, options: { sliceStep: 2 }, tool: '0.1.0' },
    seconds: { read: 1 },
  }
}

describe('a journal', () => {
  it('is read by the next process, the latest record of each output first', async () => {
    const folder = await fresh()
    const first = await openJournal(folder)
    await first.append({ kind: 'start', at: '2026-01-01T00:00:01.000Z', scan: 'a.nii', output: 'a', attempt: 1 })
    await first.append(done('a', 2))
    await first.append({ kind: 'start', at: '2026-01-01T00:00:03.000Z', scan: 'b.nii', output: 'b', attempt: 1 })
    const next = await openJournal(folder)
    expect(next.last('a')).toEqual(done('a', 2))
    expect(next.last('b')?.kind).toBe('start')
    expect(next.last('c')).toBeNull()
    expect([...next.outputs()]).toEqual(['a', 'b'])
  })

  it('dates a record later than the last one of the same scan, whatever the clocks say', async () => {
    const folder = await fresh()
    await (
      await openJournal(folder)
    ).append({ kind: 'start', at: '2030-01-01T00:00:00.000Z', scan: 'a.nii', output: 'a', attempt: 0 })
    const here = await openJournal(folder)
    await here.append(done('a', 1))
    expect(here.last('a')).toMatchObject({ kind: 'done', at: '2030-01-01T00:00:00.001Z' })
    expect((await openJournal(folder)).last('a')?.kind).toBe('done')
  })

  it('knows all that was ever written to a path, and from which scan', async () => {
    const journal = await openJournal(await fresh())
    expect(journal.written('a').size).toBe(0)
    const b = 'b'.repeat(64)
    await journal.append(done('a', 1))
    await journal.append({
      kind: 'writing',
      at: '2026-01-01T00:00:02.000Z',
      scan: 'a.nii',
      output: 'a',
      attempt: 0,
      source: '../x/a.nii',
      input: b,
      outputs: [{ path: 'a', sha256: b }],
    })
    await journal.append({ kind: 'stopped', at: '2026-01-01T00:00:03.000Z', scan: 'a.nii', output: 'a' })
    await journal.append({
      kind: 'files',
      at: '2026-01-01T00:00:03.000Z',
      outputs: [{ path: 'summary.csv', sha256: b }],
    })
    expect([...journal.written('a')]).toEqual([
      [HASH, { source: '../a.nii', input: HASH }],
      [b, { source: '../x/a.nii', input: b }],
    ])
    expect([...journal.written('summary.csv')]).toEqual([[b, null]])
    expect(journal.last('a')?.kind).toBe('stopped')
  })

  it('tells what was added since it was opened', async () => {
    const folder = await fresh()
    const first = await openJournal(folder)
    await first.append(done('a', 1))
    const second = await openJournal(folder)
    expect(second.isNew('a')).toBe(false)
    await first.append(done('a', 2))
    await second.refresh()
    expect(second.isNew('a')).toBe(true)
  })

  it('sees what other processes add', async () => {
    const folder = await fresh()
    const [one, two] = [await openJournal(folder), await openJournal(folder)]
    await one.append(done('a', 1))
    expect(two.last('a')).toBeNull()
    await two.refresh()
    expect(two.last('a')?.kind).toBe('done')
    await one.append({ kind: 'stopped', at: '2026-01-01T00:00:05.000Z', scan: 'a.nii', output: 'a' })
    await two.refresh()
    expect(two.last('a')?.kind).toBe('stopped')
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('passes over a line that was cut off, and reads it when it is whole', async () => {
    const folder = await fresh()
    const line = JSON.stringify(done('a', 1))
    const file = path.join(folder, 'killed.jsonl')
    writeFileSync(file, line.slice(0, 40))
    const journal = await openJournal(folder)
    expect(journal.last('a')).toBeNull()
    appendFileSync(file, `${line.slice(40)}\n{"kind":"done","at":"damaged"}\n`)
    await journal.refresh()
    expect(journal.last('a')?.kind).toBe('done')
  })

  it('holds one JSON document a line', async () => {
    const folder = await fresh()
    const journal = await openJournal(folder)
    await journal.append(done('a\n"b"', 1))
    await journal.append(done('c', 2))
    const lines = readFileSync(path.join(folder, readdirSync(folder)[0]), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => (JSON.parse(line) as DoneRecord).output)).toEqual(['a\n"b"', 'c'])
  })
})
