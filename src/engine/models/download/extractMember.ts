import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { defined } from '../../../shared/defined.js'
import { MedlsamError, throwIfCancelled } from '../../../shared/medlsamError.js'
import { outputError } from '../../../shared/node/wholeFiles.js'

/**
 * Unpacks one file of a ZIP to `target`; nothing else in it is touched, and its own paths are never used.
 * @param member path inside the archive; a folder before it is tolerated, since archives are packed either way
 * @param mostBytes refuses what would unpack to more
 * @throws MedlsamError `model` when the archive is corrupt or has no such file, `output`, `cancelled`; then nothing is left at `target`
 */
export async function extractMember(
  archive: string,
  member: string,
  target: string,
  mostBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  const zip = await openZip(archive)
  try {
    const entry = await findEntry(zip, archive, member)
    if (entry.uncompressedSize > mostBytes)
      throw new MedlsamError(
        'model',
        `The archive ${archive} holds a ${member} of ${entry.uncompressedSize} bytes, more than the ${mostBytes} expected: it is not what it should be.`,
        archive,
      )
    await unpack(zip, entry, archive, target, signal)
  } finally {
    zip.close()
  }
}

async function unpack(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry,
  archive: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const bytes = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => {
      if (error !== null) reject(corruptArchive(archive, error))
      else resolve(opened)
    })
  })
  try {
    await pipeline(readable(bytes, archive), createWriteStream(target), defined({ signal }))
  } catch (error) {
    await rm(target, { force: true }).catch(() => undefined)
    throwIfCancelled(signal)
    // What was no trouble with reading was one with writing.
    throw error instanceof MedlsamError ? error : outputError(target, error)
  }
}

/** The bytes of a member; an archive that cannot be read is corrupt. */
async function* readable(bytes: NodeJS.ReadableStream, archive: string): AsyncGenerator<string | Buffer, void> {
  try {
    yield* bytes
  } catch (cause) {
    throw corruptArchive(archive, cause)
  }
}

function openZip(archive: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(archive, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error !== null) reject(corruptArchive(archive, error))
      else resolve(zip)
    })
  })
}

function findEntry(zip: yauzl.ZipFile, archive: string, member: string): Promise<yauzl.Entry> {
  return new Promise((resolve, reject) => {
    const names: string[] = []
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entry.fileName === member || entry.fileName.endsWith(`/${member}`)) {
        resolve(entry)
        return
      }
      if (!entry.fileName.endsWith('/')) names.push(entry.fileName)
      zip.readEntry()
    })
    zip.on('end', () => {
      reject(
        new MedlsamError(
          'model',
          `The archive ${archive} has no file ${member}: it has ${names.slice(0, 10).join(', ')}.`,
          archive,
        ),
      )
    })
    zip.on('error', (error: unknown) => {
      reject(corruptArchive(archive, error))
    })
    zip.readEntry()
  })
}

function corruptArchive(archive: string, cause: unknown): MedlsamError {
  return new MedlsamError(
    'model',
    `The archive ${archive} cannot be unpacked (${cause instanceof Error ? cause.message : String(cause)}): download it again.`,
    archive,
    { cause },
  )
}
