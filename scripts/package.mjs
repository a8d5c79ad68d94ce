// Makes the VSIX for one platform: exactly the files listed here, in a folder of their own, packed by vsce.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const stage = path.join(root, 'out/vsix')
const target = process.argv.find((arg) => arg.startsWith('--target='))?.slice('--target='.length) ?? 'linux-x64'
const [platform, arch] = target.split('-')

const FILES = ['LICENSE', 'README.md', 'media/icon.png', 'media/activity.svg', 'media/scanEditor.css', 'schemas', 'dist/extension.cjs', 'dist/webview.js']

await rm(stage, { recursive: true, force: true })
await mkdir(stage, { recursive: true })
for (const file of FILES) {
  if (await exists(path.join(root, file))) await cp(path.join(root, file), path.join(stage, file), { recursive: true })
}

const { scripts, devDependencies, dependencies, bin, private: _private, ...manifest } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
// An extension of type "module" would have its bundle read as ESM; the bundle says .cjs, the engine .mjs.
await writeFile(path.join(stage, 'package.json'), `${JSON.stringify({ ...manifest, type: undefined }, null, 2)}\n`)

const vsix = path.join(root, `medlsam-${target}-${manifest.version}.vsix`)
execFileSync(
  process.execPath,
  [path.join(root, 'node_modules/@vscode/vsce/vsce'), 'package', '--target', target, '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', vsix],
  { cwd: stage, stdio: ['ignore', 'ignore', 'inherit'] },
)
console.log(`${path.relative(root, vsix)}  ${((await stat(vsix)).size / 2 ** 20).toFixed(1)} MB  ${platform} ${arch}`)

async function exists(file) {
  return stat(file).then(() => true, () => false)
}
