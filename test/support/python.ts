import { spawnSync } from 'node:child_process'
import { canInstallPackages, installPackages } from './debian.js'

const TRAINING_MODULES = ['torch', 'onnx', 'nibabel', 'scipy', 'matplotlib', 'pytest']
const PACKAGES = TRAINING_MODULES.map((name) => `python3-${name}`)

/** The first Python that can import these modules, null where there is none; MEDLSAM_PYTHON names one to try first. */
export function findPython(modules: readonly string[]): string | null {
  const candidates = [process.env['MEDLSAM_PYTHON'], 'python3', '/usr/bin/python3']
  return (
    candidates
      .filter((python) => python !== undefined)
      .find((python) => spawnSync(python, ['-c', `import ${modules.join(', ')}`]).status === 0) ?? null
  )
}

/**
 * A Python that runs the training code and its tests; its packages are installed through apt where we may.
 *
 * @throws Error that says in one line what is missing and which command installs it.
 */
export function ensurePython(): string {
  const found = findPython(TRAINING_MODULES)
  if (found !== null) return found
  if (canInstallPackages) installPackages(PACKAGES)
  const installed = findPython(TRAINING_MODULES)
  if (installed === null)
    throw new Error(`no Python with PyTorch: sudo apt-get install ${PACKAGES.join(' ')}, or name one in MEDLSAM_PYTHON`)
  return installed
}
