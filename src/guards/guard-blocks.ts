/** Guards the blocks of a message or an answer. What is only bytes (pictures, sound, PDF) has no text to look at. */
import type { Block, DocumentBlock, Extensions, MediaSource, TextBlock } from '../dialects/neutral.ts'
import { guardExtensions, type WholeTexts } from './whole-texts.ts'

export function guardBlock<T extends Block>(block: T, texts: WholeTexts): T
export function guardBlock(block: Block, texts: WholeTexts): Block {
  return guardExtensions(guardContent(block, texts), texts)
}

function guardContent(block: Block, texts: WholeTexts): Block {
  switch (block.kind) {
    case 'text':
      return guardText(block, texts)
    case 'refusal':
      return { ...block, text: texts.text(block.text).text }
    case 'reasoning': {
      const { text, isAltered } = texts.text(block.text)
      // Its maker would refuse a signature under other words.
      return isAltered ? { ...withoutSignature(block), text } : { ...block, text }
    }
    case 'tool_call':
      return { ...block, arguments: texts.json(block.arguments).text }
    case 'tool_result':
      return { ...block, content: block.content.map((inner) => guardBlock(inner, texts)) }
    case 'document':
      return guardDocument(block, texts)
    case 'image':
      return { ...block, source: guardSource(block.source, texts) }
    case 'opaque':
      return { ...block, value: texts.value(block.value) }
    case 'audio':
      return block
  }
}

function withoutSignature<T extends { readonly signature?: unknown; readonly extensions?: Extensions }>(
  block: T,
): Omit<T, 'signature'> {
  const { signature: _, ...rest } = block
  return rest
}

function guardText(block: TextBlock, texts: WholeTexts): TextBlock {
  const { text } = texts.text(block.text)
  const { citations } = block
  if (citations === undefined) return { ...block, text }
  return { ...block, text, citations: { ...citations, items: citations.items.map((each) => texts.value(each)) } }
}

function guardDocument(block: DocumentBlock, texts: WholeTexts): DocumentBlock {
  const { source, title } = block
  return {
    ...block,
    ...(title === undefined ? {} : { title: texts.text(title).text }),
    source: source.kind === 'text' ? { ...source, text: texts.text(source.text).text } : guardSource(source, texts),
  }
}

/** Text that came as bytes is text all the same. */
const textMedia = /^(?:text\/|application\/(?:[a-z0-9.+-]*\+)?(?:json|xml|yaml|csv|x-yaml|javascript)(?:;|$))/i

function guardSource(source: MediaSource, texts: WholeTexts): MediaSource {
  switch (source.kind) {
    case 'url':
      return { ...source, url: texts.text(source.url).text }
    case 'base64': {
      if (!textMedia.test(source.mediaType)) return source
      const given = Buffer.from(source.data, 'base64').toString('utf8')
      const { text } = texts.text(given)
      return text === given ? source : { ...source, data: Buffer.from(text, 'utf8').toString('base64') }
    }
    case 'file':
      return source
  }
}
