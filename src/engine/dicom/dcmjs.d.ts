/** What is used of dcmjs, which brings no types. */
declare module 'dcmjs' {
  /** Elements by their tags, as DICOM's JSON has them. */
  type TaggedDataset = Record<string, { vr: string; Value: unknown[] }>

  interface DicomDict {
    dict: TaggedDataset
    write(): ArrayBuffer
  }

  const dcmjs: {
    readonly data: {
      readonly DicomDict: new (meta: TaggedDataset) => DicomDict
      readonly DicomMetaDictionary: { denaturalizeDataset(dataset: object): TaggedDataset }
      readonly Colors: { rgb2DICOMLAB(rgb: readonly number[]): number[] }
    }
    readonly log: { setLevel(level: 'silent'): void }
  }
  export default dcmjs
}
