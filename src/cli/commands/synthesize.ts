import type { Command } from 'commander'
import { makeSyntheticCt } from '../../lab/synthetic/syntheticCt.js'
import { formatLabelTable } from '../../shared/labelTable.js'
import { keepForeign } from '../../shared/node/keepForeign.js'
import { writeBytesAtomic } from '../../shared/node/wholeFiles.js'
import { encodeLabelMap } from '../../engine/scanFiles/writeLabelMap.js'
import { packNifti } from '../../engine/scanFiles/writeNifti.js'
import { runCommand } from '../command.js'
import { EXIT } from '../exitCodes.js'
import { wholeNumber } from '../parse.js'

interface SynthesizeFlags {
  readonly seed: number
  readonly force?: boolean
  readonly json?: boolean
}

/** `medlsam synthesize PREFIX --seed N`: a synthetic CT to try things on. */
export function addSynthesize(program: Command): void {
  program
    .command('synthesize')
    .description('write a synthetic head-and-neck CT (no patient) as PREFIX_ct.nii.gz, its organs as PREFIX_seg.nii.gz')
    .argument('<prefix>', 'start of the file names')
    .option('--seed <n>', 'which synthetic patient', wholeNumber(0), 1)
    .option('--force', 'replace other files of these names')
    .option('--json', 'print one JSON document on stdout and nothing else')
    .action((prefix: string, flags: SynthesizeFlags) =>
      runCommand(flags, async () => {
        const { ct, labels, structures } = makeSyntheticCt({ seed: flags.seed })
        const geometry = { niftiHeader: null, size: ct.size, affine: ct.affine }
        const [scan, map] = [`${prefix}_ct.nii.gz`, `${prefix}_seg.nii.gz`]
        const files = [
          { file: scan, bytes: await packNifti(scan, ct.data, geometry, 'scan') },
          { file: map, bytes: await encodeLabelMap(map, labels, geometry, structures) },
          { file: `${prefix}_seg_dseg.tsv`, bytes: Buffer.from(formatLabelTable(structures)) },
        ]
        // The same seed gives the same files; others of these names are somebody's own.
        await keepForeign(
          files.map(({ file, bytes }) => ({ file, isOurs: (present) => present.equals(bytes) })),
          flags.force,
        )
        for (const { file, bytes } of files) await writeBytesAtomic(file, bytes)
        return {
          document: { ct: `${prefix}_ct.nii.gz`, labels: `${prefix}_seg.nii.gz`, structures },
          lines: [`${prefix}_ct.nii.gz (synthetic, seed ${flags.seed})`],
          exitCode: EXIT.allFound,
        }
      }),
    )
}
