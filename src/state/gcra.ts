/**
 * Rates by the generic cell rate algorithm (ITU-T I.371), as a leaking bucket: each charge adds to a debt, the debt
 * leaks at the rate of the limit, and a charge that would take it past the burst is refused. So in any time `w` at most
 * `burst + amount × w / perMs` is let through.
 *
 * The debt is kept in units × `perMs`, of which `amount` leak in a millisecond: every number is whole and every
 * comparison exact.
 */
import type { Mark, Standing } from './state.ts'

/** The state of one rate; one that has no debt is as good as none. */
export interface Cell {
  readonly debt: number
  readonly atMs: number
  /** The sum of all refunds so far. */
  readonly refunded: number
}

export interface Rate {
  readonly amount: number
  readonly perMs: number
  readonly burst: number
}

export const emptyCell: Cell = { debt: 0, atMs: 0, refunded: 0 }

/** The cell at a later time. A clock that was set back leaks nothing. */
export function leak(cell: Cell, { amount }: Rate, nowMs: number): Cell {
  const leaked = amount * Math.max(0, nowMs - cell.atMs)
  return { ...cell, debt: Math.max(0, cell.debt - leaked), atMs: Math.max(nowMs, cell.atMs) }
}

/** Milliseconds until the cost can be charged: 0 for now, undefined for never. Of a cell that has leaked up to now. */
export function waitFor(cell: Cell, { amount, perMs, burst }: Rate, cost: number): number | undefined {
  if (cost > burst || amount <= 0) return undefined
  return Math.max(0, Math.ceil((cell.debt + (cost - burst) * perMs) / amount))
}

export function charge(cell: Cell, { perMs }: Rate, cost: number): Cell {
  return { ...cell, debt: cell.debt + cost * perMs }
}

/**
 * The cell with a charge corrected by `surplus`, what was charged too much (or too little, below zero).
 *
 * What has leaked away since cannot be given back as well: else a refund would let through what others have paid for.
 * So no more is refunded than would be left of the debt that stood after the charge, had nothing come since.
 */
export function correct(cell: Cell, rate: Rate, surplus: number, mark: Mark): Cell {
  if (surplus <= 0) return charge(cell, rate, -surplus)
  const left = mark.debt - rate.amount * (cell.atMs - mark.atMs) - (cell.refunded - mark.refunded)
  const refund = Math.max(0, Math.min(surplus * rate.perMs, left, cell.debt))
  return { ...cell, debt: cell.debt - refund, refunded: cell.refunded + refund }
}

export function standingOf({ debt }: Cell, { amount, perMs, burst }: Rate): Standing {
  return {
    remaining: Math.max(0, Math.floor((burst * perMs - debt) / perMs)),
    resetMs: amount > 0 ? Math.ceil(debt / amount) : 0,
  }
}

/** The fraction of the burst that is in use. */
export function usedOf({ debt }: Cell, { perMs, burst }: Rate): number {
  return burst > 0 ? debt / (burst * perMs) : 1
}

/** When the debt will have leaked away. */
export function emptyAtMs({ debt, atMs }: Cell, { amount }: Rate): number {
  return amount > 0 ? atMs + Math.ceil(debt / amount) : Number.POSITIVE_INFINITY
}
