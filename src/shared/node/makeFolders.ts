import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { MedlsamError } from '../medlsamError.js'

/**
 * Makes a folder and those above it that are missing. Node's own recursive mkdir spins for ever where making a folder
 * answers "no such file" although its parent is there, as pseudo file systems do.
 * @throws MedlsamError `output` when one cannot be made, or a file is in the way
 */
export async function makeFolders(folder: string): Promise<void> {
  try {
    for (const each of await missingFolders(path.resolve(folder))) await makeFolder(each)
  } catch (error) {
    throw new MedlsamError('output', `The folder ${folder} cannot be made: choose another place.`, folder, {
      cause: error,
      remedy: { option: 'out' },
    })
  }
}

/** The folders on the way to this one that are not there, the outermost first. */
async function missingFolders(folder: string): Promise<string[]> {
  const found = await stat(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (found?.isDirectory() === true) return []
  const above = path.dirname(folder)
  if (found !== null || above === folder)
    throw Object.assign(new Error(`${folder} is not a folder`), { code: 'ENOTDIR' })
  return [...(await missingFolders(above)), folder]
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (codeOf(error) !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
