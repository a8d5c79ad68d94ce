import { afterEach, describe, expect, it, vi } from 'vitest'
import { besideUrl, fetchedFiles } from '../../../../src/webview/viewer/fetchedFiles.js'
import { metaFile } from '../../../support/textImageZoo.js'

const BASE = 'https://file.test/scans/a%20b'
const header = metaFile({ ElementDataFile: 'the data.raw' }, Buffer.alloc(0))
const source = { name: 'x.mhd', url: `${BASE}/x.mhd?t=7`, sizeBytes: header.length }

function serve(files: Readonly<Record<string, Uint8Array>>): void {
  vi.stubGlobal('fetch', (url: string) => {
    const body = Object.entries(files).find(([address]) => address === url)?.[1]
    return Promise.resolve(
      body === undefined ? new Response(null, { status: 404 }) : new Response(Uint8Array.from(body)),
    )
  })
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('A scan that is fetched', () => {
  it('comes with the files that its header names', async () => {
    serve({ [`${BASE}/x.mhd?t=7`]: header, [`${BASE}/the%20data.raw?t=7`]: Uint8Array.of(1, 2, 3) })
    const read: number[] = []
    const files = await fetchedFiles(source, 1e6, (done) => read.push(done))
    expect([...files.keys()]).toEqual(['x.mhd', 'the data.raw'])
    expect(files.get('the data.raw')).toEqual(Uint8Array.of(1, 2, 3))
    expect(read.at(-1)).toBe(header.length + 3)
  })

  it('comes without those that are not there', async () => {
    serve({ [`${BASE}/x.mhd?t=7`]: header })
    expect([...(await fetchedFiles(source, 1e6, () => undefined)).keys()]).toEqual(['x.mhd'])
  })

  it('is no larger than allowed, all files together', async () => {
    serve({ [`${BASE}/x.mhd?t=7`]: header, [`${BASE}/the%20data.raw?t=7`]: new Uint8Array(1000) })
    await expect(fetchedFiles(source, header.length + 500, () => undefined)).rejects.toThrow(/maxSizeMb/)
  })
})

it('names files beside an address, whatever characters they have', () => {
  expect(besideUrl('https://a.test/b/c.mhd?t=1', 'd e/#1.raw')).toBe('https://a.test/b/d%20e/%231.raw?t=1')
})
