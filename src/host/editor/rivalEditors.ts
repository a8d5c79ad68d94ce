import { DICOM_ENDING, EDITOR_ENDINGS } from '../../shared/scanNames.js'

/** What the manifest of an extension says about its custom editors. */
interface EditorManifest {
  readonly displayName?: string
  readonly name?: string
  readonly contributes?: {
    readonly customEditors?: readonly {
      readonly viewType: string
      readonly priority?: string
      readonly selector?: readonly { readonly filenamePattern?: string }[]
    }[]
  }
}

/** An editor of another extension that a click on scans would open too. */
export interface RivalEditor {
  readonly viewType: string
  /** Name of its extension, for the user. */
  readonly name: string
  /** Those of our file patterns that it claims. */
  readonly patterns: readonly string[]
}

/** Patterns of the files that our editor opens, as VS Code's settings write them. */
export const SCAN_PATTERNS: readonly string[] = [...EDITOR_ENDINGS, DICOM_ENDING].map((ending) => `*${ending}`)

/** Editors in these manifests that claim our file types by default, as ours does. */
export function rivalEditors(manifests: readonly unknown[]): RivalEditor[] {
  return manifests.flatMap((manifest) => {
    const { displayName, name, contributes } = manifest as EditorManifest
    return (contributes?.customEditors ?? []).flatMap(({ viewType, priority, selector }) => {
      const claimed = (selector ?? []).map(({ filenamePattern }) => filenamePattern ?? '')
      const patterns = SCAN_PATTERNS.filter((pattern) => claimed.some((other) => covers(other, pattern)))
      const isRival = patterns.length > 0 && (priority ?? 'default') === 'default'
      return isRival ? [{ viewType, name: displayName ?? name ?? viewType, patterns }] : []
    })
  })
}

/** Whether a glob takes every file that `pattern` (`*.nii.gz`) takes. */
function covers(glob: string, pattern: string): boolean {
  const plain = glob.replace(/^\*\*\//, '').toLowerCase()
  const braces = /^(.*)\{(.*)\}(.*)$/.exec(plain)
  const all = braces === null ? [plain] : braces[2].split(',').map((one) => `${braces[1]}${one}${braces[3]}`)
  return all.some((one) => one.startsWith('*') && pattern.endsWith(one.slice(1)))
}
