import path from 'node:path'
import { expect, it } from 'vitest'
import { requestFor } from '../../../../src/host/dataset/lastRequests.js'
import type { DatasetRequest } from '../../../../src/shared/datasetRun.js'

const at = (...parts: string[]): string => path.join(path.sep, ...parts)
const request = (folder: string): DatasetRequest => ({ folder, settings: { templates: 'head-neck' } })

it('knows the last run of a folder by its scans and by its results, the innermost first', () => {
  const [outer, inner] = [request(at('data')), request(at('data', 'trial'))]
  const requests = { [at('results')]: outer, [at('data', 'trial')]: inner }
  expect(requestFor(requests, at('results', 'a', 'p1_dseg.nii.gz'))).toBe(outer)
  expect(requestFor(requests, at('data', 'p2_ct.nii.gz'))).toBe(outer)
  expect(requestFor(requests, at('data', 'trial', 'p3_ct.nii.gz'))).toBe(inner)
  expect(requestFor(requests, at('results'))).toBe(outer)
  expect(requestFor(requests, at('results2', 'p1_dseg.nii.gz'))).toBeNull()
})
