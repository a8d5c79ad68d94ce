import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { localizationReportSchema, sidecarSchema } from '../../../src/shared/sidecar.js'
import { readLabelMap } from '../../../src/engine/scanFiles/readLabelMap.js'
import { readHeader } from '../../../src/engine/scanFiles/readHeader.js'
import { cliIsBuilt, runCli, startCli } from '../../support/cli.js'
import { tempFolder } from '../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
const env = { XDG_CACHE_HOME: at('cache') }
const SCAN = at('one_ct.nii.gz')

describe.skipIf(!cliIsBuilt)('medlsam', () => {
  beforeAll(async () => {
    for (const [name, seed] of [
      ['one', '11'],
      ['two', '12'],
    ]) {
      expect(await runCli(['synthesize', at(name), '--seed', seed])).toMatchObject({ code: 0 })
    }
  })

  it('makes a template set, localizes and segments with it, and documents what it did', async () => {
    const set = at('set.medlsam.json')
    const made = await runCli([
      'template',
      'create',
      set,
      '--scan',
      at('two_ct.nii.gz'),
      '--labels',
      at('two_seg.nii.gz'),
      '--label-names',
      at('two_seg_dseg.tsv'),
      '--json',
    ])
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(made.stdout)).toMatchObject({ format: 'medlsam-template-set' })

    const localized = await runCli(
      ['localize', SCAN, '--templates', set, '--structures', 'larynx,Mandible', '--method', 'medlam', '--json'],
      env,
    )
    expect(localized.stderr).toBe('')
    const report = localizationReportSchema.parse(JSON.parse(localized.stdout))
    expect(report.structures.map((structure) => structure.name)).toEqual(['Larynx', 'Mandible'])
    expect(localized.code).toBe(report.structures.every((structure) => structure.status === 'found') ? 0 : 3)

    const out = at('results/larynx.nii.gz')
    const larynx = ['--structures', 'Larynx', '--slice-step', '4', '--method', 'medlam', '--out', out]
    const segmented = await runCli(['segment', SCAN, '--templates', set, ...larynx, '--json'], env)
    expect(segmented).toMatchObject({ code: 0, stderr: '' })
    const sidecar = sidecarSchema.parse(JSON.parse(segmented.stdout))
    expect(JSON.parse(await readFile(at('results/larynx.json'), 'utf8'))).toEqual(sidecar)
    expect(sidecar.structures[0]).toMatchObject({ name: 'Larynx', labelValue: 6, status: 'found' })
    expect(await readFile(at('results/larynx_dseg.tsv'), 'utf8')).toContain('6\tLarynx\t#')

    const [labels, scan] = [await readLabelMap(out), await readHeader(SCAN)]
    expect(labels.size).toEqual(scan.size)
    expect(labels.affine).toEqual(scan.affine)
    const voxelMl = (3 * 3 * 4) / 1000
    const voxels = Array.from(labels.data).filter((value) => value === 6).length
    expect(sidecar.structures[0].volumeMl).toBeCloseTo(voxels * voxelMl, 6)
    // A phantom's larynx holds 15 to 60 ml; a box full or a single voxel is no segmentation.
    expect(voxels * voxelMl).toBeGreaterThan(4)
    expect(voxels * voxelMl).toBeLessThan(120)
  })

  it('reports version, models and providers for programs', async () => {
    const { code, stdout } = await runCli(['info', '--json'], env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      tool: { name: 'medlsam' },
      segmenters: [{ id: 'mobilesam' }],
      providers: expect.arrayContaining(['cpu']),
    })
  })

  it('answers a wrong command line with exit code 1', async () => {
    expect(await runCli(['segment', SCAN])).toMatchObject({ code: 1, stderr: expect.stringContaining('--templates') })
    expect(await runCli(['conquer'])).toMatchObject({ code: 1 })
    expect(await runCli(['localize', SCAN, '--templates', 'x', '--threads', 'many'])).toMatchObject({ code: 1 })
    expect(await runCli(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit codes') })
  })

  const badScans: readonly (readonly [string, () => Promise<string>])[] = [
    ['a missing file', () => Promise.resolve(at('nowhere.nii.gz'))],
    ['a folder', () => Promise.resolve(folder)],
    ['an empty file', async () => put('empty.nii.gz', Buffer.alloc(0))],
    ['random bytes', async () => put('random.nii.gz', Buffer.from('deadbeef'.repeat(100), 'hex'))],
    ['a truncated scan', async () => put('cut.nii.gz', (await readFile(SCAN)).subarray(0, 40_000))],
    ['a gzip bomb', async () => put('bomb.nii.gz', gzipSync(Buffer.alloc(2 ** 26)))],
  ]

  it.each(badScans)('refuses %s with one sentence and exit code 2', async (_, make) => {
    const file = await make()
    const { code, stdout, stderr } = await runCli(['localize', file, '--templates', at('set.medlsam.json')], env)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain(path.basename(file))
  })

  it('gives programs the same error as JSON', async () => {
    const { code, stdout, stderr } = await runCli(['localize', at('nowhere.nii.gz'), '--templates', 'x', '--json'], env)
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'input', message: expect.stringContaining('nowhere') } })
  })

  it('refuses templates and outputs it cannot use', async () => {
    await put('text.json', Buffer.from('hello'))
    for (const templates of [at('text.json'), at('none.json'), 'no-such-bank']) {
      expect(await runCli(['localize', SCAN, '--templates', templates], env)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(templates),
      })
    }
    // A file where the output folder should be; permissions would not stop an administrator.
    await put('file', Buffer.from(''))
    const { code, stderr } = await runCli(
      ['segment', SCAN, '--templates', at('set.medlsam.json'), '--out', at('file/out.nii.gz')],
      env,
    )
    expect(code).toBe(2)
    expect(stderr).toContain(at('file'))
  })

  it('leaves nothing behind when it is interrupted', async () => {
    const out = at('interrupted')
    const { child, done } = startCli(
      ['segment', SCAN, '--templates', at('set.medlsam.json'), '--out', path.join(out, 'x.nii.gz')],
      env,
    )
    // Once the folder exists the run is under way; a whole scan takes far longer than this.
    while ((await stat(out).catch(() => null)) === null) await new Promise((resolve) => setTimeout(resolve, 20))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    child.kill('SIGINT')
    expect((await done).code).toBe(130)
    expect(await readdir(out)).toEqual([])
  })
})

async function put(name: string, bytes: Buffer): Promise<string> {
  await writeFile(at(name), bytes)
  return at(name)
}
