/** Data URLs (RFC 2397) taken apart and put together; nothing is fetched or decoded. */

/** The media type and base64 text of a base64 data URL, or undefined where the URL is none. */
export function splitDataUrl(url: string): { readonly mediaType: string; readonly data: string } | undefined {
  if (!/^data:/i.test(url)) return undefined
  const comma = url.indexOf(',')
  if (comma === -1 || comma > 300) return undefined
  const [mediaType = '', ...parameters] = url.slice(5, comma).split(';')
  if (!parameters.some((parameter) => parameter.trim().toLowerCase() === 'base64')) return undefined
  return { mediaType: mediaType.trim().toLowerCase() || 'text/plain', data: url.slice(comma + 1) }
}

export function joinDataUrl(mediaType: string, data: string): string {
  return `data:${mediaType};base64,${data}`
}
