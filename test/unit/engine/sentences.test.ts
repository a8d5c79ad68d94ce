import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const SOURCES = path.resolve(import.meta.dirname, '../../../src')
/** It holds CSS, whose variables begin like options. */
const CSS = 'summaryStyle.ts'

it.each(['engine', 'shared', 'imageio'])('the sentences of %s name no option, command or setting', (room) => {
  const named = readdirSync(path.join(SOURCES, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && path.basename(file) !== CSS)
    .flatMap((file) =>
      readFileSync(path.join(SOURCES, room, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\*|\/\/)/.test(line))
        // `i--` and `[--i]` count down; `.medlsam.json` is the name of a file.
        .filter((line) => /(^|[^\w[])--[a-z]|"medlsam |(?<!\.)medlsam\.[a-z]/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    )
  expect(named).toEqual([])
})
