import { z } from 'zod'
import { pointMmSchema } from '../../shared/geometry/points.js'

/** Arrangements of the planes. */
export const LAYOUTS = ['axial', 'coronal', 'sagittal', 'multiplanar'] as const

/** One of {@link LAYOUTS}. */
export type Layout = (typeof LAYOUTS)[number]

const viewStateSchema = z.object({
  layout: z.enum(LAYOUTS),
  levelHu: z.number(),
  widthHu: z.number().positive(),
  radiological: z.boolean(),
  crosshairShown: z.boolean(),
  /** Null until a scan is on display: its middle. */
  crosshairMm: pointMmSchema.nullable(),
  /** Pan in mm along x, y, z and the zoom factor. */
  panZoom: z.tuple([z.number(), z.number(), z.number(), z.number().positive()]),
  overlayShown: z.boolean(),
  outline: z.boolean(),
  opacity: z.number().min(0).max(1),
  hiddenLabels: z.array(z.number()),
  panelOpen: z.boolean(),
})

/** Everything about the view that survives a reload. None of it is ever saved in a file. */
export type ViewState = z.infer<typeof viewStateSchema>

/** The view of a scan that is opened for the first time. */
export const FIRST_VIEW: ViewState = {
  layout: 'multiplanar',
  levelHu: 40,
  widthHu: 400,
  radiological: true,
  crosshairShown: true,
  crosshairMm: null,
  panZoom: [0, 0, 0, 1],
  overlayShown: true,
  outline: false,
  opacity: 0.5,
  hiddenLabels: [],
  panelOpen: true,
}

/** Reads a remembered view; anything that an older version wrote differently counts as none. */
export function parseViewState(value: unknown): ViewState | null {
  const parsed = viewStateSchema.safeParse(value)
  return parsed.success ? parsed.data : null
}
