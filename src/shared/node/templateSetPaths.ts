import path from 'node:path'
import type { TemplateScan, TemplateSet } from '../templateSet.js'

/** Ending of template set files that the extension finds by itself. */
export const SET_SUFFIX = '.medlsam.json'
/** Ending of bank files that the extension finds by itself. */
export const BANK_SUFFIX = '.medlsam.msgpack'

/** The name of a set that nobody has named: that of its file. */
export function setNameOf(setFile: string): string {
  return path.basename(setFile).replace(/(\.medlsam)?\.json$/i, '')
}

/** Absolute path of a template scan, which the set stores relative to itself. */
export function templateScanPath(setFile: string, scan: Pick<TemplateScan, 'path'>): string {
  return path.resolve(path.dirname(setFile), scan.path)
}

/** The path to store for a scan: relative to the set with forward slashes, or absolute on another drive. */
export function storedScanPath(setFile: string, scanFile: string): string {
  const relative = path.relative(path.dirname(path.resolve(setFile)), path.resolve(scanFile))
  return relative.split(path.sep).join('/')
}

/** The scan of a set that a file is, or undefined. */
export function scanOfFile(setFile: string, set: TemplateSet, scanFile: string): TemplateScan | undefined {
  return set.scans.find((scan) => templateScanPath(setFile, scan) === path.resolve(scanFile))
}
