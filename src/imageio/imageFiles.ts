/**
 * The files that make up an image, as the platform gives them: by their paths from the folder of the file that was
 * named, with slashes.
 */
export interface ImageFiles {
  /**
   * Length in bytes.
   * @throws MedlsamError `input` when there is no such file
   */
  size(name: string): Promise<number>
  /** All bytes of a file, or as many as there are up to `length`. */
  start(name: string, length: number): Promise<Uint8Array>
  /**
   * The bytes from `from` on in pieces, unpacked where they are packed with gzip or zlib; nothing more is read when the
   * caller stops.
   * @throws MedlsamError `input` when packed data is cut or damaged
   */
  chunks(name: string, from: number, isPacked: boolean): AsyncIterable<Uint8Array>
}
