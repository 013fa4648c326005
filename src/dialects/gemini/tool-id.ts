/**
 * Ids for calls that Google gives none. They are the same for the same place in the same answer or request, and they
 * show that they were made here: on the way back to Google they are left out again, where calls and results without
 * ids are matched by name and order.
 */

const MADE = 'call_gm_'

/** The id of call number `ordinal` of the answer or the turn that `stem` names. */
export function makeToolId(stem: string, ordinal: number): string {
  return `${MADE}${stem.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 24)}_${ordinal}`
}

/** Whether `makeToolId` gave this id, so that Google does not know it. */
export function isMadeToolId(id: string): boolean {
  return id.startsWith(MADE)
}

/** A stem for an answer without an id, told from what is called: FNV-1a, 32 bits. */
export function stemOf(text: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}
