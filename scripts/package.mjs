// Makes the VSIX for one platform: exactly the files listed here, in a folder of their own, packed by vsce.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { buildExtension } from './build-extension.mjs'
import { buildModels } from './build-models.mjs'

const root = path.resolve(import.meta.dirname, '..')
const stage = path.join(root, 'out/vsix')
const target = process.argv.find((arg) => arg.startsWith('--target='))?.slice('--target='.length) ?? 'linux-x64'
const [platform, arch] = target.split('-')

/** What every platform gets: paths from the project's root. Folders come whole. */
const FILES = [
  '.vscodeignore',
  'LICENSE',
  'README.md',
  'media/icon.png',
  'media/activity.svg',
  'media/scanEditor.css',
  // What the README and the walkthrough show.
  'media/walkthrough',
  'schemas/templateSet.schema.json',
  'schemas/sidecar.schema.json',
]

/**
 * The one library that cannot be bundled, with only this platform's binaries. It lies in a node_modules
 * folder beside the engine, where vsce leaves it alone.
 */
const RUNTIME = [
  ['onnxruntime-node', ['package.json', 'dist', `bin/napi-v6/${platform}/${arch}`]],
  ['onnxruntime-common', ['package.json', 'dist/cjs']],
]

await rm(stage, { recursive: true, force: true })
await mkdir(stage, { recursive: true })
for (const file of FILES) {
  await cp(path.join(root, file), path.join(stage, file), { recursive: true })
}
await buildExtension(path.join(stage, 'dist'), false)
await buildModels(path.join(stage, 'dist/models'))
for (const [library, files] of RUNTIME) {
  for (const file of files) {
    await cp(path.join(root, 'node_modules', library, file), path.join(stage, 'dist/node_modules', library, file), {
      recursive: true,
      filter: (source) => !/\.(map|d\.ts)$/.test(source),
    })
  }
}

const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))
for (const key of ['scripts', 'devDependencies', 'dependencies', 'bin', 'private'])
  Reflect.deleteProperty(manifest, key)
await writeFile(path.join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

// Links and pictures of the README work on the Marketplace where the repository is known: vsce then completes them.
const links = 'repository' in manifest ? [] : ['--no-rewrite-relative-links', '--allow-missing-repository']
const vsix = path.join(root, `medlsam-${target}-${manifest.version}.vsix`)
execFileSync(
  process.execPath,
  [
    path.join(root, 'node_modules/@vscode/vsce/vsce'),
    'package',
    '--target',
    target,
    '--no-dependencies',
    ...links,
    '--skip-license',
    '--out',
    vsix,
  ],
  { cwd: stage, stdio: ['ignore', 'ignore', 'inherit'] },
)
console.log(`${path.relative(root, vsix)}  ${((await stat(vsix)).size / 2 ** 20).toFixed(1)} MB  ${platform} ${arch}`)
