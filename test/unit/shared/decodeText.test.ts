import { expect, it } from 'vitest'
import { decodeText } from '../../../src/shared/decodeText.js'

const TEXT = '{"name": "Bälkchen µ 😀"}'

it('reads text of any byte order mark as without it', () => {
  const little = Buffer.from(TEXT, 'utf16le')
  for (const bytes of [
    Buffer.from(TEXT),
    Buffer.from(`\uFEFF${TEXT}`),
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(little).swap16()]),
  ])
    expect(decodeText(bytes)).toBe(TEXT)
})
