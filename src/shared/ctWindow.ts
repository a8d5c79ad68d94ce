/** A grey-scale window in HU: what lies outside is black or white. */
export interface CtWindow {
  readonly levelHu: number
  readonly widthHu: number
}

/** Names of the window presets for CT. */
export const CT_PRESETS = ['softTissue', 'lung', 'bone', 'brain'] as const

/** One of {@link CT_PRESETS}. */
export type CtPreset = (typeof CT_PRESETS)[number]

/** The usual radiological windows. */
export const CT_WINDOWS: Readonly<Record<CtPreset, CtWindow & { readonly title: string }>> = {
  softTissue: { title: 'Soft tissue', levelHu: 40, widthHu: 400 },
  lung: { title: 'Lung', levelHu: -600, widthHu: 1500 },
  bone: { title: 'Bone', levelHu: 480, widthHu: 2500 },
  brain: { title: 'Brain', levelHu: 40, widthHu: 80 },
}
