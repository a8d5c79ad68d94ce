import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPreviewFolders } from '../../../../src/host/segment/previewFolders.js'
import { tempFolder } from '../../../support/tempFolder.js'

describe('folders for masks that are shown early', () => {
  it('of processes that are gone are removed, those of others are left alone', () => {
    const root = tempFolder()
    const [ours, gone, odd] = [`run-${process.pid}-7`, 'run-99999999-1', 'anything']
    for (const name of [ours, gone, odd]) mkdirSync(path.join(root, name))
    createPreviewFolders(root)
    expect(readdirSync(root)).toEqual([ours])
  })

  it('have a new name for every run', () => {
    const folders = createPreviewFolders(path.join(tempFolder(), 'new'))
    expect(folders.next()).not.toBe(folders.next())
    expect(readdirSync(folders.root)).toEqual([])
  })
})
