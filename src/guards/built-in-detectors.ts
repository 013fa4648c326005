/** Every detector that policies can name without a configuration, one for each name that the check knows. */
import { type DetectorName, detectors as known } from '../check/detectors.ts'
import type { Detector } from './detector.ts'
import { contactDetectors } from './detectors/contact.ts'
import { financeDetectors } from './detectors/finance.ts'
import { nationalDetectors } from './detectors/national.ts'
import { promptInjection } from './detectors/prompt-injection.ts'
import { secretDetectors } from './detectors/secrets.ts'

const made = [...contactDetectors, ...financeDetectors, ...nationalDetectors, ...secretDetectors, promptInjection]

/** In the order of the reference. */
export const builtInDetectors: readonly Detector[] = known.map(({ name }) => findMade(name))

function findMade(name: DetectorName): Detector {
  const detector = made.find((each) => each.name === name)
  if (detector === undefined) throw new Error(`nothing finds \`${name}\``)
  return detector
}
