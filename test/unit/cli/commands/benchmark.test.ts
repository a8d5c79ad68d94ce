import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels } from '../../../support/tinyModels.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
const env = { XDG_CACHE_HOME: at('cache') }
/** A localizer that finds nothing well, but in no time. */
let tiny: readonly string[] = []

describe.skipIf(!cliIsBuilt)('medlsam benchmark', () => {
  beforeAll(async () => {
    const { medlamCard } = await writeTinyModels(at('models'))
    tiny = ['--support', '1', '--method', 'medlam', '--medlam', medlamCard, '--min-confidence', '0']
    await mkdir(at('data'))
    for (const seed of ['1', '2', '3'])
      expect(await runCli(['synthesize', at(`data/s${seed}`), '--seed', seed])).toMatchObject({ code: 0 })
  })

  const benchmark = (...more: readonly string[]): ReturnType<typeof runCli> =>
    runCli(
      [
        'benchmark',
        '--dataset',
        at('data'),
        '--out',
        at('out'),
        '--labels',
        at('data/s1_seg_dseg.tsv'),
        '--segmenters',
        'none',
        ...more,
      ],
      env,
    )

  it('draws support scans, shares the cases between processes, and writes tables and a report', async () => {
    const quick = [...tiny, '--ablations', 'similarity']
    const first = await benchmark(...quick, '--jobs', '2')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toContain('Localization: boxes as found against those of the truth')
    expect(await readFile(at('out/ablations.md'), 'utf8')).toContain('without similarity (MSS)')
    for (const file of ['localization.csv', 'localization.tex', 'confidence.md', 'scores.csv', 'benchmark.json'])
      expect((await stat(at(`out/${file}`))).size, file).toBeGreaterThan(100)
    const html = await readFile(at('out/report.html'), 'utf8')
    // A second run reads what the first one kept.
    expect(await benchmark(...quick, '--jobs', '1')).toMatchObject({
      code: 0,
      stdout: first.stdout,
    })
    expect(await readFile(at('out/report.html'), 'utf8')).toBe(html)
  })

  it('says with which options masks were made, where these are not the usual ones', async () => {
    const { code, stdout } = await benchmark(...tiny, '--margin-mm', '2,2,0', '--no-appearance')
    expect(code).toBe(0)
    expect(stdout).toMatch(/Made with other options than usual: .*marginMm \[2,2,0\], .*appearance false/)
  })

  it('says what is wrong with what it is told', async () => {
    expect(await benchmark()).toMatchObject({ code: 1, stderr: expect.stringContaining('--support') })
    expect(await benchmark('--support', '1', '--shard', '3/2')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('2/4'),
    })
    expect(await benchmark('--support', '1', '--ablations', 'luck')).toMatchObject({ code: 1 })
    // What only the processes that share the cases stumble over is said once, and as something that running again does not mend.
    await writeFile(at('other.json'), '{"labels": {"1": "Moon"}}')
    const { code, stderr } = await benchmark('--templates', 'head-neck', '--labels', at('other.json'), '--jobs', '2')
    expect(code).toBe(2)
    expect(stderr.match(/have no structure of the data set \(Moon\)/g)).toHaveLength(1)
    expect(stderr).not.toContain('again')
  })
})
