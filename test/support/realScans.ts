import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { ScanFiles } from './scanWorkspace.js'

const FOLDER = path.resolve(import.meta.dirname, '../../../shared/data/hn7')
const COLORS = ['#4363d8', '#ffe119', '#e6194b', '#3cb44b', '#9a6324', '#f58231', '#fffac8']

/** Whether real CT lies beside the checkout: no suite stands on it, some add a case for it. */
export const hasRealScans = existsSync(FOLDER)

/** A real scan beside the checkout. */
export function realScan(id: string, split: 'templates' | 'eval'): ScanFiles {
  return {
    id,
    ct: path.join(FOLDER, split, `${id}_ct.nii.gz`),
    labelMap: path.join(FOLDER, split, `${id}_seg.nii.gz`),
    labelNames: labelNames(),
  }
}

/** The data set's label names as the table that lies beside a label map. */
function labelNames(): string {
  const { labels } = JSON.parse(readFileSync(path.join(FOLDER, 'labels.json'), 'utf8')) as {
    labels: Record<string, string>
  }
  return [
    'index\tname\tcolor',
    ...Object.entries(labels).map(([value, name], index) => `${value}\t${name}\t${COLORS[index % COLORS.length]}`),
    '',
  ].join('\n')
}
