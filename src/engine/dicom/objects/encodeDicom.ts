import dcmjs from 'dcmjs'
import { rgbOf255 } from '../../../shared/palette.js'
import { TOOL_VERSION } from '../../version.js'

/** A value of a DICOM element: text, numbers, bytes, or the items of a sequence. */
export type DicomValue = string | number | ArrayBuffer | readonly string[] | readonly number[] | readonly DicomFacts[]

/** Elements by their keywords (DICOM PS3.6), such as `PatientID`. */
export interface DicomFacts {
  readonly [keyword: string]: DicomValue
}

/** What names an object. */
export interface DicomName {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
}

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1'
/** Stands for this program in DICOM files; made of a UUID (DICOM PS3.5, B.2). */
const IMPLEMENTATION_UID = '2.25.311604329137458210617254889173406218732'

dcmjs.log.setLevel('silent')

/** The bytes of a DICOM file: explicit little endian, texts in UTF-8. The same object gives the same bytes. */
export function encodeDicom(object: DicomFacts & DicomName): Uint8Array {
  const { DicomDict, DicomMetaDictionary } = dcmjs.data
  const file = new DicomDict(
    DicomMetaDictionary.denaturalizeDataset({
      FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
      MediaStorageSOPClassUID: object.SOPClassUID,
      MediaStorageSOPInstanceUID: object.SOPInstanceUID,
      TransferSyntaxUID: EXPLICIT_LITTLE_ENDIAN,
      ImplementationClassUID: IMPLEMENTATION_UID,
      ImplementationVersionName: `MEDLSAM_${TOOL_VERSION}`.slice(0, 16),
    }),
  )
  file.dict = DicomMetaDictionary.denaturalizeDataset({
    SpecificCharacterSet: 'ISO_IR 192',
    ...object,
    _vrMap: { PixelData: 'OB' },
  })
  return new Uint8Array(file.write())
}

/** A colour `#rrggbb` as DICOM recommends one for display: CIELab in 16 bits (PS3.3, C.10.7.1.1). */
export function displayColor(color: string): readonly number[] {
  return dcmjs.data.Colors.rgb2DICOMLAB(rgbOf255(color).map((part) => part / 255)).map(Math.round)
}
