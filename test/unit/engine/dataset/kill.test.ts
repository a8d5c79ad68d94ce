import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeRandom } from '../../../../src/engine/numeric/random.js'
import { CLI, cliIsBuilt, runCli } from '../../../support/cli.js'
import { comparableTree, readTree } from '../../../support/datasetTree.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { writeTinyModels, writeTinyScan } from '../../../support/tinyModels.js'

const folder = tempFolder()
const at = (name: string): string => path.join(folder, name)
const SCANS = 5
const KILLS = 7
/** Those of a run that writes BIDS derivatives: what it writes besides is little. */
const BIDS_KILLS = 3
let plainArgs: readonly string[] = []

describe.skipIf(!cliIsBuilt)('a run of a dataset that is killed again and again', () => {
  beforeAll(async () => {
    const { medlamCard, segmenter, bank } = await writeTinyModels(at('models'))
    for (let i = 0; i < SCANS; i++) await writeTinyScan(at(`data/site${i % 2}/p${i}_ct.nii.gz`), i)
    plainArgs = [
      'run',
      at('data'),
      '--out',
      at('out'),
      '--templates',
      bank,
      '--medlam',
      medlamCard,
      '--segmenter',
      segmenter,
      '--method',
      'medlam',
      '--min-confidence',
      '0',
      '--json',
    ]
  })

  it.each([
    [KILLS, []],
    [BIDS_KILLS, ['--bids']],
  ] as const)(
    'ends after %i kills at random moments with the very files of one that was left alone %j',
    async (least, more) => {
      rmSync(at('out'), { recursive: true, force: true })
      const args = [...plainArgs, ...more]
      expect(await runCli(args)).toMatchObject({ code: 0, stderr: '' })
      const undisturbed = comparableTree(at('out'))
      expect([...undisturbed.keys()].filter((name) => name.endsWith('_dseg.nii.gz'))).toHaveLength(SCANS)
      expect(undisturbed.get('summary.csv')).toContain(',SECONDS,')
      rmSync(at('out'), { recursive: true })

      const random = makeRandom(20260101)
      let kills = 0
      while (kills < least) {
        // Half of them anywhere (a scan prints about seven lines), half while a result is being written; in BIDS every
        // other one while the dataset's own files are.
        let countdown = more.length > 0 && kills % 2 === 0 ? 1 : 1 + Math.floor(random() * 14)
        const writing = countdown > 1 && random() < 0.5
        const killed = await startAndKill(
          args,
          (line) => (writing ? line.includes('"stage":"write"') : --countdown === 0),
          random() * (writing ? 60 : 40),
        )
        if (killed) {
          kills++
          if (!existsSync(at('out'))) continue
          // No partial file under its final name: whatever is there is what the undisturbed run wrote.
          for (const [name, content] of comparableTree(at('out'))) {
            if (!/^\.medlsam\/claims\/|\.[0-9a-f]{12}\.part$/.test(name))
              expect([name, content === undisturbed.get(name)]).toEqual([name, true])
          }
          continue
        }
        // It came through: compare, and start afresh.
        expect(comparableTree(at('out'))).toEqual(undisturbed)
        rmSync(at('out'), { recursive: true })
      }
      expect(await runCli(args)).toMatchObject({ code: 0, stderr: '' })
      expect(comparableTree(at('out'))).toEqual(undisturbed)
      expect([...readTree(at('out')).keys()].filter((name) => /\.(part|tmp)$|claims/.test(name))).toEqual([])
    },
    600_000,
  )

  it('does not do finished scans again, and does half-done ones', async () => {
    rmSync(at('out'), { recursive: true, force: true })
    // Two finished scans, and the third was begun.
    await killWhen((event) => event.kind === 'scanStarted' && event.scan?.path === 'site0/p4_ct.nii.gz')
    const { stdout } = await runCli(plainArgs)
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    const states = events[0].plan?.scans.map(({ path: scan, state }) => [scan, state.why ?? state.kind])
    expect(states).toEqual([
      ['site0/p0_ct.nii.gz', 'done'],
      ['site0/p2_ct.nii.gz', 'done'],
      ['site0/p4_ct.nii.gz', 'unfinished'],
      ['site1/p1_ct.nii.gz', 'new'],
      ['site1/p3_ct.nii.gz', 'new'],
    ])
    expect(events.filter(({ kind }) => kind === 'scanDone').map(({ scan }) => scan?.path)).toEqual([
      'site0/p4_ct.nii.gz',
      'site1/p1_ct.nii.gz',
      'site1/p3_ct.nii.gz',
    ])
  })
})

interface Event {
  readonly kind: string
  readonly scan?: { readonly path: string }
  readonly plan?: {
    readonly scans: readonly {
      readonly path: string
      readonly state: { readonly kind: string; readonly why?: string }
    }[]
  }
}

async function killWhen(moment: (event: Event) => boolean): Promise<void> {
  expect(await startAndKill(plainArgs, (line) => moment(JSON.parse(line) as Event), 0)).toBe(true)
}

/** Starts a run and kills it with all its processes so long after a line of its output; false when it was faster. */
function startAndKill(args: readonly string[], moment: (line: string) => boolean, thenMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (moment(line)) setTimeout(kill, thenMs)
  })
  const kill = (): void => {
    // The group: a worker must not get the chance to finish what it is at.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  return new Promise((resolve) =>
    child.on('close', (_code, signal) => {
      resolve(signal === 'SIGKILL')
    }),
  )
}
