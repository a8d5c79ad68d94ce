import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readNpy } from '../../../../src/engine/runtime/npy.js'
import { npyBytes } from '../../../support/npyBytes.js'
import { tempFolder } from '../../../support/tempFolder.js'

const folder = tempFolder()

describe('readNpy', () => {
  it.each([
    ['text', Buffer.from('hello, this is no array at all')],
    ['double precision', npyBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", Buffer.alloc(8))],
    ['a cut file', npyBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }", Buffer.alloc(8))],
    ['columns first', npyBytes("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", Buffer.alloc(8))],
  ])('refuses %s', async (name, bytes) => {
    const file = path.join(folder, `${name}.npy`)
    await writeFile(file, bytes)
    await expect(readNpy(file)).rejects.toThrow(/NumPy/)
  })
})
