/** Encodings of the web platform by what DICOM calls them (PS3.3, C.12.1.1.2), without the words before the number. */
const ENCODINGS: Readonly<Record<string, string>> = {
  '13': 'shift_jis',
  '58': 'gbk',
  '87': 'iso-2022-jp',
  '100': 'latin1',
  '101': 'iso-8859-2',
  '109': 'iso-8859-3',
  '110': 'iso-8859-4',
  '126': 'iso-8859-7',
  '127': 'iso-8859-6',
  '138': 'iso-8859-8',
  '144': 'iso-8859-5',
  '148': 'windows-1254',
  '149': 'euc-kr',
  '159': 'iso-2022-jp',
  '166': 'windows-874',
  '192': 'utf-8',
  '203': 'iso-8859-15',
  GB18030: 'gb18030',
  GBK: 'gbk',
}

/** What switches between parts of such a set, which these encodings do not need. */
const SWITCHES = new RegExp(`${String.fromCharCode(0x1b)}[$()\\-.]*[A-Z]`, 'g')

/**
 * Decodes text of a DICOM file. Sets that are not known are read as Latin 1, which shows most of Europe.
 * @param sets the values of Specific Character Set
 */
export function wordsIn(bytes: Uint8Array, sets: readonly string[]): string {
  const names = sets.map((set) => set.trim().replace(/^ISO[_ ](2022 )?IR /, ''))
  // The first may stand for the basic characters alone.
  const encodings = names.flatMap((name) => (Object.hasOwn(ENCODINGS, name) ? [ENCODINGS[name]] : []))
  const encoding = encodings.find((each) => each !== 'latin1') ?? 'latin1'
  const text = new TextDecoder(encoding).decode(bytes)
  return (encoding === 'iso-2022-jp' ? text : text.replaceAll(SWITCHES, '')).replaceAll('\0', '').trim()
}
