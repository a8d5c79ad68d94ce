import path from 'node:path'

/** The path of a file or folder as a link in a document that lies in a folder. */
export function linkTo(target: string, folder: string): string {
  return path.relative(folder, target).split(path.sep).map(encodeURIComponent).join('/')
}
