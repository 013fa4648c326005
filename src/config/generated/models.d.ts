import type { Price } from '../catalogue.ts'

/** By provider type: model id, context size (0 is unknown) and price. */
export declare const models: Readonly<Record<string, readonly (readonly [model: string, context?: number, price?: Price])[]>>
