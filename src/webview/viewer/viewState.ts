import { z } from 'zod'
import { pointMmSchema } from '../../shared/geometry/points.js'
import { ALL_FITTED } from './planeCamera.js'
import { LAYOUTS } from './stageLayout.js'

const cameraSchema = z.object({ zoom: z.number().positive(), panMm: z.tuple([z.number(), z.number()]).readonly() })

const viewStateSchema = z.object({
  layout: z.enum(LAYOUTS),
  /** The layout that a maximised plane goes back to. */
  backTo: z.enum(LAYOUTS).nullable(),
  /** The big plane of layouts that have one. */
  mainPlane: z.enum(['axial', 'coronal', 'sagittal']),
  levelHu: z.number(),
  widthHu: z.number().positive(),
  radiological: z.boolean(),
  crosshairShown: z.boolean(),
  /** Null until a scan is on display: the middle of the body. */
  crosshairMm: pointMmSchema.nullable(),
  cameras: z.object({ axial: cameraSchema, coronal: cameraSchema, sagittal: cameraSchema }),
  angle: z.object({ azimuth: z.number(), elevation: z.number(), zoom: z.number().positive() }),
  overlayShown: z.boolean(),
  /** Whether labels have lines around them, beside their fill. */
  outline: z.boolean(),
  /** Of the fill. */
  opacity: z.number().min(0).max(1),
  /** Whether boxes and points of a result are drawn where its mask is there too. */
  boxesShown: z.boolean(),
  /** Whether points, of a result and template points, are drawn where there is a mask too. */
  pointsShown: z.boolean().default(false),
  hiddenLabels: z.array(z.number()),
  panelOpen: z.boolean(),
  panelWidthPx: z.number().positive(),
})

/** Everything about the view that survives a reload. None of it is ever saved in a file. */
export type ViewState = z.infer<typeof viewStateSchema>

/** The view of a scan that is opened for the first time. */
export const FIRST_VIEW: ViewState = {
  layout: 'multiplanar',
  backTo: null,
  mainPlane: 'axial',
  levelHu: 40,
  widthHu: 400,
  radiological: true,
  crosshairShown: true,
  crosshairMm: null,
  cameras: ALL_FITTED,
  angle: { azimuth: 145, elevation: 12, zoom: 1.25 },
  overlayShown: true,
  outline: true,
  opacity: 0.3,
  boxesShown: false,
  pointsShown: false,
  hiddenLabels: [],
  panelOpen: true,
  panelWidthPx: 288,
}

/**
 * The view to begin with: the scan's own as it was left; of a scan that is new, what is not about one scan as it was left
 * last. Anything that an older version wrote differently counts as none.
 */
export function firstView({ own, latest }: { readonly own: unknown; readonly latest: unknown }): ViewState {
  const remembered = viewStateSchema.safeParse(own)
  if (remembered.success) return remembered.data
  const habits = viewStateSchema.safeParse(latest)
  if (!habits.success) return FIRST_VIEW
  const { layout, backTo, mainPlane, radiological, crosshairShown, outline, opacity, boxesShown, pointsShown } =
    habits.data
  const { panelOpen, panelWidthPx } = habits.data
  const kept = { layout, backTo, mainPlane, radiological, crosshairShown, outline, opacity, boxesShown, pointsShown }
  return { ...FIRST_VIEW, ...kept, panelOpen, panelWidthPx }
}
