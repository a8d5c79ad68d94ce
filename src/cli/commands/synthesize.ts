import type { Command } from 'commander'
import { makeSyntheticCt } from '../../lab/synthetic/syntheticCt.js'
import { formatLabelTable } from '../../shared/labelTable.js'
import { writeTextAtomic } from '../../shared/node/wholeFiles.js'
import { writeLabelMap } from '../../engine/scanFiles/writeLabelMap.js'
import { writeScan } from '../../engine/scanFiles/writeScan.js'
import { runCommand } from '../command.js'
import { EXIT } from '../exitCodes.js'
import { wholeNumber } from '../parse.js'

interface SynthesizeFlags {
  readonly seed: number
  readonly json?: boolean
}

/** `medlsam synthesize PREFIX --seed N`: a synthetic CT to try things on. */
export function addSynthesize(program: Command): void {
  program
    .command('synthesize')
    .description('write a synthetic head-and-neck CT (no patient) as PREFIX_ct.nii.gz, its organs as PREFIX_seg.nii.gz')
    .argument('<prefix>', 'start of the file names')
    .option('--seed <n>', 'which synthetic patient', wholeNumber(0), 1)
    .option('--json', 'print one JSON document on stdout and nothing else')
    .action((prefix: string, flags: SynthesizeFlags) =>
      runCommand(flags, async () => {
        const { ct, labels, structures } = makeSyntheticCt({ seed: flags.seed })
        const geometry = { niftiHeader: null, size: ct.size, affine: ct.affine }
        await writeScan(`${prefix}_ct.nii.gz`, ct)
        await writeLabelMap(`${prefix}_seg.nii.gz`, labels, geometry, structures)
        await writeTextAtomic(`${prefix}_seg_dseg.tsv`, formatLabelTable(structures))
        return {
          document: { ct: `${prefix}_ct.nii.gz`, labels: `${prefix}_seg.nii.gz`, structures },
          lines: [`${prefix}_ct.nii.gz (synthetic, seed ${flags.seed})`],
          exitCode: EXIT.allFound,
        }
      }),
    )
}
