/** What people and tools put in the name of a label map. */
const LABEL_WORD = /(^|[_.-])(d?seg|probseg|segmentation|labels?|labelmap|masks?)([_.-]?\d*)$/i

/** True for a file name, without the ending of its format, that says "label map". */
export function saysLabelMap(stem: string): boolean {
  return LABEL_WORD.test(stem)
}
