/**
 * Undoes a compression that the provider applied although it was asked for none. Events come out as soon as their
 * bytes are in: nothing waits for the end of a compressed block that the sender has flushed.
 */
import { pipeline, Readable, type Transform } from 'node:stream'
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** The plain bytes, or undefined where the encoding is not known. */
export function decompress(
  encoding: string | undefined,
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> | undefined {
  const names = (encoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  // Each layer multiplies what a small answer can grow to; nobody sends two.
  if (1 < names.length) return undefined
  const name = names[0]
  if (name === undefined) return body
  const transform = decoderOf(name)
  if (!transform) return undefined
  pipeline(Readable.from(body, { objectMode: false }), transform, () => {
    // A failure reaches the reader through the stream itself.
  })
  return transform
}

function decoderOf(name: string): Transform | undefined {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ flush: constants.Z_SYNC_FLUSH })
    case 'deflate':
      return createInflate({ flush: constants.Z_SYNC_FLUSH })
    case 'br':
      return createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH })
    default:
      return undefined
  }
}
