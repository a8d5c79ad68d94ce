import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll } from 'vitest'

/** One request as it came in. */
export interface SeenRequest {
  readonly path: string
  readonly range: string | null
  readonly ifRange: string | null
}

/** Answers one request; the default serves the file as a good server does. */
export type Answer = (request: IncomingMessage, response: ServerResponse, file: Buffer) => void

/** A local server whose misbehaviour is scripted. */
export interface FileServer {
  readonly url: string
  readonly requests: SeenRequest[]
  /** Puts a file at a path; `answers` are used up one per request before the good one. */
  put(path: string, bytes: Uint8Array, answers?: readonly Answer[]): void
}

/** Starts a server on the loopback interface for one test file. */
export async function startFileServer(): Promise<FileServer> {
  const files = new Map<string, { readonly bytes: Buffer; readonly answers: Answer[] }>()
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push({ path, range: request.headers.range ?? null, ifRange: header(request, 'if-range') })
    const file = files.get(path)
    if (file === undefined) {
      response.writeHead(404).end('no such file')
      return
    }
    const answer = file.answers.shift() ?? serve()
    answer(request, response, file.bytes)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await listen(server)
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    put(path, bytes, answers = []) {
      files.set(path, { bytes: Buffer.from(bytes), answers: [...answers] })
    },
  }
}

/** A good server: whole files, ranges, validators. */
export function serve(etag = '"one"'): Answer {
  return (request, response, file) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
    const condition = header(request, 'if-range')
    if (range === null || (condition !== null && condition !== etag)) {
      response.writeHead(200, { 'content-length': file.length, etag }).end(file)
      return
    }
    const start = Number(range[1])
    if (start >= file.length) {
      response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
      return
    }
    response
      .writeHead(206, {
        'content-length': file.length - start,
        'content-range': `bytes ${start}-${file.length - 1}/${file.length}`,
        etag,
      })
      .end(file.subarray(start))
  }
}

/** Sends so many bytes of the right answer and then closes the connection. */
export function cutAfter(count: number, etag = '"one"'): Answer {
  return partly(count, etag, (response) => response.socket?.destroy())
}

/** Sends so many bytes of the right answer and then nothing more, without closing. */
export function stallAfter(count: number, etag = '"one"'): Answer {
  return partly(count, etag, () => undefined)
}

/** Answers with a status alone. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end()
  }
}

/** Sends other bytes, and may say another length. */
export function sendInstead(bytes: Uint8Array, announced: number | null = bytes.length): Answer {
  return (_, response) => {
    response.writeHead(200, announced === null ? {} : { 'content-length': announced }).end(bytes)
  }
}

function partly(count: number, etag: string, after: (response: ServerResponse) => void): Answer {
  return (request, response, file) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const head = start === 0 ? {} : { 'content-range': `bytes ${start}-${file.length - 1}/${file.length}` }
    response.writeHead(start === 0 ? 200 : 206, { 'content-length': file.length - start, etag, ...head })
    response.write(file.subarray(start, start + count), () => {
      after(response)
    })
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}
