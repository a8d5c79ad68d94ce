/** The bytes of a NumPy file with this header. */
export function npyBytes(header: string, body: Buffer): Buffer {
  const text = Buffer.from(header.padEnd(117) + '\n', 'latin1')
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1')
  start.writeUInt16LE(text.length, 8)
  return Buffer.concat([start, text, body])
}
