/** The transfer syntaxes (DICOM PS3.5, annex A) whose pixels can be decoded, by their UIDs. */
const DECODED: ReadonlySet<string> = new Set([
  '1.2.840.10008.1.2',
  '1.2.840.10008.1.2.1',
  '1.2.840.10008.1.2.1.99',
  '1.2.840.10008.1.2.2',
  '1.2.840.10008.1.2.5',
  '1.2.840.10008.1.2.4.50',
  '1.2.840.10008.1.2.4.51',
  '1.2.840.10008.1.2.4.57',
  '1.2.840.10008.1.2.4.70',
  '1.2.840.10008.1.2.4.80',
  '1.2.840.10008.1.2.4.81',
  '1.2.840.10008.1.2.4.90',
  '1.2.840.10008.1.2.4.91',
])

/** Whether the pixels of such files can be decoded: uncompressed, JPEG, JPEG-LS, JPEG 2000 and RLE. */
export function isDecoded(transferSyntaxUid: string): boolean {
  return DECODED.has(transferSyntaxUid)
}
