import { localizeScan } from '../src/engine/pipeline/localizeScan.js'
import type { Localization } from '../src/engine/pipeline/localization.js'
import { isOnePiece, priorsOf, segmentLocalized, shownTo } from '../src/engine/pipeline/segmentLocalized.js'
import type { MedlamModel } from '../src/engine/medlam/model.js'
import type { TemplateBank } from '../src/engine/medlam/templateBank.js'
import { draftInBox } from '../src/engine/refine/draftOfMask.js'
import { segmentBox } from '../src/engine/refine/segmentBox.js'
import { templatesPrior } from '../src/engine/sam/prior/templatesPrior.js'
import { refineByPoints } from '../src/engine/refine/refineByPoints.js'
import { axialView } from '../src/engine/sam/slices/axialView.js'
import type { Segmenter } from '../src/engine/sam/segmenter.js'
import { tileGrid, type Shown } from '../src/engine/sam/tiles/tileGrid.js'
import { defined } from '../src/shared/defined.js'
import type { BoxMm } from '../src/shared/geometry/points.js'
import type { LabelVolume, Scan } from '../src/shared/geometry/volume.js'
import { applyRuns } from '../src/shared/labelEdit/voxelRuns.js'
import type { RefinePoint } from '../src/shared/refinement.js'
import type { RunOptions } from '../src/shared/sidecar.js'
import { afterActions, type BoxAction, type Click } from './annotator.js'

/** What segments. It never sees a label map that somebody drew. */
export interface AnnotationTools {
  readonly model: MedlamModel
  readonly segmenter: Segmenter
  readonly bank: TemplateBank
  readonly options: RunOptions
}

/** Labels before an organ's first point, and all points since: a point is answered together with those before it. */
interface Clicked {
  readonly before: LabelVolume
  readonly points: readonly RefinePoint[]
}

/** A scan that was segmented, and what an annotator has made of it. Counts the seconds that the program took. */
export class AnnotatedScan {
  private readonly clicked = new Map<number, Clicked>()

  private constructor(
    private readonly tools: AnnotationTools,
    private readonly scan: Scan,
    private localization: Localization,
    private current: LabelVolume,
    public seconds: number,
  ) {}

  /** Finds and segments everything. */
  static async open(tools: AnnotationTools, scan: Scan): Promise<AnnotatedScan> {
    const start = performance.now()
    const { model, bank, options } = tools
    const localization = await localizeScan({ model, bank, structures: bank.structures, options, threads: 2 }, scan)
    const { labels } = await segmentLocalized(segmentTask(tools), scan, localization)
    return new AnnotatedScan(tools, scan, localization, labels, (performance.now() - start) / 1000)
  }

  get geometry(): Scan['geometry'] {
    return this.scan.geometry
  }

  /** The same scan for another annotator. */
  copy(): AnnotatedScan {
    return new AnnotatedScan(this.tools, this.scan, this.localization, this.current, this.seconds)
  }

  /** Remembers how things stand. @returns what brings that back */
  mark(): () => void {
    const { localization, current } = this
    const clicked = new Map(this.clicked)
    return () => {
      this.localization = localization
      this.current = current
      this.clicked.clear()
      for (const [labelValue, known] of clicked) this.clicked.set(labelValue, known)
    }
  }

  labels(): LabelVolume {
    return this.current
  }

  /** Boxes of what was found, by label value. */
  boxes(): ReadonlyMap<number, BoxMm> {
    return new Map(
      this.localization.structures.flatMap(({ labelValue, boxMm }) =>
        boxMm === null ? [] : [[labelValue, boxMm] as const],
      ),
    )
  }

  /** Moves faces of boxes and segments their organs again. */
  async moveBoxes(actions: readonly BoxAction[]): Promise<void> {
    const start = performance.now()
    for (const labelValue of new Set(actions.map((action) => action.labelValue)))
      await this.segmentInBox(
        labelValue,
        actions.filter((action) => action.labelValue === labelValue),
      )
    this.seconds += (performance.now() - start) / 1000
  }

  private async segmentInBox(labelValue: number, actions: readonly BoxAction[]): Promise<void> {
    const { localization, scan, tools } = this
    const structure = localization.structures.find((one) => one.labelValue === labelValue)
    if (structure === undefined) return
    const boxMm = afterActions(structure.boxMm ?? undefined, actions)
    if (boxMm === undefined) return
    const { name } = structure
    this.localization = {
      ...localization,
      structures: localization.structures.map((one) => (one === structure ? { ...one, boxMm } : one)),
    }
    const { bank, segmenter } = tools
    const known = {
      prior: templatesPrior(priorsOf(bank, name)) ?? undefined,
      draft: draftInBox(this.current, labelValue, boxMm) ?? undefined,
    }
    const request = { structure, onePiece: isOnePiece(bank, name), ...defined(known) }
    const data = this.current.data.slice()
    applyRuns(data, await segmentBox({ scan, labels: this.current, boxMm, request }, segmenter, this.shown()))
    this.current = { ...this.current, data }
  }

  private shown(): Shown {
    const { segmenter, options } = this.tools
    return shownTo(segmenter, { ...options, quality: 'balanced' }, this.localization.aroundAllMm)
  }

  /** Sets a point. */
  async click({ labelValue, pointMm, isInside }: Click): Promise<void> {
    const start = performance.now()
    const { scan, tools } = this
    const { before, points } = this.clicked.get(labelValue) ?? { before: this.current, points: [] }
    const all = [...points, { pointMm, isInside }]
    const { segmenter } = tools
    const grid = tileGrid(scan, axialView(scan), this.shown())
    const { runs } = await refineByPoints(
      { scan, labels: before, labelValue, points: all, fixedSlices: [], lockedValues: [] },
      { segmenter, grid, windowHu: segmenter.windowHu },
    )
    const data = before.data.slice()
    applyRuns(data, runs)
    // Of the other organs what they have become since.
    const merged = this.current.data.map((value, at) =>
      data[at] === labelValue ? labelValue : value === labelValue ? 0 : value,
    )
    this.current = { ...this.current, data: merged }
    this.clicked.set(labelValue, { before, points: all })
    this.seconds += (performance.now() - start) / 1000
  }
}

function segmentTask({ segmenter, bank, options }: AnnotationTools): Parameters<typeof segmentLocalized>[0] {
  return { segmenter: options.quality === 'draft' ? null : segmenter, bank, options }
}
