/**
 * Phrases of those who try to talk a model out of its instructions. A heuristic: it knows the usual words, in English
 * and a few other languages, and nobody should rest on it alone.
 */
import type { Detector } from '../detector.ts'
import { pattern } from './pattern.ts'

const gap = '[\\s,.:;"\'*_-]{1,3}'
const any = `(?:(?:any|all|every|each|the|your|my|these|those|of|and|with|to)${gap}){0,4}`
const before = '(?:previous|prior|above|earlier|preceding|former|foregoing|existing|current|original|initial|system)'
const orders =
  '(?:instructions?|prompts?|directives?|rules?|guidelines?|commands?|orders?|context|constraints?|messages?)'

const forms: readonly string[] = [
  `(?:ignore|disregard|forget|override|bypass|overrule|neglect|skip)${gap}${any}(?:${before}${gap}){1,2}(?:\\w{1,12}${gap}){0,2}${orders}`,
  `(?:ignore|disregard|forget)${gap}(?:everything|anything|all|what)${gap}(?:(?:you|i|was|were|have|been|that)${gap}){0,4}(?:above|before|previously|earlier|told|said|instructed)`,
  `(?:ignore|disregard|forget|override|bypass)${gap}(?:all${gap})?(?:of${gap})?your${gap}(?:\\w{1,12}${gap})?(?:${orders}|training|programming|safety|filters?|guardrails?)`,
  `(?:reveal|print|show|repeat|output|display|leak|tell${gap}me|give${gap}me|what${gap}(?:is|are|was|were))${gap}(?:(?:me|us|verbatim|exactly)${gap}){0,2}(?:your|the)${gap}(?:(?:full|entire|exact|complete|hidden|secret|initial|original|own)${gap}){0,3}(?:system|developer|hidden|initial|secret)${gap}(?:prompts?|messages?|instructions?)`,
  `(?:repeat|print|output)${gap}(?:all${gap}|everything${gap}|the${gap}){0,2}(?:words?|text|lines?)?${gap}?(?:above|before${gap}this)`,
  `you${gap}are${gap}(?:now|no${gap}longer)${gap}(?:(?:in|an?|the|bound|going|to|be)${gap}){0,4}(?:DAN\\b|jailbroken|jailbreak|unrestricted|unfiltered|uncensored|developer${gap}mode|god${gap}mode|evil)`,
  `(?:enable|enter|activate|switch${gap}to|engage)${gap}(?:developer|debug|god|jailbreak|dan|sudo|unrestricted|admin)${gap}mode`,
  `(?:pretend|act|behave|respond|answer)${gap}(?:(?:as|like|if|though|to|you|be|were|are|have|an?|ai|model|assistant|that|with)${gap}){1,8}(?:no|without(?:${gap}any)?)${gap}(?:restrictions?|rules?|limits?|limitations?|filters?|ethics|ethical|guidelines?|moral)`,
  `do${gap}anything${gap}now`,
  `new${gap}(?:system${gap})?(?:instructions?|prompt)${gap}?(?:from${gap}(?:the${gap})?(?:admin|developer|system|openai|anthropic)|override)`,
  // Marks of turns that only the gateway's other side should write.
  '<\\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|begin_of_text)\\|>',
  '\\[/?INST\\]|<</?SYS>>',
  `(?:ignoriere|vergiss|missachte)${gap}(?:(?:bitte|alle|s\u00e4mtliche|die|deine|meine|aller)${gap}){0,3}(?:(?:vorherigen|bisherigen|obigen|fr\u00fcheren|vorigen)${gap})?(?:anweisungen|instruktionen|regeln|befehle)`,
  `(?:ignore[zs]?|oublie[zs]?)${gap}(?:(?:toutes?|tous|les|vos|tes)${gap}){1,3}(?:instructions|consignes|r\u00e8gles|directives)`,
  `(?:ignora|olvida|descarta)${gap}(?:(?:todas?|todos|las|los|tus|sus)${gap}){1,3}(?:(?:instrucciones|\u00f3rdenes|reglas|indicaciones))`,
]

export const promptInjection: Detector = {
  name: 'prompt_injection',
  patterns: forms.map((form) =>
    pattern(/^[a-z(]/.test(form) ? `\\b(?:${form})` : form, { ignoreCase: true, maxLength: 256 }),
  ),
}
