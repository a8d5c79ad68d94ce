import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readStructureNames } from '../../../../src/engine/templates/structureNames.js'
import { readLabelMap } from '../../../../src/engine/scanFiles/readLabelMap.js'
import { writeLabelMap } from '../../../../src/engine/scanFiles/writeLabelMap.js'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)

describe.skipIf(!cliIsBuilt)('medlsam evaluate', () => {
  beforeAll(async () => {
    await mkdir(at('truth'))
    await mkdir(at('pred'))
    for (const [name, seed] of [
      ['one', '1'],
      ['two', '2'],
    ]) {
      expect(await runCli(['synthesize', at(`truth/${name}`), '--seed', seed])).toMatchObject({ code: 0 })
    }
    await copyFile(at('truth/one_seg.nii.gz'), at('pred/one_dseg.nii.gz'))
    // Another patient's organs: on the same grid, but elsewhere.
    await copyFile(at('truth/one_seg.nii.gz'), at('pred/two_dseg.nii.gz'))
  })

  const evaluate = (out: string, ...more: readonly string[]): ReturnType<typeof runCli> =>
    runCli([
      'evaluate',
      '--pred',
      at('pred'),
      '--truth',
      at('truth'),
      '--labels',
      at('truth/one_seg_dseg.tsv'),
      '--out',
      at(out),
      ...more,
    ])

  it('prints and writes the same figures each time', async () => {
    const { code, stdout, stderr } = await evaluate('out')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/\| structure \| cases \| missed \| extra \| DSC % \|/)
    const all = JSON.parse(await readFile(at('out/evaluation.json'), 'utf8')) as {
      cases: { id: string; scores: { structure: string; dice: number }[] }[]
    }
    const dice = (id: string): number[] =>
      all.cases.find((one) => one.id === id)?.scores.map((score) => score.dice) ?? []
    expect(dice('one').every((value) => value === 1)).toBe(true)
    expect(dice('two').every((value) => value < 1)).toBe(true)
    expect(await readFile(at('out/summary.md'), 'utf8')).toContain('Mandible')
    expect(await readFile(at('out/summary.tex'), 'utf8')).toContain('\\begin{tabular}')
    expect((await readFile(at('out/scores.csv'), 'utf8')).trim().split('\n')).toHaveLength(1 + 2 * 7)
    await evaluate('again')
    for (const name of ['evaluation.json', 'statistics.csv'])
      expect(await readFile(at(`again/${name}`))).toEqual(await readFile(at(`out/${name}`)))
  })

  it('names what was missed and says so with its exit code', async () => {
    await rm(at('pred/two_dseg.nii.gz'))
    const { code, stdout } = await evaluate('missing')
    expect(code).toBe(3)
    expect(stdout).toContain('Missed: Larynx of two. There is no prediction of two')
  })

  it('names what was found in vain where the truth is said to be complete, and says so with its exit code', async () => {
    const whole = await readLabelMap(at('truth/one_seg.nii.gz'))
    const larynx = (await readStructureNames(at('truth/one_seg_dseg.tsv'))).find(
      ({ name }) => name === 'Larynx',
    )?.labelValue
    await mkdir(at('vain/truth'), { recursive: true })
    await mkdir(at('vain/pred'), { recursive: true })
    await copyFile(at('truth/one_seg.nii.gz'), at('vain/pred/one.nii.gz'))
    await writeLabelMap(
      at('vain/truth/one.nii.gz'),
      { ...whole, data: whole.data.map((value) => (value === larynx ? 0 : value)) },
      { ...whole, niftiHeader: null },
      [],
    )
    const run = (...more: readonly string[]): ReturnType<typeof runCli> =>
      runCli([
        'evaluate',
        '--pred',
        at('vain/pred'),
        '--truth',
        at('vain/truth'),
        '--labels',
        at('truth/one_seg_dseg.tsv'),
        '--out',
        at('vain/out'),
        ...more,
      ])
    expect(await run()).toMatchObject({ code: 0, stdout: expect.not.stringContaining('Found in vain') })
    const { code, stdout } = await run('--complete')
    expect(code).toBe(3)
    expect(stdout).toContain('Found in vain: Larynx of one.')
    expect(stdout).toMatch(/\| Larynx \| 0 \| 0 \| 1 \| 0\.0 ± 0\.0 \|/)
  })

  it('refuses folders and names that it cannot use', async () => {
    expect(
      await runCli([
        'evaluate',
        '--pred',
        at('nowhere'),
        '--truth',
        at('truth'),
        '--labels',
        at('truth/one_seg_dseg.tsv'),
        '--out',
        at('x'),
      ]),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere') })
    expect(await runCli(['evaluate', '--pred', at('pred')])).toMatchObject({ code: 1 })
  })
})
