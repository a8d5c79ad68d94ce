import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a proxy does for those who ask for a tunnel (CONNECT). */
export type ProxyBehaviour = 'tunnel' | 'keep waiting' | 'refuse'

/** A proxy on this machine. */
export interface Proxy {
  readonly url: string
  /** Hosts that tunnels were asked to. */
  readonly hosts: readonly string[]
  /** Header `Proxy-Authorization` of the last that asked. */
  authorization(): string | undefined
  /** From now on does this. */
  behave(behaviour: ProxyBehaviour): void
  stop(): Promise<void>
}

/** Starts a proxy on the loopback interface. */
export async function startProxy(first: ProxyBehaviour = 'tunnel'): Promise<Proxy> {
  const hosts: string[] = []
  const sockets = new Set<Duplex>()
  let behaviour = first
  let authorization: string | undefined
  const keep = (socket: Duplex): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
  }
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '', headers }, client) => {
    hosts.push(url)
    authorization = headers['proxy-authorization']
    keep(client)
    switch (behaviour) {
      case 'tunnel': {
        const [host, port] = url.split(':')
        const target = connect(Number(port), host, () => {
          client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
          target.pipe(client)
          client.pipe(target)
        })
        keep(target)
        break
      }
      case 'refuse':
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
        break
      case 'keep waiting':
        break
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    authorization: () => authorization,
    behave(next) {
      behaviour = next
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
