/**
 * A webhook that judges texts. It is sent
 *
 *     POST url
 *     x-policyc-signature: t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>" in hex>
 *     { "guard": name, "in": "request" | "response", "request_id": id, "text": all text }
 *
 * and answers 200 with `{ "action": "allow" }` or `{ "action": "block" }`; anything else is a failure.
 */
import { createHmac } from 'node:crypto'
import type { HttpGuardConfig } from '../config/guards.ts'
import { isObject, parseJson } from '../dialects/json.ts'
import type { Post } from './post.ts'
import type { Verdict, VerdictGuard } from './verdict.ts'

export interface GuardWorld {
  readonly post: Post
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createHttpGuard(config: HttpGuardConfig, { post, now }: GuardWorld): VerdictGuard {
  const { name, url, secret, timeoutMs } = config
  return {
    name,
    judge: async ({ side, requestId, text, signal }) => {
      const body = JSON.stringify({ guard: name, in: side, request_id: requestId, text })
      const seconds = Math.floor(now() / 1000)
      const signature = secret && createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex')
      const posted = await post({
        url,
        body,
        headers: signature === undefined ? {} : { 'x-policyc-signature': `t=${seconds},v1=${signature}` },
        timeoutMs,
        private: config.private,
        signal,
      })
      const failed = (message: string): Verdict => ({ kind: 'failed', message, mayPass: config.onError === 'allow' })
      if (!posted.ok) return failed(posted.message)
      if (posted.status !== 200) return failed(`it answered ${posted.status}`)
      const said = parseJson(posted.text)
      const action = isObject(said) ? said['action'] : undefined
      if (action === 'allow') return { kind: 'passed' }
      return action === 'block' ? { kind: 'found' } : failed('its answer has no `action` of `allow` or `block`')
    },
  }
}
