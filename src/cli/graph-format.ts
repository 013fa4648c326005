/** The formats of drawings, by themselves so that the command line knows them before it loads what writes them. */

export const graphFormats = ['svg', 'dot', 'mermaid', 'json'] as const
export type GraphFormat = (typeof graphFormats)[number]
