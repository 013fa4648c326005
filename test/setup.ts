/** Where `PROPERTY_SEED` is set, every property draws from it, so that a run can be had again; elsewhere seeds are fresh. */
import fc from 'fast-check'

const seed = process.env['PROPERTY_SEED']
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) })
