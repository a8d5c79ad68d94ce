import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { securedPage } from '../../../../src/host/dataset/securedPage.js'

describe('a summary page in a webview', () => {
  const page = '<!doctype html><html><head><title>x</title></head><body><script>run()</script></body></html>'

  it('runs the scripts that were in it and ours, and nothing else', () => {
    const secured = securedPage(page)
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(secured)?.[1] ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`'sha256-${createHash('sha256').update('run()').digest('base64')}'`)
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/)
    const nonce = /'nonce-([0-9a-f]+)'/.exec(policy)?.[1] ?? ''
    expect(secured).toContain(`<script nonce="${nonce}">`)
  })

  it('has a new nonce every time', () => {
    expect(securedPage(page)).not.toBe(securedPage(page))
  })
})
