import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readBank } from '../../../../src/engine/medlam/bankFile.js'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)

describe.skipIf(!cliIsBuilt)('medlsam bank build', () => {
  beforeAll(async () => {
    await mkdir(at('labelled'))
    await runCli(['synthesize', at('template'), '--seed', '1'])
    for (const [name, seed] of [
      ['one', '2'],
      ['two', '3'],
    ])
      await runCli(['synthesize', at(`labelled/${name}`), '--seed', seed])
    await copyFile(at('template_seg_dseg.tsv'), at('names.tsv'))
    const made = await runCli([
      'template',
      'create',
      at('set.json'),
      '--scan',
      at('template_ct.nii.gz'),
      '--labels',
      at('template_seg.nii.gz'),
      '--label-names',
      at('names.tsv'),
    ])
    expect(made).toMatchObject({ code: 0 })
  })

  it('learns from a folder of labelled scans how far off walls usually are, and such a bank localizes', async () => {
    const built = await runCli([
      'bank',
      'build',
      at('set.json'),
      '--out',
      at('taught.msgpack'),
      '--calibrate-on',
      at('labelled'),
      '--labels',
      at('names.tsv'),
      '--credit',
      'nobody',
    ])
    expect(built).toMatchObject({ code: 0 })
    const { calibrations, credit } = await readBank(at('taught.msgpack'))
    expect(credit).toBe('nobody')
    expect([...calibrations.keys()]).toContain('Mandible')
    expect([...calibrations.values()].some(({ shiftMm }) => shiftMm.some((mm) => mm !== 0))).toBe(true)
    const found = await runCli([
      'localize',
      at('labelled/one_ct.nii.gz'),
      '--templates',
      at('taught.msgpack'),
      '--method',
      'medlam',
      '--json',
    ])
    expect(found.stdout).toContain('Mandible')
  })

  it('says which folder teaches nothing', async () => {
    await mkdir(at('empty'))
    const refused = await runCli([
      'bank',
      'build',
      at('set.json'),
      '--out',
      at('none.msgpack'),
      '--calibrate-on',
      at('empty'),
      '--labels',
      at('names.tsv'),
    ])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('empty') })
  })
})
