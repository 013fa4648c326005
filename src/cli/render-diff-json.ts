/** A difference for programs: `schemas/diff.schema.json` states its form. */
import type { Compared } from './compared.ts'

export function renderDiffJson({ found, replayed }: Compared): string {
  const regions = found.regions.map(({ condition, isExact, witness, before, after, changes }, index) => ({
    condition,
    ...(isExact ? {} : { exact: false }),
    witness,
    before,
    after,
    changes,
    ...(replayed ? { replayed: replayed.byRegion[index] } : {}),
  }))
  const report = {
    version: 1,
    equal: found.equal,
    regions,
    ...(replayed ? { replayed: { requests: replayed.requests, changed: replayed.changed } } : {}),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}
