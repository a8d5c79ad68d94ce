import { deflateSync, gzipSync } from 'node:zlib'
import type { Affine } from '../../src/shared/geometry/affine.js'

/** A file as others write it, and what it must be read as. */
export interface ZooFile {
  /** The file to open. */
  readonly name: string
  /** It and its data files, by their names. */
  readonly files: Readonly<Record<string, Buffer>>
  readonly affine: Affine
  readonly timePoint?: number
  /** What a warning must say; no warning where it is left out. */
  readonly warning?: RegExp
}

/** Numbers of voxels of every file of the zoo. */
export const ZOO_SIZE = [12, 10, 8] as const
const [NX, NY, NZ] = ZOO_SIZE
/** Voxels of every file of the zoo. */
export const ZOO_VALUES = Int16Array.from({ length: NX * NY * NZ }, (_, i) => ((i * 7919) % 2500) - 1000)
const RAW = Buffer.from(ZOO_VALUES.buffer)
const OTHER = Buffer.from(ZOO_VALUES.map((value) => -value).buffer)
/** Where the voxels of most files are: LPS, 0.9 x 0.8 x 2.5 mm, from (10, 20, 30). */
const PLACE: Affine = [-0.9, 0, 0, -10, 0, -0.8, 0, -20, 0, 0, 2.5, 30, 0, 0, 0, 1]
const AT_ZERO: Affine = [-0.9, 0, 0, -0, 0, -0.8, 0, -0, 0, 0, 2.5, 0, 0, 0, 0, 1]

type Changes = Readonly<Record<string, string | null>>

function headerLines(fields: Changes, separator: string, newline: string): string {
  return Object.entries(fields)
    .flatMap(([key, value]) => (value === null ? [] : [`${key}${separator}${value}${newline}`]))
    .join('')
}

/** An NRRD file; a field that is null is left out. */
export function nrrdFile(changes: Changes = {}, data: Buffer = RAW, more = '', newline = '\n'): Buffer {
  const fields = {
    type: 'short',
    dimension: '3',
    space: 'left-posterior-superior',
    sizes: ZOO_SIZE.join(' '),
    'space directions': '(0.9,0,0) (0,0.8,0) (0,0,2.5)',
    kinds: 'domain domain domain',
    endian: 'little',
    encoding: 'raw',
    'space origin': '(10,20,30)',
    ...changes,
  }
  const header = `NRRD0004${newline}${headerLines(fields, ': ', newline)}${more}`
  return Buffer.concat([Buffer.from(`${header}${more.includes('LIST') ? '' : newline}`), data])
}

/** A MetaImage file; a field that is null is left out. */
export function metaFile(changes: Changes = {}, data: Buffer = RAW, newline = '\n', separator = ' = '): Buffer {
  const { ElementDataFile = 'LOCAL', ...others } = changes
  const fields = {
    ObjectType: 'Image',
    NDims: '3',
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    CompressedData: 'False',
    TransformMatrix: '1 0 0 0 1 0 0 0 1',
    Offset: '10 20 30',
    ElementSpacing: '0.9 0.8 2.5',
    DimSize: ZOO_SIZE.join(' '),
    ElementType: 'MET_SHORT',
    ...others,
    ElementDataFile,
  }
  return Buffer.concat([Buffer.from(headerLines(fields, separator, newline)), data])
}

const SEGMENTS = Array.from(
  { length: 120 },
  (_, i) => `Segment${i}_ID:=Segment_${i}\nSegment${i}_Name:=organ ${i}\nSegment${i}_Tags:=${'x'.repeat(560)}\n`,
).join('')
const SIDES = /check left and right/
const GUESSED = /1 mm is assumed/
const NO_SPACE = { space: null, 'space directions': null, 'space origin': null }
const slices = (name: (z: number) => string): Record<string, Buffer> =>
  Object.fromEntries(
    Array.from({ length: NZ }, (_, z) => [name(z), RAW.subarray(z * 2 * NX * NY, (z + 1) * 2 * NX * NY)]),
  )
