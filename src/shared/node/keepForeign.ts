import { readFile } from 'node:fs/promises'
import { MedlsamError } from '../medlsamError.js'

/** A file that a command is about to write. */
export interface PlannedFile {
  readonly file: string
  /** Whether what lies there was written by us and has not been changed since. */
  readonly isOurs: (present: Buffer) => boolean
}

/** Nothing that lies there may be replaced. */
export function neverOurs(): boolean {
  return false
}

/**
 * The one rule for files that are there already: what we did not write, or what somebody has changed since, is kept.
 * Called before the work and again before files are written.
 * @param force the user says that they may be replaced
 * @throws MedlsamError `output`, with the remedy `force`, when a file is not ours
 */
export async function keepForeign(files: readonly PlannedFile[], force: boolean | undefined): Promise<void> {
  if (force === true) return
  for (const { file, isOurs } of files) {
    const present = await readFile(file).catch((error: unknown) => {
      // What is no file, or may not be read, is no file of ours.
      return error instanceof Error && 'code' in error && isNothing(String(error.code)) ? null : Buffer.alloc(0)
    })
    if (present !== null && !isOurs(present))
      throw new MedlsamError(
        'output',
        `${file} is there already and was not written by this tool, or was changed since, so it is kept: choose another name, or say that it may be replaced.`,
        file,
        { remedy: { option: 'force' } },
      )
  }
}

function isNothing(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}
