import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'

/** Folders for masks that are shown while a run goes on. */
export interface PreviewFolders {
  /** The one folder above all of them, which webviews may read. */
  readonly root: string
  /** A path for the next run; the engine makes the folder. */
  next(): string
  remove(folder: string): Promise<void>
}

/** Names the folders of this process under `root`, and removes those of processes that are gone. */
export function createPreviewFolders(root: string): PreviewFolders {
  mkdirSync(root, { recursive: true })
  for (const name of readdirSync(root)) {
    if (!isAlive(Number(/^run-(\d+)-/.exec(name)?.[1]))) rmSync(path.join(root, name), { recursive: true, force: true })
  }
  let count = 0
  return {
    root,
    next() {
      count += 1
      return path.join(root, `run-${process.pid}-${count}`)
    },
    remove: (folder) => rm(folder, { recursive: true, force: true }),
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return false
  try {
    return process.kill(pid, 0)
  } catch {
    // No such process, or one of another user, which cannot have written here.
    return false
  }
}
