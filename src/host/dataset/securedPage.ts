import { createHash, randomBytes } from 'node:crypto'

/**
 * The page with a policy that lets nothing run but the scripts that were in it, and one of ours that hands over links, which a
 * webview follows to no files, and what a person says of a result (`summaryMessageSchema`).
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
  const ask = event.target.closest?.('[data-ask]')?.dataset.ask
  if (!link && !ask) return
  event.preventDefault()
  event.stopPropagation()
  if (link) {
    host.postMessage({ kind: 'open', link: link.getAttribute('href') })
    return
  }
  const card = event.target.closest('article')
  const { name: scan, output, review } = card.dataset
  host.postMessage(ask === 'template'
    ? { kind: 'template', link: card.querySelector('.links a[href]').getAttribute('href'), output }
    : { kind: 'review', scan, output, verdict: review === ask ? null : ask })
}, true)
addEventListener('message', ({ data }) => {
  for (const card of document.querySelectorAll('article'))
    if (Object.hasOwn(data, card.dataset.output)) card.dataset.review = data[card.dataset.output] ?? ''
  dispatchEvent(new Event('reviewed'))
})
for (const asks of document.querySelectorAll('.asks')) asks.hidden = false
host.postMessage({ kind: 'ready' })`
  return page
    .replace('<head>', () => `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('</body>', () => `<script nonce="${nonce}">${script}</script>\n</body>`)
}
