import { readFileSync } from 'node:fs'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MedlsamError } from '../../../../../src/shared/medlsamError.js'
import { openImport } from '../../../../../src/engine/models/import/importCheckpoint.js'
import { openCheckpoint } from '../../../../../src/engine/models/import/openCheckpoint.js'
import { readPickle } from '../../../../../src/engine/models/import/pickle.js'
import { PickleProblem } from '../../../../../src/engine/models/import/pickledValues.js'
import { tempFolder } from '../../../../support/tempFolder.js'
import { P, statePickle, tensorPickle, writeTorchCheckpoint, zipBytes } from '../../../../support/torchCheckpoint.js'

const folder = tempFolder()
const REFERENCE = path.resolve('test/fixtures/import/medlam-tiny')
const GOOD = readFileSync(path.join(REFERENCE, 'half.pth'))
let count = 0

const fresh = (ending = 'pth'): string => path.join(folder, `case-${count++}.${ending}`)

/** Imports a file to the end, so that damage anywhere in it is met. */
async function importWhole(file: string): Promise<void> {
  const source = await openImport(file, path.join(REFERENCE, 'skeleton'))
  try {
    await source.write(path.join(folder, `model-${count++}`), { id: 'x' })
  } finally {
    await source.close()
  }
}

/** The message of an error, checked to be one sentence about the file. */
function sentenceIn(error: unknown, file: string): string {
  if (!(error instanceof MedlsamError))
    throw new Error(`expected a MedlsamError, got ${String(error)}`, { cause: error })
  expect([error.kind, error.file]).toEqual(['model', file])
  expect(error.message).toContain(file)
  expect(error.message).toMatch(/^[\x20-\x7e]+\.$/)
  return error.message
}

async function sentence(promise: Promise<unknown>, file: string): Promise<string> {
  return sentenceIn(
    await promise.then(
      () => null,
      (e: unknown) => e,
    ),
    file,
  )
}

async function sentenceOf(bytes: Buffer, ending?: string): Promise<string> {
  const file = fresh(ending)
  await writeFile(file, bytes)
  return sentence(importWhole(file), file)
}

async function sentenceOfPickle(pickle: Buffer, storages?: Readonly<Record<string, Buffer>>): Promise<string> {
  const file = await writeTorchCheckpoint(fresh(), pickle, storages)
  return sentence(openCheckpoint(file), file)
}

describe('a pickle that wants to run something', () => {
  it.each([
    ['os.system', Buffer.concat([P.global('posix', 'system'), P.mark, P.text('touch /tmp/owned'), P.tuple, P.reduce])],
    ['builtins.eval', Buffer.concat([P.global('builtins', 'eval'), P.mark, P.text('1'), P.tuple, P.reduce])],
    ['getattr through a storage', Buffer.concat([P.global('torch', 'FloatStorage'), P.emptyTuple, P.reduce])],
    ['something from torch', Buffer.concat([P.global('torch', 'load'), P.mark, P.text('x'), P.tuple, P.reduce])],
    ['numpy', Buffer.concat([P.global('numpy.core.multiarray', '_reconstruct'), P.emptyTuple, P.reduce])],
    ['a call of text', Buffer.concat([P.text('print'), P.emptyTuple, P.reduce])],
    [
      'an OrderedDict made of something',
      Buffer.concat([P.global('collections', 'OrderedDict'), P.mark, P.emptyList, P.tuple, P.reduce]),
    ],
    ['NEWOBJ', Buffer.concat([P.global('torch', 'FloatStorage'), P.emptyTuple, Buffer.of(0x81)])],
    ['INST', Buffer.from('(ios\nsystem\n')],
    ['OBJ', Buffer.from('(o')],
    ['STACK_GLOBAL', Buffer.concat([P.text('os'), P.text('system'), Buffer.of(0x93)])],
    ['EXT1', Buffer.of(0x82, 1)],
    ['state on a list', Buffer.concat([P.emptyList, P.emptyDict, P.build])],
    ['a newer protocol', P.proto(4)],
    ['a name with control characters', P.global('os\x1b[31m', 'système')],
  ])('is refused: %s', async (_, attack) => {
    const pickle = Buffer.concat([
      P.proto(),
      P.emptyDict,
      P.mark,
      P.text('w'),
      tensorPickle(),
      P.text('x'),
      attack,
      P.setItems,
      P.stop,
    ])
    expect(await sentenceOfPickle(pickle)).toMatch(
      /wants more than tensors when it is opened \(.+\), so nothing of it was run or read: if you trust it, save its tensors alone/,
    )
  })

  it('names what it wants', async () => {
    expect(await sentenceOfPickle(Buffer.concat([P.proto(), P.global('posix', 'system'), P.stop]))).toContain(
      '"posix.system"',
    )
  })
})

