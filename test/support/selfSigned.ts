import { spawnSync } from 'node:child_process'

/** A fresh key and certificate of `localhost` that nobody vouches for; null on a machine without openssl. */
export function selfSigned(): { readonly key: string; readonly cert: string } | null {
  const request =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout - -out -'
  const { status, stdout } = spawnSync('openssl', request.split(' '), { encoding: 'utf8' })
  if (status !== 0) return null
  const part = (name: string): string =>
    new RegExp(`-----BEGIN ${name}-----[^-]+-----END ${name}-----`).exec(stdout)?.[0] ?? ''
  return { key: part('PRIVATE KEY'), cert: part('CERTIFICATE') }
}
