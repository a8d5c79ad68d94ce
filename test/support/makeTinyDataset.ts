/**
 * Writes a dataset that is segmented in seconds, for the tests of the workflows: `FOLDER/scans`, `FOLDER/models`,
 * and in `FOLDER/options` what `medlsam run` must be told to use these models.
 *
 *   npx tsx test/support/makeTinyDataset.ts FOLDER COUNT
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { writeTinyModels, writeTinyScan } from './tinyModels.js'

const [folder, count] = [process.argv[2], Number(process.argv[3])]
const { medlamCard, segmenter, bank } = await writeTinyModels(path.join(folder, 'models'))
for (let i = 0; i < count; i++)
  await writeTinyScan(path.join(folder, `scans/site${i % 3}/p${String(i).padStart(3, '0')}_ct.nii.gz`), i)
await writeFile(
  path.join(folder, 'options'),
  `--templates ${bank} --medlam ${medlamCard} --segmenter ${segmenter} --min-confidence 0\n`,
)