describe('a pickle that contradicts itself', () => {
  it.each([
    ['is empty', Buffer.alloc(0)],
    ['stops with an empty stack', Buffer.concat([P.proto(), P.stop])],
    ['stops in the middle', Buffer.concat([P.proto(), P.mark, P.emptyDict, P.stop])],
    ['closes what is not open', Buffer.concat([P.proto(), P.tuple, P.stop])],
    ['recalls what it has not stored', Buffer.concat([P.proto(), P.get(7), P.stop])],
    ['fills a number', Buffer.concat([P.proto(), P.int(1), P.mark, P.text('a'), P.none, P.setItems, P.stop])],
    [
      'fills a dictionary with half a pair',
      Buffer.concat([P.proto(), P.emptyDict, P.mark, P.text('a'), P.setItems, P.stop]),
    ],
    ['appends to a dictionary', Buffer.concat([P.proto(), P.emptyDict, P.mark, P.none, P.appends, P.stop])],
    ['names text of 4 GB', Buffer.concat([P.proto(), Buffer.from('X\xff\xff\xff\xff', 'latin1'), P.stop])],
    ['names a storage that is none', Buffer.concat([P.proto(), P.text('storage'), P.persistentId, P.stop])],
    ['reaches beyond its storage', statePickle({ w: tensorPickle({ offset: 1 }) })],
    ['strides beyond its storage', statePickle({ w: tensorPickle({ shape: [2, 2], strides: [3, 1] }) })],
    ['has more elements than bytes', statePickle({ w: tensorPickle({ elements: 5, shape: [5] }) })],
    [
      'has a huge shape',
      statePickle({ w: tensorPickle({ shape: [2_000_000_000, 2_000_000_000, 2_000_000_000], strides: [1, 1, 1] }) }),
    ],
    ['has a negative size', statePickle({ w: tensorPickle({ shape: [-4] }) })],
    ['has shape and strides of different length', statePickle({ w: tensorPickle({ shape: [4], strides: [1, 1] }) })],
    ['has a storage that is not there', statePickle({ w: tensorPickle({ key: '1' }) })],
    ['points out of the archive', statePickle({ w: tensorPickle({ key: '../../../etc/passwd' }) })],
  ])('is refused: %s', async (_, pickle) => {
    expect(await sentenceOfPickle(pickle)).toMatch(/is damaged or cut short \(.+\): download or copy it again\.$/)
  })

  it('is refused when it makes far more objects than a checkpoint has', async () => {
    const bomb = Buffer.concat([P.proto(), Buffer.alloc(3_000_000, '}'), P.stop])
    expect(await sentenceOfPickle(bomb)).toContain('far more than a list of tensors')
    expect(await sentenceOfPickle(Buffer.alloc(17 * 2 ** 20))).toContain('lists far more than the tensors of a model')
  })

  it('is refused when it holds no tensors, or another model', async () => {
    expect(await sentenceOfPickle(statePickle({}))).toContain('holds no tensors by name')
    const file = await writeTorchCheckpoint(fresh(), statePickle({ 'layer.weight': tensorPickle() }))
    expect(await sentence(openImport(file, path.join(REFERENCE, 'skeleton')), file)).toMatch(
      /holds another model than those that can be imported \(MedLAM tiny\): its tensors are layer\.weight/,
    )
  })

  it('may hold a dictionary in itself', () => {
    expect(
      readPickle(
        Buffer.concat([P.proto(), P.emptyDict, P.put(0), P.mark, P.text('self'), P.get(0), P.setItems, P.stop]),
      ),
    ).toMatchObject({ kind: 'dict' })
  })

  it('of any bytes is read or refused, and nothing else happens', () => {
    const instructions = [
      P.mark,
      P.none,
      P.emptyTuple,
      P.emptyDict,
      P.emptyList,
      P.tuple,
      P.reduce,
      P.build,
      P.setItems,
      P.appends,
      P.persistentId,
    ]
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        ...instructions,
        tensorPickle(),
        P.global('collections', 'OrderedDict'),
        P.int(3),
        P.text('k'),
        P.put(0),
        P.get(0),
        P.long(255, 255),
        P.long(),
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          readPickle(Buffer.concat([P.proto(), ...pieces, P.stop]))
        } catch (error) {
          if (!(error instanceof PickleProblem)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a checkpoint file that was damaged', () => {
  it('is refused wherever it was cut', async () => {
    const file = fresh()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.nat(GOOD.length - 1),
          fc.nat(40),
          fc.nat(4000).map((n) => GOOD.length - 1 - n),
        ),
        async (length) => {
          await writeFile(file, GOOD)
          await truncate(file, length)
          expect(await sentence(importWhole(file), file)).toMatch(
            /is damaged or cut short|no checkpoint that can be imported/,
          )
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is refused, or means the same, whichever byte was changed', async () => {
    const file = fresh()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.nat(GOOD.length - 1),
          fc.nat(6000),
          fc.nat(8000).map((n) => GOOD.length - 1 - n),
        ),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const bytes = Buffer.from(GOOD)
          bytes[at] ^= change
          await writeFile(file, bytes)
          // Dates and attributes in the archive's directory change nothing.
          const error: unknown = await importWhole(file).then(
            () => null,
            (e: unknown) => e,
          )
          if (error !== null) sentenceIn(error, file)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is refused when a number in it was changed', async () => {
    const bytes = Buffer.from(GOOD)
    // The middle of the file is inside the biggest tensor.
    bytes[Math.floor(bytes.length / 2)] ^= 1
    expect(await sentenceOf(bytes)).toContain('its checksums do not match')
  })

  it('is refused when entries share their bytes', async () => {
    const zip = await zipBytes({
      'a/data.pkl': statePickle({ v: tensorPickle({ key: '0' }), w: tensorPickle({ key: '1' }) }),
      'a/data/0': Buffer.alloc(16),
      'a/data/1': Buffer.alloc(16),
    })
    // The second storage's directory record is made to point to the first one's header.
    const directory = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'))
    const first = zip.indexOf(Buffer.from('a/data/0')) - 30
    zip.writeUInt32LE(first, directory + 42)
    expect(await sentenceOf(zip)).toContain('its entries overlap')
  })

  it('is refused when compressed, which hides bombs', async () => {
    const bomb = await zipBytes({ 'a/data.pkl': Buffer.alloc(50 * 2 ** 20) }, true)
    expect(bomb.length).toBeLessThan(100_000)
    expect(await sentenceOf(bomb)).toContain('is a compressed zip file')
  })
})

describe('a file that is no checkpoint', () => {
  it.each([
    [
      'a web page',
      Buffer.from('<!DOCTYPE html><html><body>Quota exceeded</body></html>'),
      /is a web page, so the download went wrong/,
    ],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'), /git lfs pull/],
    [
      'a pickle of old PyTorch',
      Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.', 'latin1'),
      /before 1\.6: save it again with a newer one/,
    ],
    ['nothing', Buffer.alloc(0), /almost empty/],
    ['noise', Buffer.alloc(5000, 0x5a), /no checkpoint that can be imported/],
  ])('says so: %s', async (_, bytes, words) => {
    expect(await sentenceOf(bytes)).toMatch(words)
  })

  it('says so: another zip file, a program, a folder, nothing at all', async () => {
    expect(await sentenceOf(await zipBytes({ 'word/document.xml': Buffer.from('<x/>') }))).toContain(
      'no PyTorch checkpoint',
    )
    expect(await sentenceOf(await zipBytes({ 'm/data.pkl': P.stop, 'm/constants.pkl': P.stop }))).toContain(
      'TorchScript',
    )
    expect(
      await sentenceOf(
        await zipBytes({ 'm/data.pkl': statePickle({ w: tensorPickle() }), 'm/byteorder': Buffer.from('big') }),
      ),
    ).toContain('another byte order')
    const inner = fresh('folder')
    await mkdir(inner)
    expect(await sentence(openCheckpoint(inner), inner)).toContain('is not a file')
    const missing = fresh()
    expect(await sentence(openCheckpoint(missing), missing)).toContain('cannot be opened')
  })
})

describe('a safetensors file', () => {
  type Entry = Readonly<{ dtype: string; shape: readonly number[]; data_offsets: readonly number[] }>
  const build = (header: unknown, data = 16, length?: bigint): Buffer => {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
    const head = Buffer.alloc(8)
    head.writeBigUInt64LE(length ?? BigInt(text.length))
    return Buffer.concat([head, text, Buffer.alloc(data)])
  }
  const w: Entry = { dtype: 'F32', shape: [4], data_offsets: [0, 16] }

  it('is read', async () => {
    const file = fresh('safetensors')
    await writeFile(file, build({ __metadata__: { format: 'pt' }, w }))
    const checkpoint = await openCheckpoint(file)
    expect([...checkpoint.groups[0]]).toEqual([
      ['w', { type: 'float32', shape: [4], strides: [1], position: expect.any(Number) }],
    ])
    await checkpoint.close()
  })

  it.each([
    ['a header of 16 exabytes', build({ w }, 16, 2n ** 64n - 1n), /header is longer than the file/],
    ['a header longer than the file', build({ w }, 16, 500n), /header is longer than the file/],
    ['no JSON', build('{"w":', 16), /not JSON/],
    ['text that is no UTF-8', build('{"\xff\xfe', 16), /not JSON|describe/],
    ['JSON that describes nothing', build('{"w": 3}'), /does not describe tensors/],
    ['negative offsets', build({ w: { ...w, data_offsets: [-16, 0] } }), /does not describe tensors/],
    [
      'offsets that are no numbers',
      build('{"w":{"dtype":"F32","shape":[4],"data_offsets":["0","16"]}}'),
      /does not describe tensors/,
    ],
    [
      'a huge shape',
      build({ w: { ...w, shape: [9_007_199_254_740_991, 9_007_199_254_740_991] } }),
      /another size than its shape/,
    ],
    ['a range beyond the end', build({ w: { ...w, shape: [8], data_offsets: [0, 32] } }), /beyond the end/],
    ['ranges that overlap', build({ v: w, w: { ...w, data_offsets: [8, 24] } }, 24), /overlap/],
    ['a gap', build({ v: w, w: { ...w, data_offsets: [20, 36] } }, 36), /gaps/],
    ['bytes at the end', build({ w }, 20), /more in it than its tensors/],
    ['an unknown type', build({ w: { ...w, dtype: 'F8_E4M3' } }), /number type/],
    ['no tensors', build({ __metadata__: { a: 'b' } }, 0), /no tensors/],
  ])('is refused with %s', async (_, bytes, words) => {
    expect(await sentenceOf(bytes, 'safetensors')).toMatch(words)
  })

  it('of any header is read or refused', async () => {
    const file = fresh('safetensors')
    const number = fc.oneof(fc.integer({ min: -1, max: 40 }), fc.constantFrom(1e300, 2 ** 53, 0.5))
    const entry = fc.record({
      dtype: fc.constantFrom('F32', 'F16', 'U8', 'X', '__proto__'),
      shape: fc.array(number, { maxLength: 3 }),
      data_offsets: fc.array(number, { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__', '__metadata__'), fc.oneof(entry, fc.jsonValue())),
        async (header) => {
          await writeFile(file, build(header))
          const found: unknown = await openCheckpoint(file).then(
            (checkpoint) => checkpoint.close(),
            (e: unknown) => e,
          )
          if (found !== undefined) sentenceIn(found, file)
        },
      ),
      { numRuns: 200 },
    )
  })
})
