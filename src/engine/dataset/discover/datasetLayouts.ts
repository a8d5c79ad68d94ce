import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { readTextFile } from '../../../shared/node/readTextFile.js'
import type { DatasetLayout, SkipReason } from '../../../shared/datasetRun.js'

/** How a folder is searched: which folders in it are entered, and which files in it are no CT. */
export interface FolderRules {
  readonly layout: DatasetLayout
  readonly enters: (folderName: string) => boolean
  /** Null when nothing speaks against the file; `names` are all names in its folder. */
  readonly refuses: (fileName: string, names: ReadonlySet<string>) => SkipReason | null
}

/** Folders that label maps are usually kept in, whatever the layout. */
const LABEL_FOLDER = /^(labels?|labels_?(tr|ts|te|val)|(manual_?)?segmentations?|masks?)$/i
/** Folders of a BIDS dataset that hold no raw data (BIDS, "Source vs. raw vs. derived data"). */
const BIDS_OTHER = new Set(['derivatives', 'sourcedata', 'code', 'stimuli', 'phenotype'])
const IMAGES_FOLDER = /^images(tr|ts|te|val)?$/i
/** nnU-Net ends image names in the channel's four digits. */
const CHANNEL = /_(\d{4})(\.[^0-9]+)$/

/**
 * Names of CT channels, such as `CT`, `CT_portal`, `CBCT`, `ceCT`, `low-dose CT`. What is no word of CT with others
 * before it, such as `PET/CT` fused, is left to the values.
 */
const CT_CHANNEL =
  /(^|[^a-z])((cb|ce|ld|hd|n?c|p|s)?ct)([^a-z]|$)|computed[ _-]?tomography|hounsfield|(^|[^a-z])hu([^a-z]|$)/i

/** Rules of a folder that nothing is known of. */
export const PLAIN: FolderRules = { layout: 'plain', enters: (name) => !LABEL_FOLDER.test(name), refuses: () => null }

const descriptionSchema = z.object({ BIDSVersion: z.string(), DatasetType: z.string().optional() })
/** nnU-Net 2 has `channel_names`; nnU-Net 1 and the Medical Segmentation Decathlon `modality`. */
const datasetSchema = z.object({
  channel_names: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  modality: z.union([z.record(z.string(), z.string()), z.string()]).optional(),
})

/**
 * What the files of a folder say about it: `nothing` to go by, a layout's rules, or that it is a
 * dataset derived from another one.
 * @param folders names of its folders
 */
export async function rulesOf(
  folder: string,
  files: ReadonlySet<string>,
  folders: readonly string[],
): Promise<FolderRules | 'derived' | 'nothing'> {
  if (files.has('dataset_description.json')) {
    const parsed = descriptionSchema.safeParse(await jsonOrNull(path.join(folder, 'dataset_description.json')))
    if (parsed.success) return parsed.data.DatasetType === 'derivative' ? 'derived' : BIDS
  }
  const images = folders.filter((name) => IMAGES_FOLDER.test(name))
  if (images.length > 0 && files.has('dataset.json')) {
    return imagesRules(
      await layoutOf(path.join(folder, images[0])),
      await channelsOf(path.join(folder, 'dataset.json')),
      images,
    )
  }
  return 'nothing'
}

/** The rules for a folder `imagesTr` or the like that the user named itself: its dataset.json lies above it. */
export async function rulesFromAbove(folder: string): Promise<FolderRules | null> {
  if (!IMAGES_FOLDER.test(path.basename(folder))) return null
  return imagesRules(await layoutOf(folder), await channelsOf(path.join(path.dirname(folder), 'dataset.json')), [])
}

const BIDS: FolderRules = {
  layout: 'bids',
  enters: (name) => !BIDS_OTHER.has(name),
  // BIDS has no suffix for CT yet; its extension proposal 24 and everybody who cannot wait use `ct`.
  refuses: (name) => (/_ct\.[^_]+$/i.test(name) ? null : 'notCt'),
}

/** Names of the channels by their numbers; empty where dataset.json does not say. */
type Channels = ReadonlyMap<number, string>

function imagesRules(layout: 'nnunet' | 'msd', channels: Channels, images: readonly string[]): FolderRules {
  const isCt = (name: string): boolean => CT_CHANNEL.test(name)
  const anyCt = channels.size === 0 || [...channels.values()].some(isCt)
  return {
    layout,
    enters: (name) => images.includes(name),
    refuses: (name, names) => {
      if (!anyCt) return 'notCt'
      const channel = CHANNEL.exec(name)
      // Four digits may also number the cases: they are channels only where channel 0 of the same case is there.
      if (channel === null || !names.has(name.replace(CHANNEL, '_0000$2'))) return null
      const number = Number(channel[1])
      const ours = channels.size === 0 ? number === 0 : isCt(channels.get(number) ?? '')
      return ours ? null : 'otherChannel'
    },
  }
}

async function channelsOf(file: string): Promise<Channels> {
  const parsed = datasetSchema.safeParse(await jsonOrNull(file))
  if (!parsed.success) return new Map()
  const { channel_names: names, modality } = parsed.data
  const listed = names ?? (typeof modality === 'string' ? { 0: modality } : modality) ?? {}
  // An early nnU-Net 2 wrote { "CT": 0 }.
  return new Map(
    Object.entries(listed).map(([key, value]) => (typeof value === 'number' ? [value, key] : [Number(key), value])),
  )
}

/** nnU-Net numbers channels in its file names; the Medical Segmentation Decathlon does not. */
async function layoutOf(imagesFolder: string): Promise<'nnunet' | 'msd'> {
  const names = await readdir(imagesFolder).catch(() => [])
  return names.some((name) => CHANNEL.exec(name)?.[1] === '0000') ? 'nnunet' : 'msd'
}

/** The content of a JSON file; null where there is none, since other programs' files may be anything. */
async function jsonOrNull(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readTextFile(file))
  } catch {
    return null
  }
}
