import { createHash, randomBytes } from 'node:crypto'

/**
 * The page with a policy that lets nothing run but the scripts that were in it, and one of ours that hands
 * links over: a webview follows none to files.
 */
export function securedPage(page: string): string {
  const nonce = randomBytes(16).toString('hex')
  const hashes = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  )
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-${nonce}' ${hashes.join(' ')}`
  const script = `const host = acquireVsCodeApi()
addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href]')
  if (link === null || link === undefined) return
  event.preventDefault()
  event.stopPropagation()
  host.postMessage(link.getAttribute('href'))
}, true)`
  return page
    .replace('<head>', () => `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('</body>', () => `<script nonce="${nonce}">${script}</script>\n</body>`)
}
