/**
 * Words for how hard a model should think, against budgets of thinking tokens. One side's models know only words,
 * the other's older models only budgets; no provider publishes an equation, so that this table is this project's
 * choice: to and fro gives the same word for low, medium and high.
 *
 * | effort  | budget |   | budget        | effort |
 * |---------|--------|---|---------------|--------|
 * | minimal |   1024 |   | up to   4,096 | low    |
 * | low     |   4096 |   | up to  12,288 | medium |
 * | medium  |   8192 |   | above         | high   |
 * | high    |  16384 |   |               |        |
 * | xhigh   |  32768 |   |               |        |
 * | max     |  49152 |   |               |        |
 *
 * `minimal` and `xhigh` never come from a budget: many models refuse them.
 */

const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 4096],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 32_768],
  ['max', 49_152],
])

/** The thinking budget that an effort stands for; undefined for words that are not in the table (`none`). */
export function findBudgetTokens(effort: string): number | undefined {
  return BUDGETS.get(effort)
}

/** The effort that a thinking budget stands for. */
export function effortOfBudget(budgetTokens: number): 'low' | 'medium' | 'high' {
  return budgetTokens <= 4096 ? 'low' : budgetTokens <= 12_288 ? 'medium' : 'high'
}
