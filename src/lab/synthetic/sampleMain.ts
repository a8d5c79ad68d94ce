// Writes the sample scan that the extension offers to newcomers; a process of its own, started with the file's path.
import { writeScan } from '../../engine/scanFiles/writeScan.js'
import { makeSyntheticCt } from './syntheticCt.js'

/** The patient of `npm run demo`. */
const SEED = 101

await writeScan(process.argv[2], makeSyntheticCt({ seed: SEED }).ct)
