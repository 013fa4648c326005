/** What ajv says of a value: the place in it, the keyword that failed, and the keyword's parameters. */
export interface SchemaError {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly propertyName?: string
}

export interface Validate {
  (value: unknown): boolean
  readonly errors?: readonly SchemaError[] | null
}

/** What messages need of a schema at one place. */
export interface Shape {
  /** The shape of this name instead. */
  readonly ref?: string
  /** What a value must be, in words. */
  readonly expected?: string
  /** Whether a value is a number or bool, written without quotes. */
  readonly bare?: boolean
  /** The only values. */
  readonly values?: readonly string[]
  /** The keys of a mapping. */
  readonly keys?: Readonly<Record<string, Shape>>
  /** Of every other key of a mapping. */
  readonly rest?: Shape
  /** Of the names of those other keys. */
  readonly names?: Shape
  /** Of the entries of a list. */
  readonly items?: Shape
  /** By the value of `type`, the name of the shape. */
  readonly types?: Readonly<Record<string, string>>
}

export interface Shapes {
  readonly root: Shape
  readonly defs: Readonly<Record<string, Shape>>
}

export declare const validateGateway: Validate
export declare const validateLock: Validate
export declare const shapes: Readonly<Record<'gateway' | 'lock', Shapes>>
