/**
 * Targets against the configuration: the provider must be configured, and its catalogue must have the
 * model, unless the provider takes any.
 */
import { suggest } from '../diagnostics/suggest.ts'
import type { PoolStatement, RequestedRef } from '../syntax/ast.ts'
import type { TargetRef } from '../syntax/ast-conditions.ts'
import type { Candidate } from './policy.ts'
import type { Mend } from './report.ts'
import { providersHelp } from './resolve-attribute.ts'
import type { Scope } from './scope.ts'

/** The candidate that a reference names, or undefined once that is reported. */
export function resolveCandidate(scope: Scope, ref: TargetRef | RequestedRef): Candidate | undefined {
  if (ref.kind === 'requested') return { kind: 'requested', span: ref.span }
  if (!isKnownTarget(scope, ref)) return undefined
  return ref.model === '*'
    ? { kind: 'open', provider: ref.provider, span: ref.span }
    : { kind: 'entry', target: `${ref.provider}/${ref.model}`, span: ref.span }
}

/** A target of the catalogue, where `provider/*` says too little; `help` says what to write instead. */
export function resolveEntry(scope: Scope, ref: TargetRef, help: string): string | undefined {
  if (!isKnownTarget(scope, ref)) return undefined
  if (ref.model !== '*') return `${ref.provider}/${ref.model}`
  scope.report('P207', { message: `\`${ref.provider}/*\` is not one target`, span: ref.span, help })
  return undefined
}

/** A string as a target: what stands before the first slash is the provider. */
export function asTarget(text: string): { readonly provider: string; readonly model: string } | undefined {
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) return undefined
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) }
}

type Place = Pick<TargetRef, 'provider' | 'model' | 'span'> & { readonly quoted?: boolean }

/** Whether provider and model exist; reports which one was meant where they do not. */
export function isKnownTarget(scope: Scope, ref: Place): boolean {
  const { providers, catalogue } = scope.context
  const id = `${ref.provider}/${ref.model}`
  if (!providers.has(ref.provider)) {
    scope.report('P207', { message: `the provider \`${ref.provider}\` is not configured`, span: ref.span }, () =>
      mendTarget(ref, nearProvider(scope, ref), providersHelp(scope)),
    )
    return false
  }
  if (ref.model === '*' || catalogue.byId.has(id) || catalogue.open.has(ref.provider)) return true
  scope.report(
    'P207',
    { message: `\`${ref.provider}\` has no model \`${ref.model}\` in the catalogue`, span: ref.span },
    () => mendTarget(ref, nearModel(scope, ref), modelsHelp(scope, ref)),
  )
  return false
}

function mendTarget(ref: Place, near: string | undefined, otherwise: string | undefined): ReturnType<Mend> {
  if (near === undefined) return { help: otherwise }
  return {
    help: `did you mean \`${near}\`?`,
    edits: [{ span: ref.span, text: ref.quoted ? JSON.stringify(near) : near }],
  }
}

function nearProvider(scope: Scope, ref: Place): string | undefined {
  const { providers, catalogue } = scope.context
  const near = suggest(ref.provider, providers.keys())
  if (near !== undefined) {
    const known = ref.model === '*' || catalogue.byId.has(`${near}/${ref.model}`) || catalogue.open.has(near)
    if (known) return `${near}/${ref.model}`
    const model = suggest(ref.model, modelsOf(scope, near))
    if (model !== undefined) return `${near}/${model}`
  }
  return ref.model === '*' ? undefined : catalogue.entries.find((each) => each.model === ref.model)?.id
}

function nearModel(scope: Scope, ref: Place): string | undefined {
  const near = suggest(ref.model, modelsOf(scope, ref.provider))
  if (near !== undefined) return `${ref.provider}/${near}`
  return scope.context.catalogue.entries.find((each) => each.model === ref.model)?.id
}

function modelsOf(scope: Scope, provider: string): string[] {
  return scope.context.catalogue.entries.filter((each) => each.provider === provider).map((each) => each.model)
}

function modelsHelp(scope: Scope, ref: Place): string {
  const models = modelsOf(scope, ref.provider)
  const add = `add \`${ref.provider}/${ref.model}\` under \`models\` in gateway.yaml, or write \`${ref.provider}/*\``
  if (models.length === 0 || models.length > 8) return add
  return `it has ${models.map((each) => `\`${each}\``).join(', ')}; ${add}`
}

/** The candidates of a pool: at least one, and each once. */
export function checkPool(scope: Scope, pool: PoolStatement): readonly Candidate[] {
  if (pool.targets.length === 0) {
    scope.report('P209', {
      message: `the pool \`${pool.name.text}\` is empty`,
      span: pool.name.span,
      help: 'name at least one target in it',
    })
  }
  return resolveCandidates(scope, pool.targets, `the pool \`${pool.name.text}\``)
}

/** The candidates of a list; one that stands there twice is reported. */
export function resolveCandidates(
  scope: Scope,
  refs: readonly (TargetRef | RequestedRef)[],
  called: string,
): readonly Candidate[] {
  const first = new Map<string, TargetRef | RequestedRef>()
  const found: Candidate[] = []
  for (const ref of refs) {
    const text = ref.kind === 'requested' ? 'requested' : `${ref.provider}/${ref.model}`
    const before = first.get(text)
    if (before) {
      scope.report('P209', {
        message: `\`${text}\` stands twice in ${called}`,
        span: ref.span,
        related: [{ message: 'first here', span: before.span }],
        help: 'name it once',
      })
      continue
    }
    first.set(text, ref)
    const candidate = resolveCandidate(scope, ref)
    if (candidate) found.push(candidate)
  }
  return found
}
