/**
 * What the summary page does by itself: filters and sorts its cards, goes from one to the next by keys, and makes links that
 * open scans in VS Code, whose absolute paths only the reader's browser knows. Verdicts are shown; VS Code keeps new ones.
 */
export const summaryScript = `
const byId = (id) => document.getElementById(id)
const cards = [...document.querySelectorAll('article')]
const rowOf = (card, name) => [...card.querySelectorAll('tr[data-structure]')].find((row) => row.dataset.structure === name)
function apply() {
  const structure = byId('structure').value
  const show = byId('show').value
  const sort = byId('sort').value
  const part = byId('name').value.toLowerCase()
  const number = (card, key, missing) => {
    const value = rowOf(card, structure)?.dataset[key]
    return value === undefined || value === '' ? missing : Number(value)
  }
  const failedFirst = (card) => (card.dataset.status === 'failed' ? 1 : 0)
  const orders = {
    gain: (a, b) => failedFirst(b) - failedFirst(a) || b.dataset.gain - a.dataset.gain || a.dataset.rank - b.dataset.rank,
    name: (a, b) => (a.dataset.name < b.dataset.name ? -1 : 1),
    volume: (a, b) => number(a, 'volume', -1) - number(b, 'volume', -1),
    concern: (a, b) => structure === ''
      ? a.dataset.rank - b.dataset.rank
      : failedFirst(b) - failedFirst(a) || number(b, 'concern', -1) - number(a, 'concern', -1) || a.dataset.rank - b.dataset.rank,
  }
  let shown = 0
  for (const card of cards.sort(orders[sort])) {
    const row = structure === '' ? null : rowOf(card, structure)
    const flagged = row ? row.dataset.flagged === '1' || card.querySelector('.flag.bad') !== null : card.dataset.flagged === '1'
    const fits = (structure === '' || row !== undefined || card.dataset.status === 'failed')
      && (show === '' || (show === 'failed' ? card.dataset.status === 'failed' : show === 'open' ? card.dataset.review !== 'accepted' : flagged))
      && card.dataset.name.toLowerCase().includes(part)
    card.hidden = !fits
    if (fits) shown++
    for (const each of card.querySelectorAll('tr[data-structure]')) each.hidden = structure !== '' && each !== row
    byId('cards').append(card)
  }
  byId('shown').textContent = shown + ' of ' + cards.length
}
function showVerdicts() {
  for (const card of cards) {
    const place = card.querySelector('.verdict')
    if (place !== null) place.textContent = card.dataset.review
  }
  apply()
}
/** The next card that is shown, or the one before. */
function step(by) {
  const shown = [...document.querySelectorAll('article:not([hidden])')]
  const at = shown.indexOf(document.activeElement?.closest('article'))
  const card = shown[Math.min(shown.length - 1, Math.max(0, at + (at < 0 && by < 0 ? 0 : by)))]
  card?.focus()
  card?.scrollIntoView({ block: 'center' })
}
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select') !== null) return
  const card = event.target.closest('article')
  if (event.key === 'n') step(1)
  else if (event.key === 'p') step(-1)
  else if (event.key === 'Enter' && event.target === card) card.querySelector('.links a[href]').click()
  else if (event.key === 'a') card?.querySelector('.asks:not([hidden]) [data-ask="accepted"]')?.click()
  else if (event.key === 'r') card?.querySelector('.asks:not([hidden]) [data-ask="rejected"]')?.click()
})
addEventListener('reviewed', showVerdicts)
byId('filters').addEventListener('input', apply)
byId('filters').addEventListener('submit', (event) => event.preventDefault())
if (location.protocol === 'file:') {
  for (const link of document.querySelectorAll('a.code')) {
    link.href = 'vscode://file' + new URL(link.dataset.file, location.href).pathname
    link.hidden = false
  }
}
showVerdicts()
`
