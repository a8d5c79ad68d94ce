import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliIsBuilt, runCli } from '../../../support/cli.js'
import { PATIENT, sliceAt, writeSlices } from '../../../support/dicomFixture.js'
import { tempFolder } from '../../../support/tempFolder.js'

const top = tempFolder()
const folder = path.join(top, 'study')
writeSlices(
  path.join(folder, 'thorax'),
  [0, 1, 2].map((z) => sliceAt(z)),
)
writeSlices(
  path.join(folder, 'gap'),
  [0, 1, 3].map((z) => sliceAt(z, { seriesUid: '1.2.9', seriesNumber: 4, description: 'Abdomen' })),
)

describe.skipIf(!cliIsBuilt)('DICOM on the command line', () => {
  it('is listed for people and for programs, without the patient', async () => {
    const lines = await runCli(['dicom', 'list', folder])
    expect(lines).toMatchObject({ code: 0, stderr: '' })
    expect(lines.stdout).toMatch(/1 {2}Thorax .* CT .* 3 .* 6x5 .* 2\.50 {2}8\.1001\n/)
    expect(lines.stdout).toMatch(/2 {2}Abdomen .* lacks a slice/)
    const json = await runCli(['dicom', 'list', folder, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      series: [
        { number: 1, slices: 3 },
        { number: 2, slices: 3 },
      ],
    })
    for (const secret of Object.values(PATIENT)) expect(lines.stdout + json.stdout).not.toContain(secret)
  })

  it('is refused with exit code 2 and one sentence, and nothing is written', async () => {
    const several = await runCli(['segment', folder, '--templates', 'head-neck'])
    expect(several.code).toBe(2)
    expect(several.stderr).toMatch(/^medlsam: .*holds 2 CT series.*Choose with --series and its number or UID.*\n$/)
    const gap = await runCli(['segment', folder, '--series', '2', '--templates', 'head-neck'])
    expect(gap.code).toBe(2)
    expect(gap.stderr).toMatch(/lacks a slice/)
    const none = await runCli(['localize', folder, '--series', '7', '--templates', 'head-neck'])
    expect(none.code).toBe(1)
    expect(readdirSync(top)).toEqual(['study'])
    expect(readdirSync(folder)).toEqual(['gap', 'thorax'])
  })
})
