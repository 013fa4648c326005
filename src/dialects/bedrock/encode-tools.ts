/** Tools and their choice → `toolConfig`. */
import { noteForeignToolFields } from '../foreign-fields.ts'
import { compact, isArray, isObject } from '../json.ts'
import type { Losses } from '../losses.ts'
import type { ChatCall, JsonObject, Tool } from '../neutral.ts'
import { encodeCachePoint } from './cache-point.ts'
import { findFamily } from './family.ts'

const API = "Amazon Bedrock's Converse API"
const MAX_NAME_LENGTH = 64
/** The schema that a function without parameters has. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} }

/** `messages` are the encoded ones: a history with calls needs declarations. */
export function encodeTools(
  call: ChatCall,
  messages: readonly JsonObject[],
  model: string,
  losses: Losses,
): JsonObject | undefined {
  const history = calledIn(messages)
  // There is no word for "none": without tools there is nothing to choose.
  if (call.toolChoice?.kind === 'none' && history === undefined) return undefined
  if (call.toolChoice?.kind === 'none' && call.tools.length > 0)
    losses.add('tool_choice', `\`none\` has no equal in ${API} once tools were called`)
  const tools = call.tools.flatMap((tool) => encodeTool(tool, model, losses))
  if (tools.length > 0) return compact({ tools, toolChoice: encodeChoice(call) })
  return history === undefined ? undefined : { tools: history.map(declaredByName) }
}

function encodeTool(tool: Tool, model: string, losses: Losses): readonly JsonObject[] {
  if (tool.kind === 'opaque') {
    if (tool.extensions?.dialect === 'bedrock') return [tool.extensions.fields]
    return losses.drop('tools', `the tool \`${tool.name}\` is of a type that ${API} does not know`)
  }
  noteForeignToolFields(tool, API, losses)
  if (MAX_NAME_LENGTH < tool.name.length || /[^A-Za-z0-9_-]/.test(tool.name))
    losses.add(
      'tools.name',
      `the tool \`${tool.name.slice(0, 100)}\` has a name of other than up to ${MAX_NAME_LENGTH} letters, digits, \`_\` and \`-\``,
    )
  const toolSpec = compact({
    name: tool.name,
    description: tool.description || undefined,
    inputSchema: { json: encodeSchema(tool.parameters) },
    strict: tool.strict === true ? true : undefined,
  })
  // Nova takes cache points in messages alone.
  const mark = findFamily(model) === 'claude' ? tool.cacheMark : undefined
  return [{ toolSpec }, ...encodeCachePoint(mark, model)]
}

function encodeSchema(parameters: JsonObject | undefined): JsonObject {
  if (parameters === undefined || Object.keys(parameters).length === 0) return NO_PARAMETERS
  return parameters['type'] === undefined ? { type: 'object', ...parameters } : parameters
}

function encodeChoice({ toolChoice }: ChatCall): JsonObject | undefined {
  switch (toolChoice?.kind) {
    case undefined:
    case 'none':
      return undefined
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'tool':
      return { tool: { name: toolChoice.name } }
  }
}

/** The names of the tools that the history calls, or undefined where it has neither calls nor results. */
function calledIn(messages: readonly JsonObject[]): readonly string[] | undefined {
  const blocks = messages.flatMap(({ content }) => (isArray(content) ? content : [])).filter(isObject)
  const names = blocks.flatMap(({ toolUse }) => (isObject(toolUse) ? [String(toolUse['name'])] : []))
  if (names.length > 0) return [...new Set(names)]
  return blocks.some((block) => 'toolResult' in block) ? ['unavailable'] : undefined
}

function declaredByName(name: string): JsonObject {
  return { toolSpec: { name, description: 'No longer available.', inputSchema: { json: NO_PARAMETERS } } }
}
