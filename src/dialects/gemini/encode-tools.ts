/** Neutral tools and their choice → Google's `tools` and `toolConfig`. */
import { compact, isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { ChatCall, Json, JsonObject, Tool, ToolChoice } from '../neutral.ts'
import { ownFields } from './extensions.ts'
import { findSchema } from './schema.ts'

/** Google's rule for names of functions. */
const NAME = /^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$/

/** The functions in one entry, and an entry for each tool that runs at Google. */
export function encodeTools(tools: readonly Tool[], losses: Losses): readonly JsonObject[] {
  const functions = tools.flatMap((tool) => (tool.kind === 'function' ? [encodeFunction(tool, losses)] : []))
  const others = tools.flatMap((tool) => (tool.kind === 'opaque' ? encodeOpaque(tool, losses) : []))
  return functions.length === 0 ? others : [{ functionDeclarations: functions }, ...others]
}

function encodeOpaque(tool: Tool, losses: Losses): readonly JsonObject[] {
  if (tool.extensions?.dialect === 'gemini') return [tool.extensions.fields]
  return losses.drop('tools', `the tool \`${tool.name}\` is of a type that Google's Gemini API does not know`)
}

function encodeFunction(tool: Tool, losses: Losses): JsonObject {
  if (!NAME.test(tool.name))
    losses.add(
      'tools.name',
      `the tool \`${tool.name.slice(0, 64)}\` has a name that Google's Gemini API refuses: it begins with a letter or _`,
    )
  const own = tool.extensions?.dialect === 'gemini'
  return compact({
    name: tool.name,
    description: tool.description,
    ...(!own && encodeParameters(tool.parameters)),
    ...ownFields(tool.extensions),
  })
}

/** A function without parameters has no schema: an object without properties is refused. */
function encodeParameters(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || isEmpty(parameters)) return {}
  const schema = findSchema(parameters)
  return schema === undefined ? { parametersJsonSchema: parameters } : { parameters: schema }
}

function isEmpty({ type, properties, ...rest }: JsonObject): boolean {
  const hasNone = properties === undefined || (isObject(properties) && Object.keys(properties).length === 0)
  const says = ([key, value]: [string, Json]): boolean =>
    !(key === 'required' && Array.isArray(value) && value.length === 0)
  return (type === undefined || type === 'object') && hasNone && !Object.entries(rest).some(says)
}

/** The choice, beside what the call keeps of a configuration in this dialect. */
export function encodeToolConfig(call: ChatCall, own: Json | undefined): JsonObject | undefined {
  const { toolChoice, tools } = call
  const hasFunctions = tools.some(({ kind }) => kind === 'function') || call.dialect === 'gemini'
  const calling =
    toolChoice === undefined || !hasFunctions ? {} : { functionCallingConfig: encodeToolChoice(toolChoice) }
  const config = { ...calling, ...(isObject(own) && own) }
  return Object.keys(config).length === 0 ? undefined : config
}

function encodeToolChoice(choice: ToolChoice): JsonObject {
  switch (choice.kind) {
    case 'auto':
      return { mode: 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
  }
}
