/**
 * Colours of structures, by the names that users choose them by: eight that stay apart for common kinds of colour
 * blindness (Okabe and Ito 2008), then lighter and darker ones.
 */
export const PALETTE = {
  Orange: '#e69f00',
  'Sky Blue': '#56b4e9',
  Green: '#009e73',
  Yellow: '#f0e442',
  Blue: '#0072b2',
  Vermilion: '#d55e00',
  Magenta: '#cc79a7',
  Grey: '#999999',
  Brown: '#b15928',
  Purple: '#6a3d9a',
  'Leaf Green': '#33a02c',
  Pink: '#fb9a99',
  'Pale Blue': '#a6cee3',
  Apricot: '#fdbf6f',
  'Pale Green': '#b2df8a',
  Lavender: '#cab2d6',
} as const

/** A structure that is often marked: the name it gets, its colour and where it is. */
export interface Organ {
  readonly name: string
  readonly color: string
  readonly region: string
}

/** Organs by region with their colours; those of the built-in bank have the name and the colour that they have there. */
export const ORGANS: readonly Organ[] = [
  ...inRegion('Head and neck', {
    Brainstem: 'Orange',
    SpinalCord: 'Sky Blue',
    RightParotid: 'Green',
    LeftParotid: 'Yellow',
    RightSubmandibular: 'Leaf Green',
    LeftSubmandibular: 'Pale Green',
    Esophagus: 'Blue',
    Larynx: 'Vermilion',
    Mandible: 'Magenta',
    OpticChiasm: 'Purple',
    RightEye: 'Pale Blue',
    LeftEye: 'Lavender',
    Thyroid: 'Brown',
    Brain: 'Pink',
  }),
  ...inRegion('Thorax', {
    Heart: 'Vermilion',
    RightLung: 'Sky Blue',
    LeftLung: 'Pale Blue',
    Trachea: 'Yellow',
    Aorta: 'Pink',
  }),
  ...inRegion('Abdomen', {
    Liver: 'Brown',
    Spleen: 'Purple',
    RightKidney: 'Orange',
    LeftKidney: 'Apricot',
    Stomach: 'Green',
    Pancreas: 'Magenta',
    Gallbladder: 'Leaf Green',
  }),
  ...inRegion('Pelvis', {
    Bladder: 'Yellow',
    Rectum: 'Blue',
    Prostate: 'Vermilion',
    Uterus: 'Pink',
    RightFemoralHead: 'Sky Blue',
    LeftFemoralHead: 'Pale Blue',
  }),
]

/**
 * The colour of a structure that nobody has chosen one for: that of the organ of its name, else the first of the
 * palette that no other structure has.
 * @param taken colours of the other structures
 */
export function colorFor(name: string, taken: readonly string[]): string {
  const known = ORGANS.find((organ) => organ.name.toLowerCase() === name.toLowerCase())
  if (known !== undefined) return known.color
  const colors = Object.values(PALETTE)
  return colors.find((color) => !taken.includes(color)) ?? colors[taken.length % colors.length]
}

/** Red, green and blue of a colour `#rrggbb`, 0 to 255. */
export function rgbOf255(color: string): readonly number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16))
}

/** Structures with a colour each, in order: their own where they have one. */
export function colored<T extends { readonly name: string; readonly color?: string | undefined }>(
  structures: readonly T[],
): (T & { readonly color: string })[] {
  const done: (T & { readonly color: string })[] = []
  for (const structure of structures)
    done.push({
      ...structure,
      color:
        structure.color ??
        colorFor(
          structure.name,
          done.map(({ color }) => color),
        ),
    })
  return done
}

function inRegion(region: string, colors: Readonly<Record<string, keyof typeof PALETTE>>): Organ[] {
  return Object.entries(colors).map(([name, color]) => ({ name, color: PALETTE[color], region }))
}
