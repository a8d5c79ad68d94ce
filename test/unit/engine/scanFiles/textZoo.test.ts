import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { readImageNode } from '@itk-wasm/image-io'
import { describe, expect, it } from 'vitest'
import { nodeImageFiles } from '../../../../src/engine/scanFiles/nodeImageFiles.js'
import { openImage } from '../../../../src/engine/scanFiles/openImage.js'
import { readScan } from '../../../../src/engine/scanFiles/readScan.js'
import { readTextVoxels } from '../../../../src/imageio/text/textVoxels.js'
import { tempFolder } from '../../../support/tempFolder.js'
import { TEXT_ZOO, ZOO_SIZE, ZOO_VALUES, type ZooFile } from '../../../support/textImageZoo.js'

const folder = tempFolder()

function put({ name, files }: ZooFile): string {
  const own = path.join(folder, name.replace('.', '_'))
  for (const [each, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(own, each)), { recursive: true })
    writeFileSync(path.join(own, each), bytes)
  }
  return path.join(own, name)
}

describe.each(TEXT_ZOO.map((file) => [file.name, file] as const))('%s', (_, file) => {
  const at = put(file)

  it('is read as its format says', async () => {
    const scan = await readScan(at, { timePoint: file.timePoint ?? 0 })
    expect(scan.size).toEqual(ZOO_SIZE)
    expect(scan.data).toEqual(ZOO_VALUES)
    scan.affine.forEach((value, i) => {
      expect(value).toBeCloseTo(file.affine[i], 6)
    })
    if (file.warning === undefined) expect(scan.warnings).toEqual([])
    else expect(scan.warnings.join(' ')).toMatch(file.warning)
  })

  it('is read the same without ITK', async () => {
    const { text } = await openImage(at)
    if (text === null) throw new Error('no text image')
    const files = nodeImageFiles(path.dirname(at))
    const numbers = await readTextVoxels({ image: text, name: file.name, files, openItk: null }, file.timePoint ?? 0)
    expect(numbers).toEqual(ZOO_VALUES)
  })
})

/** What ITK cannot read, or takes for something else: it knows no units, and turns x of LAS round instead of y. */
const NOT_FOR_ITK =
  /time_first|unknown_first|list_last|space_time|stub_first|met(re|res)\.|maxs|very_long|comment|packed_(no|short|odd)_size|written|time\.mha|skip\.mhd|below|lines|las/

describe.each(TEXT_ZOO.filter(({ name }) => !NOT_FOR_ITK.test(name)).map((file) => [file.name, file] as const))(
  '%s',
  (_, file) => {
    it('lies where ITK puts it', async () => {
      const at = put(file)
      const [{ affine }, itk] = [await openImage(at), await readImageNode(at)]
      for (const row of [0, 1, 2]) {
        const sign = row < 2 ? -1 : 1
        for (const axis of [0, 1, 2])
          expect(affine[4 * row + axis]).toBeCloseTo(
            sign * Number(itk.direction[3 * row + axis]) * itk.spacing[axis],
            5,
          )
        expect(affine[4 * row + 3]).toBeCloseTo(sign * itk.origin[row], 5)
      }
    })
  },
)
