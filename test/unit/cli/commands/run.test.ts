import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sidecarSchema } from '../../../../src/shared/sidecar.js'
import { CLI, cliIsBuilt, runCli, startCli } from '../../../support/cli.js'
import { comparableTree, readTree } from '../../../support/datasetTree.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan } from '../../../support/tinyModels.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
const SCANS = ['a/p1_ct.nii.gz', 'a/p2_ct.nii.gz', 'b/p3_ct.nii.gz', 'b/p4_ct.nii.gz']
let options: readonly string[] = []
const args = (...more: readonly string[]): string[] => ['run', at('data'), ...options, ...more]
const events = (stdout: string): { readonly kind: string; readonly [key: string]: unknown }[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string })

describe.skipIf(!cliIsBuilt)('medlsam run', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    const { medlamCard, segmenter, bank } = await writeTinyModels(at('models'))
    options = [
      '--templates',
      bank,
      '--medlam',
      medlamCard,
      '--segmenter',
      segmenter,
      '--min-confidence',
      '0',
      '--method',
      'medlam',
    ]
  })
  beforeEach(async () => {
    for (const name of ['data', 'out', 'jobs']) rmSync(at(name), { recursive: true, force: true })
    for (const [i, name] of SCANS.entries()) await writeTinyScan(at(`data/${name}`), i)
  })

  it('says what it will do with every file, and with --dry-run does nothing', async () => {
    writeFileSync(at('data/a/p1_seg.nii.gz'), 'x')
    const { code, stdout } = await runCli(args('--out', at('out'), '--dry-run', '--exclude', 'b/**'))
    expect(code).toBe(0)
    expect(stdout).toContain('2 scans')
    expect(stdout).toContain('a/p1_ct.nii.gz -> a/p1_ct_dseg.nii.gz (new)')
    expect(stdout).toMatch(/leave out\s+a\/p1_seg\.nii\.gz \(label map\)/)
    expect(stdout).toMatch(/leave out\s+b\/p3_ct\.nii\.gz \(excluded\)/)
    expect(existsSync(at('out'))).toBe(false)
  })

  it('gives people a line per scan, and programs one JSON document a line', async () => {
    const people = await runCli(args('--out', at('out')))
    expect(people).toMatchObject({ code: 0, stderr: '' })
    for (const [i, name] of SCANS.entries())
      expect(people.stdout).toMatch(new RegExp(`\\[${i + 1}/4\\] ${name}: \\d of 2 found, .*scans/h.*left`))
    const programs = await runCli(args('--out', at('jobs'), '--json'))
    const kinds = events(programs.stdout).map(({ kind }) => kind)
    expect(kinds[0]).toBe('plan')
    expect(kinds.at(-1)).toBe('end')
    expect(kinds.filter((kind) => kind === 'scanDone')).toHaveLength(4)
    expect(kinds).toContain('scanProgress')
  })

  it('writes the same with several jobs as with one', async () => {
    expect(await runCli(args('--out', at('out')))).toMatchObject({ code: 0 })
    expect(await runCli(args('--out', at('jobs'), '--jobs', '3'))).toMatchObject({ code: 0 })
    expect(comparableTree(at('jobs'))).toEqual(comparableTree(at('out')))
  })

  it('ends with code 3 and a list when a scan fails, and does the others', async () => {
    writeFileSync(at('data/a/p2_ct.nii.gz'), 'no scan')
    const { code, stdout } = await runCli(args('--out', at('out')))
    expect(code).toBe(3)
    expect(stdout).toMatch(/3 done now, 0 done before, 1 failed\.\nFailed:\n {2}a\/p2_ct\.nii\.gz.*too short/)
  })

  it('loses one scan and not the run when the process that segments it is killed', async () => {
    const { child, done } = startCli(args('--out', at('out'), '--json'))
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('"scanStarted"') && line.includes('p2_ct'))
          execFileSync('pkill', ['-KILL', '-P', String(child.pid)])
      })
    }
    const { code, stdout } = await done
    expect(code).toBe(3)
    const failed = events(stdout).filter(({ kind }) => kind === 'scanFailed')
    expect(failed).toMatchObject([
      { failure: { path: 'a/p2_ct.nii.gz', error: { message: expect.stringContaining('memory') } } },
    ])
    expect(events(stdout).filter(({ kind }) => kind === 'scanDone')).toHaveLength(3)
    expect(await runCli(args('--out', at('out')))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 done now, 3 done before'),
    })
  })

  it.each([1, 2])('stops when it is interrupted (%i times) and goes on the next time', async (times) => {
    const { child, done } = startCli(args('--out', at('out'), '--json'))
    let again: NodeJS.Timeout | undefined
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (!line.includes('"scanStarted"') || !line.includes('p2_ct')) return
        child.kill('SIGINT')
        // Of two signals that come before a busy machine gives the process its turn, it hears one.
        if (times === 2) again = setInterval(() => child.kill('SIGINT'), 10)
      })
    }
    const { code, stdout } = await done
    clearInterval(again)
    expect(code).toBe(130)
    // Twice stops at once: there is no time for a summary and an end.
    expect(events(stdout).some(({ kind }) => kind === 'end')).toBe(times === 1)
    const left = [...readTree(at('out')).keys()]
    expect(left).toContain('a/p1_ct_dseg.json')
    expect(left).not.toContain('b/p4_ct_dseg.nii.gz')
    if (times === 1) expect(left.filter((name) => /\.part$|claims/.test(name))).toEqual([])
    expect(await runCli(args('--out', at('out')))).toMatchObject({ code: 0 })
    expect(await runCli(args('--out', at('jobs')))).toMatchObject({ code: 0 })
    expect(comparableTree(at('out'))).toEqual(comparableTree(at('jobs')))
  })

  it('takes nothing for a failure that Ctrl-C in a terminal ends before it is up', async () => {
    // In a terminal every process of the group gets it, also those that have only just been started.
    const child = spawn(process.execPath, [CLI, ...args('--out', at('out'), '--json', '--jobs', '3')], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    const lines: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      if (line.includes('"kind":"started"') && child.pid !== undefined) {
        const group = -child.pid
        setTimeout(() => process.kill(group, 'SIGINT'), 20)
      }
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130)
    expect(lines.filter((line) => line.includes('"scanFailed"'))).toEqual([])
    expect([...readTree(at('out')).values()].join()).not.toContain('"kind":"failed"')
    expect(await runCli(args('--out', at('out')))).toMatchObject({ code: 0 })
  })

  it('stops, and fails no scan, when another job finds a model gone', async () => {
    const { child, done } = startCli(args('--out', at('out'), '--json', '--jobs', '2'))
    const [encoder, away] = [at('models/encoder.onnx'), at('models/away')]
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes('"kind":"plan"')) renameSync(encoder, away)
      })
    try {
      const { code, stdout } = await done
      expect(code).toBe(2)
      expect(events(stdout).at(-1)).toMatchObject({
        kind: 'error',
        error: { message: expect.stringContaining('encoder.onnx') },
      })
      expect(events(stdout).filter(({ kind }) => kind === 'scanFailed')).toEqual([])
    } finally {
      renameSync(away, encoder)
    }
    expect(await runCli(args('--out', at('out')))).toMatchObject({ code: 0 })
  })

  it('goes on when nobody reads what it prints any more', async () => {
    const { child, done } = startCli(args('--out', at('out')))
    child.stdout?.once('data', () => child.stdout?.destroy())
    expect(await done).toMatchObject({ code: 0, stderr: '' })
    expect([...readTree(at('out')).keys()].filter((name) => name.endsWith('_dseg.json'))).toHaveLength(4)
  })

  it('names scans whose results would have the same name at the end', async () => {
    writeFileSync(at('data/a/p1_ct.nrrd'), 'x')
    const { code, stdout } = await runCli(args('--out', at('out')))
    expect(code).toBe(3)
    expect(stdout).toMatch(/Left out, .*--exclude\):\n {2}a\/p1_ct\.nrrd\n/)
  })

  it('writes a BIDS derivatives dataset', async () => {
    rmSync(at('data'), { recursive: true })
    writeTree({ 'dataset_description.json': '{"Name":"x","BIDSVersion":"1.10.0"}' })
    await writeTinyScan(at('data/sub-01/ct/sub-01_acq-thin_ct.nii.gz'), 1)
    await writeTinyScan(at('data/sub-02/ses-b/ct/sub-02_ses-b_run-1_ct.nii.gz'), 2)
    expect(await runCli(args('--bids'))).toMatchObject({ code: 0 })
    const tree = readTree(at('data/derivatives/medlsam'))
    expect([...tree.keys()].filter((name) => !name.startsWith('.medlsam/'))).toEqual([
      '.bidsignore',
      'README.md',
      'dataset_description.json',
      'sub-01/ct/sub-01_acq-thin_dseg.json',
      'sub-01/ct/sub-01_acq-thin_dseg.nii.gz',
      'sub-01/ct/sub-01_acq-thin_dseg.tsv',
      'sub-02/ses-b/ct/sub-02_ses-b_run-1_dseg.json',
      'sub-02/ses-b/ct/sub-02_ses-b_run-1_dseg.nii.gz',
      'sub-02/ses-b/ct/sub-02_ses-b_run-1_dseg.tsv',
      'summary.csv',
      'summary.html',
    ])
    const description = JSON.parse(tree.get('dataset_description.json') ?? '') as Record<string, unknown>
    expect(description).toMatchObject({
      DatasetType: 'derivative',
      GeneratedBy: [{ Name: 'medlsam', Version: expect.stringMatching(/^\d+\.\d+/) }],
      DatasetLinks: { scans: '../..' },
    })
    const sidecar = sidecarSchema.parse(JSON.parse(tree.get('sub-01/ct/sub-01_acq-thin_dseg.json') ?? ''))
    expect(sidecar).toMatchObject({
      Sources: ['bids:scans:sub-01/ct/sub-01_acq-thin_ct.nii.gz'],
      SpatialReference: 'bids:scans:sub-01/ct/sub-01_acq-thin_ct.nii.gz',
      Manual: false,
    })
    expect(tree.get('sub-01/ct/sub-01_acq-thin_dseg.tsv')).toMatch(/^index\tname\tcolor\n1\tBall\t#/)
    // The next run takes none of this for scans.
    expect(await runCli(args('--bids'))).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('0 done now, 2 done before'),
    })
  })

  it('refuses what it cannot do with one sentence', async () => {
    expect(await runCli(args('--shard', '3/2'))).toMatchObject({ code: 1 })
    expect(await runCli(args('--jobs', '0'))).toMatchObject({ code: 1 })
    expect(await runCli(args('--structures', 'Typo', '--dry-run'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Ball, Core'),
    })
    expect(await runCli(args('--bids', '--out', at('data')))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the scans themselves'),
    })
    const missing = await runCli(['run', at('nowhere'), ...options])
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere') })
    expect(missing.stderr.trim().split('\n')).toHaveLength(1)
    expect(await runCli(['run', at('data'), '--templates', 'none'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none'),
    })
  })
})

function writeTree(files: Readonly<Record<string, string>>): void {
  mkdirSync(at('data'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(at(`data/${name}`), text)
}
