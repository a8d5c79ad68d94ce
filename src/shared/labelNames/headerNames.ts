import type { Structure } from '../structure.js'
import { readStructures, rgbOf } from './readStructures.js'

/** `Segment0_Name:=Liver` in the header of a `.seg.nrrd` of 3D Slicer. */
const SEGMENT = /^Segment(\d+)_(Name|LabelValue|Color):=(.*)$/gm
const LABEL = /<Label\s([^>]*)>\s*(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))\s*<\/Label>/g
const ATTRIBUTE = /(\w+)="([^"]*)"/g

/**
 * The names that the header of a label map itself holds: of segments in a `.seg.nrrd`, of a label table in an extension of
 * a NIfTI header, as TotalSegmentator and Connectome Workbench write it. Empty where there are none.
 * @param start the beginning of the file, unpacked, with all of its header
 */
export function headerNames(start: Uint8Array): readonly Structure[] {
  const text = new TextDecoder('latin1').decode(start)
  if (text.startsWith('NRRD')) return segmentNames(utf8(start.subarray(0, endOfHeader(text))))
  const at = text.indexOf('<LabelTable')
  const end = text.indexOf('</LabelTable>', at)
  return at < 0 || end < 0 ? [] : labelTableNames(utf8(start.subarray(at, end)))
}

function segmentNames(header: string): readonly Structure[] {
  const segments = new Map<string, Record<string, string>>()
  for (const [, number, key, value] of header.matchAll(SEGMENT))
    segments.set(number, { ...segments.get(number), [key]: value.trim() })
  return readStructures(
    [...segments.values()].map((segment) => ({
      name: segment['Name'] ?? '',
      labelValue: Number(segment['LabelValue'] ?? 'none'),
      color: rgbOf((segment['Color'] ?? '').split(/\s+/).map(Number)),
    })),
  )
}

function labelTableNames(xml: string): readonly Structure[] {
  return readStructures(
    [...xml.matchAll(LABEL)].map(([, attributes, quoted = '', plain = '']) => {
      const of = new Map([...attributes.matchAll(ATTRIBUTE)].map(([, key, value]) => [key, Number(value)]))
      const color = rgbOf(['Red', 'Green', 'Blue'].map((part) => of.get(part) ?? NaN))
      return { name: quoted === '' ? unescaped(plain) : quoted, labelValue: of.get('Key') ?? NaN, color }
    }),
  )
}

function endOfHeader(text: string): number {
  const end = /\r?\n\r?\n/.exec(text)
  return end === null ? text.length : end.index
}

function unescaped(xml: string): string {
  return xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes)
}
