import type { TopLevelSpec } from 'vega-lite'
import { defined } from '../../../shared/defined.js'
import type { ConfidencePoint } from '../benchmarkTables.js'

/** Colours that stay apart for common kinds of colour blindness (Okabe and Ito 2008). */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#999999', '#000000']

/** One organ's mean with its 95 % interval. */
export interface MeanBar {
  readonly structure: string
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** One case's value of one organ in one column. */
export interface BoxPoint {
  readonly structure: string
  readonly column: string
  readonly value: number
}

/** The true and the predicted volume of a structure. */
export interface VolumePair {
  readonly structure: string
  readonly truthMl: number
  readonly volumeMl: number
}

const look = {
  background: 'white',
  config: {
    font: 'system-ui, sans-serif',
    view: { stroke: '#dfe3e9' },
    axis: { gridColor: '#eceff3', labelFontSize: 11, titleFontWeight: 'normal' },
  },
} as const

/** The organs in the order given, since Vega would sort them or take them as they fall. */
function inOrder(points: readonly { readonly structure: string }[]): string[] {
  return [...new Set(points.map(({ structure }) => structure))]
}

/** Figure 5 of the paper: mean per organ with 95 % intervals. */
export function meanBars(bars: readonly MeanBar[], title: string): Promise<string> {
  const y = { field: 'structure', type: 'nominal', sort: inOrder(bars), title: null } as const
  return toSvg({
    ...look,
    width: 620,
    height: { step: 24 },
    data: { values: [...bars] },
    layer: [
      {
        mark: { type: 'bar', color: COLORS[4], height: { band: 0.7 } },
        encoding: { y, x: { field: 'mean', type: 'quantitative', title, scale: { domain: [0, 1] } } },
      },
      {
        mark: { type: 'rule', color: '#1c2330' },
        encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      },
    ],
  })
}

/** Box plots per organ, one box per column: quartiles, whiskers to 1.5 of their distance, points beyond. */
export function boxPlots(points: readonly BoxPoint[], title: string, order: readonly string[]): Promise<string> {
  return toSvg({
    ...look,
    width: { step: Math.max(20, 60 / order.length) },
    height: 260,
    data: { values: [...points] },
    mark: {
      type: 'boxplot',
      extent: 1.5,
      size: order.length > 1 ? 14 : 22,
      median: { color: 'white' },
      outliers: { size: 14 },
    },
    encoding: {
      x: { field: 'structure', type: 'nominal', sort: inOrder(points), title: null, axis: { labelAngle: -25 } },
      ...defined({
        xOffset: order.length > 1 ? ({ field: 'column', type: 'nominal', sort: [...order] } as const) : undefined,
      }),
      y: { field: 'value', type: 'quantitative', title },
      color: {
        field: 'column',
        type: 'nominal',
        title: null,
        scale: { domain: [...order], range: COLORS.slice(0, order.length) },
        ...(order.length > 1 ? { legend: { orient: 'top', labelLimit: 400 } } : { legend: null }),
      },
    },
  })
}

/**
 * Bland and Altman's plot of volumes, one panel per organ: difference against mean in ml, with the mean
 * difference and its limits of agreement (1.96 standard deviations).
 */
export function blandAltman(pairs: readonly VolumePair[]): Promise<string> {
  const line = (field: string, dash: number[]): object => ({
    mark: { type: 'rule', color: '#5b6575', strokeDash: dash },
    encoding: { y: { aggregate: 'max', field, type: 'quantitative' } },
  })
  return toSvg({
    ...look,
    data: {
      values: pairs.map(({ structure, truthMl, volumeMl }) => ({
        structure,
        mean: (truthMl + volumeMl) / 2,
        difference: volumeMl - truthMl,
      })),
    },
    transform: [
      {
        joinaggregate: [
          { op: 'mean', field: 'difference', as: 'bias' },
          { op: 'stdevp', field: 'difference', as: 'spread' },
        ],
        groupby: ['structure'],
      },
      { calculate: 'datum.bias + 1.96 * datum.spread', as: 'upper' },
      { calculate: 'datum.bias - 1.96 * datum.spread', as: 'lower' },
    ],
    facet: {
      field: 'structure',
      type: 'nominal',
      title: null,
      sort: inOrder(pairs),
      header: { labelFontWeight: 'bold' },
    },
    columns: 4,
    resolve: { scale: { x: 'independent', y: 'independent' }, axis: { x: 'independent', y: 'independent' } },
    spec: {
      width: 190,
      height: 150,
      layer: [
        {
          mark: { type: 'point', filled: true, color: COLORS[0], size: 36 },
          encoding: {
            x: { field: 'mean', type: 'quantitative', title: 'mean of both, ml', scale: { zero: false } },
            y: { field: 'difference', type: 'quantitative', title: 'predicted less truth, ml' },
          },
        },
        line('bias', [1, 0]),
        line('upper', [4, 3]),
        line('lower', [4, 3]),
      ],
    },
  } as TopLevelSpec)
}

/** Confidence against wall distance, on a logarithmic scale. */
export function confidenceScatter(points: readonly ConfidencePoint[]): Promise<string> {
  return toSvg({
    ...look,
    width: 620,
    height: 320,
    data: { values: points.map((point) => ({ ...point, wallDistanceMm: Math.max(0.1, point.wallDistanceMm) })) },
    mark: { type: 'point', filled: true, size: 50, opacity: 0.75 },
    encoding: {
      x: { field: 'confidence', type: 'quantitative', title: 'confidence', scale: { domain: [0, 1] } },
      y: { field: 'wallDistanceMm', type: 'quantitative', title: 'wall distance, mm', scale: { type: 'log' } },
      color: { field: 'structure', type: 'nominal', title: null, sort: inOrder(points), scale: { range: COLORS } },
    },
  })
}

/** Draws a chart without a browser. The library is large, so it is loaded only for a report. */
async function toSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')])
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}
