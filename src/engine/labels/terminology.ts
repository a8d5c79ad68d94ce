/** A concept of a coding scheme (DICOM PS3.3, 8.8). */
export interface Code {
  readonly value: string
  readonly scheme: 'SCT' | 'DCM'
  readonly meaning: string
}

/** What a structure is, in the words that 3D Slicer and DICOM segmentations use. */
export interface StructureCodes {
  readonly category: Code
  readonly type: Code
  /** Right or left, where the name says so. */
  readonly side: Code | null
}

const ANATOMY = sct('123037004', 'Anatomical Structure')
/** What 3D Slicer calls a segment that nobody has said anything about. */
const TISSUE = sct('85756007', 'Tissue')
const RIGHT = sct('24028007', 'Right')
const LEFT = sct('7771000', 'Left')

/** SNOMED CT codes of organs, by their names without side, separators and capitals. */
const TYPES: Readonly<Record<string, Code>> = {
  adrenalgland: sct('23451007', 'Adrenal gland'),
  aorta: sct('15825003', 'Aorta'),
  bladder: sct('89837001', 'Bladder'),
  brain: sct('12738006', 'Brain'),
  brainstem: sct('119238007', 'Brain Stem'),
  breast: sct('76752008', 'Breast'),
  colon: sct('71854001', 'Colon'),
  duodenum: sct('38848004', 'Duodenum'),
  esophagus: sct('32849002', 'Esophagus'),
  eye: sct('81745001', 'Eye'),
  femoralhead: sct('2812003', 'Head of femur'),
  femur: sct('71341001', 'Femur'),
  gallbladder: sct('28231008', 'Gallbladder'),
  heart: sct('80891009', 'Heart'),
  inferiorvenacava: sct('64131007', 'Inferior vena cava'),
  kidney: sct('64033007', 'Kidney'),
  larynx: sct('4596009', 'Larynx'),
  lens: sct('78076003', 'Lens'),
  liver: sct('10200004', 'Liver'),
  lung: sct('39607008', 'Lung'),
  mandible: sct('91609006', 'Mandible'),
  opticchiasm: sct('244453006', 'Optic chiasm'),
  opticnerve: sct('18234004', 'Optic nerve'),
  oralcavity: sct('74262004', 'Oral cavity'),
  pancreas: sct('15776009', 'Pancreas'),
  parotid: sct('45289007', 'Parotid gland'),
  prostate: sct('41216001', 'Prostate'),
  rectum: sct('34402009', 'Rectum'),
  spinalcord: sct('2748008', 'Spinal cord'),
  spleen: sct('78961009', 'Spleen'),
  stomach: sct('69695003', 'Stomach'),
  submandibular: sct('54019009', 'Submandibular gland'),
  thyroid: sct('69748006', 'Thyroid'),
  trachea: sct('44567001', 'Trachea'),
  uterus: sct('35039007', 'Uterus'),
}

/** Further names of the same organs. */
const SYNONYMS: Readonly<Record<string, string>> = {
  oesophagus: 'esophagus',
  parotidgland: 'parotid',
  submandibulargland: 'submandibular',
  thyroidgland: 'thyroid',
  urinarybladder: 'bladder',
}

/** The codes of a structure by its name, such as `RightLung` or `lung_right`; those of some tissue where it is not known. */
export function codesOf(name: string): StructureCodes {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  const side = words.some((word) => word === 'right' || word === 'r')
    ? RIGHT
    : words.some((word) => word === 'left' || word === 'l')
      ? LEFT
      : null
  const organ = words.filter((word) => !['right', 'left', 'r', 'l'].includes(word)).join('')
  const key = SYNONYMS[organ] ?? organ
  return Object.hasOwn(TYPES, key)
    ? { category: ANATOMY, type: TYPES[key], side }
    : { category: TISSUE, type: TISSUE, side: null }
}

function sct(value: string, meaning: string): Code {
  return { value, scheme: 'SCT', meaning }
}