const interleaved = Buffer.from(Int16Array.from([...ZOO_VALUES].flatMap((value) => [-value, value])).buffer)
const padded = Buffer.concat([Buffer.alloc(352, 35), RAW])
const decimal = Buffer.from([...ZOO_VALUES].join(' '))
const one = (name: string, bytes: Buffer, more: Partial<ZooFile> = {}): ZooFile => ({
  name,
  files: { [name]: bytes },
  affine: PLACE,
  ...more,
})
const pair = (name: string, header: Buffer, data: Readonly<Record<string, Buffer>>): ZooFile => ({
  name,
  files: { [name]: header, ...data },
  affine: PLACE,
})
const NONE = Buffer.alloc(0)

/** NRRD files, each with a rule of the format that was once read wrongly, or could be. */
const NRRD_ZOO: readonly ZooFile[] = [
  one('plain.nrrd', nrrdFile()),
  one('crlf.nrrd', nrrdFile({}, RAW, '', '\r\n')),
  one('big.nrrd', nrrdFile({ endian: 'big' }, Buffer.from(RAW).swap16())),
  one('long.nrrd', nrrdFile({}, RAW, SEGMENTS)),
  one('long_gzip.nrrd', nrrdFile({ encoding: 'gzip' }, gzipSync(RAW), SEGMENTS)),
  one('very_long.nrrd', nrrdFile({}, RAW, SEGMENTS.repeat(20))),
  one('gzip_skip_end.nrrd', nrrdFile({ encoding: 'gzip', 'byte skip': '-1' }, gzipSync(padded))),
  one('gzip_skip.nrrd', nrrdFile({ encoding: 'gzip', 'byte skip': '352' }, gzipSync(padded))),
  one('raw_skip.nrrd', nrrdFile({ 'byte skip': '352' }, padded)),
  one('raw_skip_end.nrrd', nrrdFile({ byteskip: '-1' }, padded)),
  one('ascii.nrrd', nrrdFile({ encoding: 'ascii', endian: null }, decimal)),
  one('hex.nrrd', nrrdFile({ encoding: 'hex' }, Buffer.from(RAW.toString('hex').replace(/.{70}/g, '$&\n')))),
  one('no_kinds.nrrd', nrrdFile({ kinds: null })),
  one(
    'time_first.nrrd',
    nrrdFile(
      {
        dimension: '4',
        sizes: '2 12 10 8',
        kinds: 'time domain domain domain',
        'space directions': 'none (0.9,0,0) (0,0.8,0) (0,0,2.5)',
      },
      interleaved,
    ),
    { timePoint: 1 },
  ),
  one(
    'unknown_first.nrrd',
    nrrdFile(
      {
        dimension: '4',
        sizes: '2 12 10 8',
        kinds: null,
        'space directions': 'none (0.9,0,0) (0,0.8,0) (0,0,2.5)',
      },
      interleaved,
    ),
    { timePoint: 1 },
  ),
  one(
    'list_last.nrrd',
    nrrdFile(
      {
        dimension: '4',
        sizes: '12 10 8 2',
        kinds: 'domain domain domain list',
        'space directions': '(0.9,0,0) (0,0.8,0) (0,0,2.5) none',
      },
      Buffer.concat([OTHER, RAW]),
    ),
    { timePoint: 1 },
  ),
  one(
    'space_time.nrrd',
    nrrdFile(
      {
        dimension: '4',
        space: 'left-posterior-superior-time',
        sizes: '12 10 8 2',
        kinds: 'domain domain domain time',
        'space directions': '(0.9,0,0,0) (0,0.8,0,0) (0,0,2.5,0) (0,0,0,5)',
        'space origin': '(10,20,30,0)',
      },
      Buffer.concat([OTHER, RAW]),
    ),
    { timePoint: 1 },
  ),
  one(
    'stub_first.nrrd',
    nrrdFile({
      dimension: '4',
      sizes: '1 12 10 8',
      kinds: 'stub domain domain domain',
      'space directions': 'none (0.9,0,0) (0,0.8,0) (0,0,2.5)',
    }),
  ),
  one(
    'centimetres.nrrd',
    nrrdFile({
      'space units': '"cm" "cm" "cm"',
      'space directions': '(0.09,0,0) (0,0.08,0) (0,0,0.25)',
      'space origin': '(1,2,3)',
    }),
  ),
  one(
    'micrometres.nrrd',
    nrrdFile({
      'space units': '"µm" "um" "microns"',
      'space directions': '(900,0,0) (0,800,0) (0,0,2500)',
      'space origin': '(10000,20000,30000)',
    }),
  ),
  one('axis_centimetres.nrrd', nrrdFile({ ...NO_SPACE, units: '"cm" "cm" "cm"', spacings: '0.09 0.08 0.25' }), {
    affine: AT_ZERO,
    warning: SIDES,
  }),
  one('parsecs.nrrd', nrrdFile({ 'space units': '"pc" "pc" "pc"' }), { warning: /unknown unit of length "pc"/ }),
  one('spacings.nrrd', nrrdFile({ ...NO_SPACE, kinds: null, spacings: '0.9 0.8 2.5' }), {
    affine: AT_ZERO,
    warning: SIDES,
  }),
  one('mins_cell.nrrd', nrrdFile({ ...NO_SPACE, spacings: '0.9 0.8 2.5', 'axis mins': '9.55 19.6 28.75' }), {
    warning: SIDES,
  }),
  one(
    'mins_node.nrrd',
    nrrdFile({ ...NO_SPACE, centers: 'node node node', spacings: '0.9 0.8 2.5', 'axis mins': '10 20 30' }),
    { warning: SIDES },
  ),
  one('mins_maxs.nrrd', nrrdFile({ ...NO_SPACE, 'axis mins': '9.55 19.6 28.75', 'axis maxs': '20.35 27.6 48.75' }), {
    warning: SIDES,
  }),
  one('no_spacing.nrrd', nrrdFile({ ...NO_SPACE, kinds: null }), {
    affine: [-1, 0, 0, -0, 0, -1, 0, -0, 0, 0, 1, 0, 0, 0, 0, 1],
    warning: GUESSED,
  }),
  one('scanner_xyz.nrrd', nrrdFile({ space: 'scanner-xyz' }), { warning: SIDES }),
  one('right_handed.nrrd', nrrdFile({ space: '3D-right-handed' }), { warning: SIDES }),
  one(
    'ras.nrrd',
    nrrdFile({ space: 'RAS', 'space directions': '(-0.9,0,0) (0,-0.8,0) (0,0,2.5)', 'space origin': '(-10,-20,30)' }),
  ),
  one(
    'las.nrrd',
    nrrdFile({
      space: 'left-anterior-superior',
      'space directions': '(0.9,0,0) (0,-0.8,0) (0,0,2.5)',
      'space origin': '(10,-20,30)',
    }),
  ),
  one('no_origin.nrrd', nrrdFile({ 'space origin': null }), { affine: AT_ZERO }),
  one('quantised.nrrd', nrrdFile({ 'old min': '-1000', 'old max': '3000' }), { warning: /rounded to fewer steps/ }),
  pair('dot_slash.nhdr', nrrdFile({ 'data file': './x.raw' }, NONE), { 'x.raw': RAW }),
  pair('below.nhdr', nrrdFile({ datafile: 'data\\x.raw' }, NONE), { 'data/x.raw': RAW }),
  pair('packed.nhdr', nrrdFile({ encoding: 'gz', 'byte skip': '-1', 'data file': 'x.raw.gz' }, NONE), {
    'x.raw.gz': gzipSync(padded),
  }),
  pair('lines.nhdr', nrrdFile({ 'line skip': '2', 'byte skip': '3', 'data file': 'x.raw' }, NONE), {
    'x.raw': Buffer.concat([Buffer.from('one\ntwo\nabc'), RAW]),
  }),
  pair(
    'list.nhdr',
    nrrdFile({}, NONE, `data file: LIST 2\n${Array.from({ length: NZ }, (_, z) => `s${z}.raw\n`).join('')}`),
    slices((z) => `s${z}.raw`),
  ),
  pair(
    'pattern.nhdr',
    nrrdFile({ 'data file': 's%03d.raw 1 8 1 2' }, NONE),
    slices((z) => `s${String(z + 1).padStart(3, '0')}.raw`),
  ),
]

