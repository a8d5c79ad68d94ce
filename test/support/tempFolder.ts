import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

/** A folder for one test file's own files, removed when the file's tests are done. */
export function tempFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'medlsam-test-'))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
