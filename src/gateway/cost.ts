/**
 * What an attempt cost: usage times the catalogue's prices, in integer nano-dollars, rounded once.
 *
 * Prices are nano-dollars per million tokens, so that the sum is exact in millionths of a nano-dollar until
 * the one rounding (half up) at the end.
 */
import type { Price } from '../config/catalogue.ts'
import type { Usage } from '../dialects/neutral.ts'

/**
 * The cost in nano-dollars, or undefined where the price is not known or a count that it needs was not said. Of a
 * target without a price the provider's own word stands, where it says what it charged.
 */
export function costNanoUsd(usage: Usage, price: Price | undefined): number | undefined {
  if (price === undefined) return usage.chargedNanoUsd
  if (usage.input === undefined || usage.output === undefined) return undefined
  const cachedInput = within(usage.cachedInput, usage.input)
  const cacheWrite = within(usage.cacheWrite, usage.input - cachedInput)
  const cacheWrite1h = within(usage.cacheWrite1h, cacheWrite)
  const audioInput = within(usage.audioInput, usage.input - cachedInput - cacheWrite)
  const reasoning = within(usage.reasoning, usage.output)
  const audioOutput = within(usage.audioOutput, usage.output - reasoning)
  const write = price.cacheWrite ?? price.input
  const millionths =
    times(usage.input - cachedInput - cacheWrite - audioInput, price.input) +
    times(cachedInput, price.cachedInput ?? price.input) +
    times(cacheWrite - cacheWrite1h, write) +
    // Catalogues give the price of five minutes; the one provider that keeps an hour takes twice the input price.
    times(cacheWrite1h, Math.max(write, price.cacheWrite === undefined ? 0 : 2 * price.input)) +
    times(audioInput, price.audioInput ?? price.input) +
    times(usage.output - reasoning - audioOutput, price.output) +
    times(reasoning, price.reasoning ?? price.output) +
    times(audioOutput, price.audioOutput ?? price.output) +
    times(usage.searches ?? 0, price.search ?? 0) * 1_000_000n +
    times(usage.images ?? 0, price.image ?? 0) * 1_000_000n +
    BigInt(price.request ?? 0) * 1_000_000n
  return Number((millionths + 500_000n) / 1_000_000n)
}

/** Dollars with nine decimals, exactly. */
export function formatUsd(nanoUsd: number): string {
  const digits = BigInt(nanoUsd).toString().padStart(10, '0')
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`
}

/** A part can be no more than its whole, whatever the provider counted. */
function within(part: number | undefined, whole: number): number {
  return Math.max(0, Math.min(part ?? 0, whole))
}

function times(tokens: number, price: number): bigint {
  return BigInt(Math.max(0, Math.round(tokens))) * BigInt(Math.round(price))
}
