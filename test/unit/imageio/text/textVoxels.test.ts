import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openItk } from '../../../../src/engine/scanFiles/itkPipelines.js'
import type { ImageFiles } from '../../../../src/imageio/imageFiles.js'
import type { ItkModule, OpenItk } from '../../../../src/imageio/itk/itkModule.js'
import { readWithItk } from '../../../../src/imageio/itk/readWithItk.js'
import { readTextHeader } from '../../../../src/imageio/text/textImage.js'
import { readTextVoxels } from '../../../../src/imageio/text/textVoxels.js'
import type { RawArray } from '../../../../src/imageio/voxels.js'
import { metaFile, nrrdFile, ZOO_VALUES } from '../../../support/textImageZoo.js'

/** One file in memory, whose raw data alone can be read. */
function inMemory(bytes: Uint8Array): ImageFiles {
  return {
    size: () => Promise.resolve(bytes.length),
    start: (_, length) => Promise.resolve(bytes.subarray(0, length)),
    async *chunks(_, from) {
      yield await Promise.resolve(bytes.subarray(from))
    },
  }
}

/** A module of which some functions are others. */
function wrapped(itk: ItkModule, changes: Partial<ItkModule>): ItkModule {
  return Object.assign(Object.create(itk) as ItkModule, changes)
}

async function read(bytes: Uint8Array, format: 'nrrd' | 'meta', open: OpenItk | null): Promise<RawArray> {
  const files = inMemory(bytes)
  const image = await readTextHeader((length) => files.start('x', length), 'x', format)
  return readTextVoxels({ image, name: 'x', files, openItk: open }, 0)
}

describe('The numbers of an NRRD or MetaImage file', () => {
  it.each([
    ['nrrd', nrrdFile()],
    ['meta', metaFile()],
  ] as const)('are those that ITK reads: %s', async (format, bytes) => {
    const opened: string[] = []
    const open: OpenItk = async (wanted, print) => {
      opened.push(wanted)
      const itk = await openItk(wanted, print)
      // ITK is shown another last voxel than the file holds, so that it can be told whose numbers come out.
      return wrapped(itk, {
        fs_writeFile: (path, content) => {
          const other = Uint8Array.from(content)
          other.set([77, 0], other.length - 2)
          itk.fs_writeFile(path, other)
        },
      })
    }
    expect((await read(bytes, format, open)).at(-1)).toBe(77)
    expect(opened).toEqual([format])
  })

  it('are read here where ITK fails, throws, or gives another number of them', async () => {
    const failing: OpenItk[] = [
      async (format, print) => wrapped(await openItk(format, print), { callMain: () => 1 }),
      async (format, print) =>
        wrapped(await openItk(format, print), {
          callMain: () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- Emscripten throws numbers
            throw 206608
          },
        }),
      async (format, print) => {
        const itk = await openItk(format, print)
        return wrapped(itk, {
          callMain: (args) => {
            print('Uncompress failed')
            return itk.callMain(args)
          },
        })
      },
    ]
    for (const open of failing) expect(await read(nrrdFile(), 'nrrd', open)).toEqual(ZOO_VALUES)
  })
})

describe('ITK', () => {
  it('counts as failing where it prints that it could not unpack, and gives zeros', async () => {
    const bytes = metaFile({ CompressedData: 'True' }, deflateSync(Buffer.from(ZOO_VALUES.buffer)))
    expect(await readWithItk(openItk, 'meta', 'x.mha', new Map([['x.mha', bytes]]))).toBeNull()
    expect(await readWithItk(openItk, 'meta', 'x.mha', new Map([['x.mha', metaFile()]]))).not.toBeNull()
  })
})
