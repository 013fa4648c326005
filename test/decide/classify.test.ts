import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClassifier } from '../../src/decide/classify.ts'

const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

test('a number is found among thresholds as by looking at each of them', () => {
  const thresholdsOf = fc.uniqueArray(number, { maxLength: 40, comparator: 'IsStrictlyEqual' })
  const property = fc.property(thresholdsOf, fc.array(number, { minLength: 20, maxLength: 20 }), (drawn, values) => {
    const thresholds = [...drawn].sort((a, b) => a - b)
    const classes = Array.from({ length: thresholds.length * 2 + 1 }, (_, piece) => piece)
    const samples = classes.map(() => undefined)
    const classify = createClassifier({
      attribute: 0,
      size: classes.length,
      classifier: { kind: 'number', thresholds, classes },
      samples,
    })
    for (const value of [...values, ...thresholds]) {
      const below = thresholds.filter((each) => each < value).length
      expect(classify(value)).toBe(below * 2 + (thresholds.includes(value) ? 1 : 0))
    }
  })
  fc.assert(property, { numRuns: 500 })
})
