import { describe, expect, it } from 'vitest'
import { bytes, fraction, names, threeMm, wholeNumber, windowHu, writeFormats } from '../../../src/cli/parse.js'
import { exitCodeOfError, exitCodeOfResult } from '../../../src/cli/exitCodes.js'
import { formatSeconds } from '../../../src/cli/progressWords.js'
import { defaultLabelMapPath, outputPaths } from '../../../src/engine/pipeline/outputPaths.js'
import { startClock } from '../../../src/engine/pipeline/stageClock.js'
import type { Progress } from '../../../src/shared/progress.js'

describe('command-line values', () => {
  it('are read as people write them', () => {
    expect(bytes('4G')).toBe(4 * 2 ** 30)
    expect(bytes('100')).toBe(100)
    expect(names(' a, b ,,c')).toEqual(['a', 'b', 'c'])
    expect(threeMm('2,2,0')).toEqual([2, 2, 0])
    expect(windowHu('40,400')).toEqual({ level: 40, width: 400 })
    expect(wholeNumber(1)('3')).toBe(3)
    expect(writeFormats('nifti,seg, nrrd,seg')).toEqual(['seg', 'seg.nrrd'])
    expect(fraction('0.25')).toBe(0.25)
  })

  it.each([
    [bytes, 'much'],
    [threeMm, '1,2'],
    [threeMm, 'a,b,c'],
    [windowHu, '40,-1'],
    [windowHu, '40'],
    [wholeNumber(1), '0'],
    [writeFormats, 'seg,dicom'],
    [wholeNumber(1), '1.5'],
    [fraction, '2'],
    [fraction, ''],
  ])('%o refuses %s', (parse, text) => {
    expect(() => parse(text)).toThrow(/^Give /)
  })
})

describe('exit codes', () => {
  it('tell usage, bad input, missing structures and defects apart', () => {
    expect(
      ['usage', 'input', 'template', 'model', 'output', 'cancelled', 'internal'].map((kind) =>
        exitCodeOfError(kind as 'usage'),
      ),
    ).toEqual([1, 2, 2, 2, 2, 130, 4])
    expect(exitCodeOfResult([{ status: 'found' }])).toBe(0)
    expect(exitCodeOfResult([{ status: 'found' }, { status: 'not-found' }])).toBe(3)
    expect(exitCodeOfResult([{ status: 'failed' }])).toBe(3)
  })
})

describe('output files', () => {
  it('lie beside the scan and share its name', () => {
    expect(defaultLabelMapPath('/a/b.c_ct.nii.gz')).toBe('/a/b.c_ct_dseg.nii.gz')
    expect(outputPaths('/a/x_dseg.nii.gz', '/a/x.nii.gz')).toEqual({
      labelMap: '/a/x_dseg.nii.gz',
      exports: [],
      sidecar: '/a/x_dseg.json',
      names: '/a/x_dseg.tsv',
    })
    expect(outputPaths('/a/out.nii', '/a/x.nii.gz')).toEqual({
      labelMap: '/a/out.nii',
      exports: [],
      sidecar: '/a/out.json',
      names: '/a/out_dseg.tsv',
    })
  })

  it('never overwrite the scan, and must be NIfTI', () => {
    expect(() => outputPaths('/a/x.nii.gz', '/a/x.nii.gz')).toThrow(/scan itself/)
    expect(() => outputPaths('/a/x.png', '/a/x.nii.gz')).toThrow(/\.nii\.gz/)
  })
})

describe('progress', () => {
  it('extrapolates the seconds left from the units done, and adds up stages', () => {
    let now = 0
    const seen: Progress[] = []
    const clock = startClock(
      (progress) => seen.push(progress),
      () => now,
    )
    clock.start('segment')
    now = 5000
    clock.report(1, 5)
    now = 7000
    clock.report(2, 5)
    clock.start('write')
    now = 8000
    expect(clock.stop()).toEqual({ segment: 7, write: 1 })
    // Five seconds of loading before the first slice do not count: two seconds a slice, three slices to go.
    expect(seen.find((progress) => progress.done === 2)?.secondsLeft).toBe(6)
    expect(seen.find((progress) => progress.done === 1)?.secondsLeft).toBeNull()
  })

  it('is written as people say it', () => {
    expect(formatSeconds(8.4)).toBe('8 s')
    expect(formatSeconds(200)).toBe('3 min 20 s')
  })
})