/** MetaImage files of the same kind. */
const META_ZOO: readonly ZooFile[] = [
  one('plain.mha', metaFile()),
  one('crlf.mha', metaFile({}, RAW, '\r\n')),
  one('tab.mha', metaFile({}, RAW, '\n', '\t=\t')),
  one('colon.mha', metaFile({}, RAW, '\n', ': ')),
  // MetaIO looks at the first letter of true and false.
  one('letters.mha', metaFile({ BinaryData: 'tru', CompressedData: 'no', BinaryDataByteOrderMSB: 'yes' })),
  one('tight.mha', metaFile({}, RAW, '\n', '=')),
  one('comment.mha', metaFile({ Comment: 'x'.repeat(70000) })),
  one(
    'many_fields.mha',
    metaFile(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`Seg${i}`, 'x'.repeat(60)]))),
  ),
  one('big.mha', metaFile({ BinaryDataByteOrderMSB: 'True' }, Buffer.from(RAW).swap16())),
  one(
    'big_element.mha',
    metaFile({ BinaryDataByteOrderMSB: null, ElementByteOrderMSB: '1' }, Buffer.from(RAW).swap16()),
  ),
  one(
    'packed.mha',
    metaFile({ CompressedData: 'True', CompressedDataSize: String(deflateSync(RAW).length) }, deflateSync(RAW)),
  ),
  // Sizes that are not true: ITK unpacks no more.
  one('packed_short_size.mha', metaFile({ CompressedData: 'True', CompressedDataSize: '64' }, deflateSync(RAW))),
  one('packed_odd_size.mha', metaFile({ CompressedData: 'True', CompressedDataSize: '164ta' }, deflateSync(RAW))),
  // The last of two counts.
  one(
    'twice.mha',
    metaFile({ DimSize: '12 10 8\nElementSpacing = 9 9 9\nElementSpacing = 0.9 0.8 2.5', ElementSpacing: null }),
  ),
  one('packed_no_size.mha', metaFile({ CompressedData: 'True' }, deflateSync(RAW))),
  one('written.mha', metaFile({ BinaryData: 'False' }, decimal)),
  one('no_spacing.mha', metaFile({ ElementSpacing: null }), {
    affine: [-1, 0, 0, -10, 0, -1, 0, -20, 0, 0, 1, 30, 0, 0, 0, 1],
    warning: GUESSED,
  }),
  one('element_size.mha', metaFile({ ElementSpacing: null, ElementSize: '0.9 0.8 2.5' })),
  one(
    'position.mha',
    metaFile({ Offset: null, Position: '10 20 30', TransformMatrix: null, Orientation: '1 0 0 0 1 0 0 0 1' }),
  ),
  one('centimetres.mha', metaFile({ DistanceUnits: 'cm', ElementSpacing: '0.09 0.08 0.25', Offset: '1 2 3' })),
  one(
    'time.mha',
    metaFile(
      {
        NDims: '4',
        DimSize: '12 10 8 2',
        ElementSpacing: '0.9 0.8 2.5 1',
        Offset: '10 20 30 0',
        TransformMatrix: '1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1',
      },
      Buffer.concat([OTHER, RAW]),
    ),
    { timePoint: 1 },
  ),
  pair('dot_slash.mhd', metaFile({ ElementDataFile: './x.raw' }, NONE), { 'x.raw': RAW }),
  pair('skip.mhd', metaFile({ HeaderSize: '352', ElementDataFile: 'x.raw' }, NONE), { 'x.raw': padded }),
  pair('skip_end.mhd', metaFile({ HeaderSize: '-1', ElementDataFile: 'x.raw' }, NONE), { 'x.raw': padded }),
  pair(
    'list.mhd',
    metaFile({ ElementDataFile: 'LIST' }, Buffer.from(Array.from({ length: NZ }, (_, z) => `s${z}.raw\n`).join(''))),
    slices((z) => `s${z}.raw`),
  ),
  pair(
    'pattern.mhd',
    metaFile({ ElementDataFile: 's%02d.raw 0 7 1' }, NONE),
    slices((z) => `s${String(z).padStart(2, '0')}.raw`),
  ),
]

/** All NRRD and MetaImage files of the zoo. */
export const TEXT_ZOO: readonly ZooFile[] = [...NRRD_ZOO, ...META_ZOO]
