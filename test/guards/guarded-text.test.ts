import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openJson } from '../../src/guards/guarded-json.ts'
import { openText } from '../../src/guards/guarded-text.ts'
import { type Clauses, cutAt, guarded, guardsOf, names, samples, telling, through } from './support.ts'

/** A few sets of detectors, as making ready for a new one takes its time. */
const personal = ['email', 'phone', 'card', 'iban', 'ip', 'ssn']
const secret = ['aws_key', 'private_key', 'github_token', 'jwt', 'connection_string', 'high_entropy']
const action = fc.constantFrom('redact' as const, 'mask' as const, 'flag' as const, 'block' as const)
const actions: fc.Arbitrary<Clauses> = fc.tuple(action, action, fc.boolean()).map(([first, second, isAll]) =>
  isAll
    ? [[first, ...names]]
    : [
        [first, ...personal],
        [second, ...secret],
      ],
)
const everything: Clauses = [['redact', ...names]]
const places = fc.array(fc.nat(), { maxLength: 8 })

describe('laws', () => {
  test('a text in pieces is guarded as the whole is', () => {
    fc.assert(
      fc.property(actions, telling, places, (clauses, text, cuts) => {
        const whole = through(openText(guardsOf(clauses).request!), [text])
        const cut = through(openText(guardsOf(clauses).request!), cutAt(text, cuts))
        // What goes out before a block depends on the cuts; that it is blocked, and for what, does not.
        const blocked = /BLOCKED by .*$/s.exec(whole)?.[0]
        if (blocked === undefined) expect(cut).toBe(whole)
        else expect(/BLOCKED by .*$/s.exec(cut)?.[0]).toBe(blocked)
      }),
      { numRuns: 150 },
    )
  })

  test('arguments in pieces are guarded as the whole is, stay JSON, and are untouched where nothing is found', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        telling,
        fc.integer(),
        fc.constant(null),
        fc.constant(4111111111111111),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.oneof(telling, fc.constantFrom('ssn', 'phone', 'to')), tie('value'), { maxKeys: 4 }),
    }))
    fc.assert(
      fc.property(value.object, fc.boolean(), places, (given, isEscaped, cuts) => {
        const plain = JSON.stringify(given)
        const text = isEscaped ? plain.replace(/[@.]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`) : plain
        const whole = through(openJson(guardsOf(everything).request!), [text])
        expect(through(openJson(guardsOf(everything).request!), cutAt(text, cuts))).toBe(whole)
        expect(() => JSON.parse(whole)).not.toThrow()
        if (!whole.includes('[redacted ')) expect(whole).toBe(text)
        expect(through(openJson(guardsOf([['flag', ...names]]).request!), cutAt(text, cuts))).toBe(text)
      }),
      { numRuns: 100 },
    )
  })

  test('any text at all can be given for arguments', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', '\\', 'u', '0', '{', '}', ':', ',', '[', ' ', 'a@b.co', '\n', '-') }),
        places,
        (text, cuts) => {
          const emails: Clauses = [['redact', 'email']]
          const whole = through(openJson(guardsOf(emails).request!), [text])
          expect(through(openJson(guardsOf(emails).request!), cutAt(text, cuts))).toBe(whole)
          if (!text.includes('@')) expect(whole).toBe(text)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('redacting what is redacted changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...samples), { maxLength: 8 }), (parts) => {
        const text = parts.join(' | ')
        const once = guarded(everything, text)
        expect(guarded(everything, once)).toBe(once)
      }),
      { numRuns: 100 },
    )
  })

  test('what is masked and put back is what was', () => {
    fc.assert(
      fc.property(telling, places, (text, cuts) => {
        fc.pre(!/\[[A-Z_]+_\d+\]/.test(text))
        const guards = guardsOf([['mask', ...names]], { sides: ['request'] })
        const masked = through(openText(guards.request!), [text])
        const back = guards.response()
        expect(back === undefined ? masked : through(openText(back), cutAt(masked, cuts))).toBe(text)
      }),
      { numRuns: 100 },
    )
  })
})

describe('actions', () => {
  test('redact tells what stood there', () => {
    expect(guarded([['redact', 'email']], 'to ann.lee@example.com, please')).toBe('to [redacted email], please')
  })

  test('mask gives one value one placeholder', () => {
    expect(guarded([['mask', 'email']], 'a@b.co, c@d.co, a@b.co')).toBe('[EMAIL_1], [EMAIL_2], [EMAIL_1]')
  })

  test('flag leaves the text and counts', () => {
    const guards = guardsOf([['flag', 'email']])
    expect(through(openText(guards.request!), ['a@b.co c@d.co'])).toBe('a@b.co c@d.co')
    expect(guards.findings.list()).toEqual([
      { rule: 'flag', detector: 'email', action: 'flag', in: 'request', count: 2 },
    ])
  })

  test('block names the rule and the detector, and lets go what came before', () => {
    expect(guarded([['block', 'email']], 'to a@b.co')).toBe('to BLOCKED by block for email')
  })

  test('of several wishes for one detector the strongest is carried out, and all are counted', () => {
    const guards = guardsOf([
      ['mask', 'email'],
      ['flag', 'email'],
      ['redact', 'email'],
    ])
    expect(through(openText(guards.request!), ['a@b.co'])).toBe('[redacted email]')
    expect(guards.findings.list().map((each) => each.rule)).toEqual(['mask', 'flag', 'redact'])
  })

  test('what two detectors find in one place goes out once, and nothing of either is left', () => {
    expect(guarded([['redact', 'connection_string', 'email']], 'postgres://u:pw@host.example.com/x')).toBe(
      'postgres://[redacted connection_string][redacted email]/x',
    )
  })

  test('a value of the caller passes a mask on the answer; another is hidden', () => {
    const guards = guardsOf([['mask', 'email']])
    through(openText(guards.request!), ['I am a@b.co'])
    expect(through(openText(guards.response()!), ['[EMAIL_1], a@b.co and c@d.co, [EMAIL_9]'])).toBe(
      'a@b.co, a@b.co and [EMAIL_2], [EMAIL_9]',
    )
  })
})

describe('arguments', () => {
  const redacted = (text: string) => through(openJson(guardsOf(everything).request!), [text])

  test('an escape hides nothing', () => {
    expect(redacted('{"to":"ann\\u0040example.com"}')).toBe('{"to":"[redacted email]"}')
    expect(redacted('{"to":"a\\ud83d\\ude00 \\u0061nn@example.com \\/"}')).toBe(
      '{"to":"a\\ud83d\\ude00 [redacted email] \\/"}',
    )
  })

  test('a number becomes a string', () => {
    expect(redacted('{"card": 4111111111111111, "n": [1, -2.5e3]}')).toBe(
      '{"card": "[redacted card]", "n": [1, -2.5e3]}',
    )
  })

  test('a key tells what its value is', () => {
    expect(redacted('{"ssn":"123456789","id":"123456789"}')).toBe('{"ssn":"[redacted ssn]","id":"123456789"}')
  })

  test('keys are guarded too', () => {
    expect(redacted('{"a@b.co": true}')).toBe('{"[redacted email]": true}')
  })

  test('text that is no JSON is guarded as text', () => {
    expect(redacted('send it to a@b.co')).toBe('send it to [redacted email]')
    expect(redacted('{"to": a@b.co')).toBe('{"to": "[redacted email]"')
    expect(redacted('{"to": "a@b.co')).toBe('{"to": "[redacted email]')
  })

  test('what is put back is written as JSON', () => {
    const guards = guardsOf([['mask', 'private_key']])
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----'
    through(openText(guards.request!), [key])
    expect(JSON.parse(through(openJson(guards.response()!), ['{"k":"[PRIVATE_', 'KEY_1]"}']))).toEqual({ k: key })
  })
})
