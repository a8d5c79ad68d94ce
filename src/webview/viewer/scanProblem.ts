/** A file that cannot be shown; the message says what is wrong and what to do. */
export class ScanProblem extends Error {
  override readonly name = 'ScanProblem'
}

/** The scan is larger than the setting allows. */
export function tooLarge(limitBytes: number): ScanProblem {
  return new ScanProblem(
    `The scan needs more than ${Math.round(limitBytes / 2 ** 20)} MB once unpacked. Raise the setting medlsam.editor.maxSizeMb, or crop or downsample the scan.`,
  )
}
