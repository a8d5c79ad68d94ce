import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Whether this process may install packages of Debian or one of its children. */
export const canInstallPackages = process.getuid?.() === 0 && existsSync('/etc/debian_version')

/** Installs packages of Debian, waiting for whoever installs some already. */
export function installPackages(packages: readonly string[]): void {
  const apt = (...args: string[]): void => {
    execFileSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}
