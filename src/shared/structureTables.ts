import { words, type Cell, type Table } from './figureTable.js'
import type { ComparedStructure, StructureStatistics } from './labelComparison.js'

/** Statistics of structures as a table, one row each; in a file numbers are not rounded. */
export function statisticsTable(title: string, structures: readonly StructureStatistics[]): Table {
  const axes = ['R', 'A', 'S']
  return {
    title,
    columns: [
      'Structure',
      'Label',
      'Volume ml',
      'Mean HU',
      'SD HU',
      ...axes.map((axis) => `Box ${axis} from mm`),
      ...axes.map((axis) => `Box ${axis} to mm`),
      ...axes.map((axis) => `Centre ${axis} mm`),
    ],
    rows: structures.map(({ name, labelValue, volumeMl, meanHu, sdHu, boxMm, centreMm }) => [
      words(name),
      figure(labelValue, 0),
      figure(volumeMl, volumeMl < 10 ? 2 : 1),
      figure(meanHu, 1),
      figure(sdHu, 1),
      ...[...boxMm.min, ...boxMm.max, ...centreMm].map((mm) => figure(mm, 1)),
    ]),
  }
}

/** How structures of a label map differ from those of another one, as a table. */
export function comparisonTable(title: string, structures: readonly ComparedStructure[]): Table {
  return {
    title,
    columns: ['Structure', 'Dice', 'HD95 mm', 'Volume ml', 'Reference ml', 'Difference ml'],
    rows: structures.map(({ name, dice, hd95Mm, volumeMl, referenceMl }) => [
      words(name),
      figure(dice, 3),
      hd95Mm === null ? words('–') : figure(hd95Mm, 1),
      figure(volumeMl, 2),
      figure(referenceMl, 2),
      figure(volumeMl - referenceMl, 2),
    ]),
  }
}

function figure(value: number, digits: number): Cell {
  return { text: value.toFixed(digits), value }
}
