import { copyFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readBank, writeBank } from '../../../../src/engine/medlam/bankFile.js'
import { localizedStructureSchema } from '../../../../src/shared/structure.js'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)

describe.skipIf(!cliIsBuilt)('medlsam bank', () => {
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

  it('measures what confidences are worth, which a few boxes do not tell', async () => {
    const before = await readFile(at('taught.msgpack'))
    const args = ['bank', 'measure', at('taught.msgpack'), '--on', at('labelled'), '--labels', at('names.tsv')]
    const { code, stdout } = await runCli(args)
    expect({ code, stdout }).toMatchObject({ code: 3, stdout: expect.stringMatching(/^\d+ boxes are too few to tell/) })
    expect(await readFile(at('taught.msgpack'))).toEqual(before)
  })

  it('says of each structure what its confidence is worth, once that was measured', async () => {
    const reliability = [{ confidence: 0.5, withinShare: 0.25, boxes: 40 }]
    await writeBank(at('measured.msgpack'), { ...(await readBank(at('taught.msgpack'))), reliability })
    const args = ['localize', at('labelled/one_ct.nii.gz'), '--templates', at('measured.msgpack'), '--method', 'align']
    const { stdout } = await runCli([...args, '--json'])
    const { structures } = z.object({ structures: z.array(localizedStructureSchema) }).parse(JSON.parse(stdout))
    const found = structures.filter(({ status }) => status === 'found')
    expect(found.length).toBeGreaterThan(3)
    expect(found.map(({ withinShare }) => withinShare)).toEqual(found.map(() => 0.25))
    expect((await runCli(args)).stdout).toMatch(/^Mandible +found +0\.\d\d +25 %/m)
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
