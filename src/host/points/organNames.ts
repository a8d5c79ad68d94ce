/** A structure that people often mark: the name it gets and what it looks like. */
export interface OrganName {
  readonly name: string
  readonly color: string
  readonly region: string
}

/** Suggestions for "Add structure". The head-and-neck names are those of the built-in bank. */
export const ORGAN_NAMES: readonly OrganName[] = [
  { name: 'Brainstem', color: '#4363d8', region: 'Head and neck' },
  { name: 'SpinalCord', color: '#ffe119', region: 'Head and neck' },
  { name: 'RightParotid', color: '#e6194b', region: 'Head and neck' },
  { name: 'LeftParotid', color: '#3cb44b', region: 'Head and neck' },
  { name: 'RightSubmandibular', color: '#fabebe', region: 'Head and neck' },
  { name: 'LeftSubmandibular', color: '#aaffc3', region: 'Head and neck' },
  { name: 'Esophagus', color: '#9a6324', region: 'Head and neck' },
  { name: 'Larynx', color: '#f58231', region: 'Head and neck' },
  { name: 'Mandible', color: '#fffac8', region: 'Head and neck' },
  { name: 'OpticChiasm', color: '#f032e6', region: 'Head and neck' },
  { name: 'RightEye', color: '#46f0f0', region: 'Head and neck' },
  { name: 'LeftEye', color: '#008080', region: 'Head and neck' },
  { name: 'Thyroid', color: '#bcf60c', region: 'Head and neck' },
  { name: 'Brain', color: '#e6beff', region: 'Head and neck' },
  { name: 'Heart', color: '#e6194b', region: 'Thorax' },
  { name: 'RightLung', color: '#46f0f0', region: 'Thorax' },
  { name: 'LeftLung', color: '#4363d8', region: 'Thorax' },
  { name: 'Trachea', color: '#bcf60c', region: 'Thorax' },
  { name: 'Aorta', color: '#f58231', region: 'Thorax' },
  { name: 'Liver', color: '#9a6324', region: 'Abdomen' },
  { name: 'Spleen', color: '#911eb4', region: 'Abdomen' },
  { name: 'RightKidney', color: '#f032e6', region: 'Abdomen' },
  { name: 'LeftKidney', color: '#fabebe', region: 'Abdomen' },
  { name: 'Stomach', color: '#3cb44b', region: 'Abdomen' },
  { name: 'Pancreas', color: '#ffe119', region: 'Abdomen' },
  { name: 'Gallbladder', color: '#aaffc3', region: 'Abdomen' },
  { name: 'Bladder', color: '#ffe119', region: 'Pelvis' },
  { name: 'Rectum', color: '#9a6324', region: 'Pelvis' },
  { name: 'Prostate', color: '#f58231', region: 'Pelvis' },
  { name: 'Uterus', color: '#f032e6', region: 'Pelvis' },
  { name: 'RightFemoralHead', color: '#46f0f0', region: 'Pelvis' },
  { name: 'LeftFemoralHead', color: '#008080', region: 'Pelvis' },
]

/** Colours to choose from, by the name people know them by. */
export const COLOR_NAMES: Readonly<Record<string, string>> = {
  Red: '#e6194b',
  Green: '#3cb44b',
  Blue: '#4363d8',
  Yellow: '#ffe119',
  Orange: '#f58231',
  Purple: '#911eb4',
  Cyan: '#46f0f0',
  Magenta: '#f032e6',
  Lime: '#bcf60c',
  Pink: '#fabebe',
  Teal: '#008080',
  Lavender: '#e6beff',
  Brown: '#9a6324',
  Beige: '#fffac8',
  Maroon: '#800000',
  Mint: '#aaffc3',
}

/** The colour for a structure: the dictionary's, else the first that no other structure has. */
export function colorFor(name: string, taken: readonly string[]): string {
  const known = ORGAN_NAMES.find((organ) => organ.name.toLowerCase() === name.toLowerCase())
  if (known !== undefined) return known.color
  const colors = Object.values(COLOR_NAMES)
  return colors.find((color) => !taken.includes(color)) ?? colors[taken.length % colors.length]
}
