/** Removes what looks like a credential from providers' texts before anyone else sees them. */

const CREDENTIALS: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|pplx|hf|r8|nvapi|fw|tgp|csk|key)[-_][A-Za-z0-9*._-]{6,}/g,
  /\b(?:AIza|AQ\.|ya29\.)[A-Za-z0-9._-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g,
  /(?<=\b(?:bearer|basic)\s{1,4})[A-Za-z0-9+/=._~-]{6,}/gi,
  /(?<=\b(?:api[-_ ]?key|x-api-key|access[-_ ]?token|token|secret|password|key)["']?\s{0,2}[:=]\s{0,2}["']?)[^\s"',;&]{6,}/gi,
  // A masked key still tells its ends.
  /[A-Za-z0-9_-]{0,12}\*{3,}[A-Za-z0-9_-]{0,12}/g,
]

const MAX_LENGTH = 2000

/** The text with credentials replaced by `[redacted]`, cut to a length that fits a log line. */
export function scrub(text: string): string {
  // Cut first: patterns then see bounded input.
  let clean = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  for (const pattern of CREDENTIALS) clean = clean.replace(pattern, '[redacted]')
  return clean
}
