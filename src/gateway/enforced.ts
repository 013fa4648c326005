/**
 * What the policy or the configuration asks for and this version of the gateway does not carry out: each is an
 * error on its clause. Nothing is accepted and ignored.
 */
import type { AnyRule, CheckedPolicy, RouteRule } from '../check/policy.ts'
import type { GatewayConfig } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnostic } from '../diagnostics/diagnostic.ts'
import type { Span } from '../diagnostics/source.ts'
import { customDetectors } from '../guards/custom-detectors.ts'
import type { RewriteClause } from '../syntax/ast.ts'
import { enforcedRewrites } from './rewrite.ts'

/** Every clause that would be ignored, in source order, those of the configuration last. */
export function findUnenforced(policy: CheckedPolicy, config: GatewayConfig): readonly Diagnostic[] {
  return [...policy.rules.flatMap(inRule), ...inConfig(config), ...customDetectors(config.guards).diagnostics]
}

function unenforced(what: string, span: Span, help?: string): Diagnostic {
  return diagnostic('P299', { message: `${what} is not enforced yet`, span, help })
}

function inRule(rule: AnyRule): readonly Diagnostic[] {
  switch (rule.kind) {
    case 'allow':
    case 'deny':
    case 'restrict':
      return []
    case 'route':
      return inRoute(rule)
    case 'cache':
      return rule.node.semantic === undefined ? [] : [unenforced('`semantic`', rule.node.semantic.span)]
    case 'limit':
    case 'budget':
    case 'guard':
      return []
    case 'shadow':
      return [unenforced(`the ${rule.kind} rule \`${rule.name}\``, rule.nameSpan)]
    case 'rewrite':
      return rule.node.clauses
        .filter((each) => !enforcedRewrites.has(each.kind))
        .map((each) => unenforced(rewriteOf(each), each.span))
    case 'log':
      return rule.node.clauses.flatMap((each) =>
        each.kind === 'capture' && each.what !== 'none' ? [unenforced(`\`capture ${each.what}\``, each.span)] : [],
      )
  }
}

function rewriteOf(clause: RewriteClause): string {
  switch (clause.kind) {
    case 'header':
      return `rewriting the header \`${clause.name.value}\``
    case 'metadata':
      return `rewriting the metadata \`${clause.key.value}\``
    case 'max_tokens':
    case 'temperature':
    case 'system_prepend':
    case 'service_tier':
      return `rewriting \`${clause.kind}\``
  }
}

function inRoute(rule: RouteRule): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  if (rule.hedgeMs !== undefined)
    found.push(unenforced(`\`hedge\` in the route \`${rule.name}\``, rule.node.hedge?.span ?? rule.nameSpan))
  const sticky = rule.steps.flatMap((each) =>
    each.kind === 'split' && each.stickyBy !== undefined ? [{ by: each.stickyBy, span: each.span }] : [],
  )
  for (const { by, span } of sticky) {
    if (by.id !== sticky[0]!.by.id)
      found.push(unenforced(`a second split of one route that is sticky by another attribute, \`${by.id}\`,`, span))
    if (by.column !== undefined) found.push(unenforced(`a split that is sticky by the table column \`${by.id}\``, span))
  }
  return found
}

function inConfig(config: GatewayConfig): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  const report = (is: boolean, what: string, path: readonly string[]) => {
    if (is) found.push(unenforced(what, config.spanOf(path)))
  }
  report(config.ledger !== undefined, '`ledger`', ['ledger'])
  report(config.listen.tls !== undefined, '`listen.tls`', ['listen', 'tls'])
  report(config.listen.admin !== undefined, '`listen.admin`', ['listen', 'admin'])
  return found
}
