/**
 * The address guard: which addresses a host *name* may stand for.
 *
 * The check is made when a connection is opened, on the addresses that it is opened to, so that a name which
 * resolves differently the second time gains nothing. An address that is written out in the configuration never
 * comes here: it is the operator's word.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { BlockList, isIPv6, type LookupFunction } from 'node:net'

/** All addresses of a host name. */
export type Resolve = (
  host: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** IANA's special-purpose registries (RFC 6890 and its heirs), and where clouds keep their metadata. */
const refused: readonly (readonly [net: string, prefix: number, what: string])[] = [
  ['0.0.0.0', 8, 'an unspecified'],
  ['10.0.0.0', 8, 'a private'],
  ['100.64.0.0', 10, 'a carrier-grade NAT'],
  ['127.0.0.0', 8, 'a loopback'],
  ['168.63.129.16', 32, 'a metadata'],
  ['169.254.0.0', 16, 'a link-local or metadata'],
  ['172.16.0.0', 12, 'a private'],
  ['192.0.0.0', 24, 'a reserved'],
  ['192.0.2.0', 24, 'a documentation'],
  ['192.168.0.0', 16, 'a private'],
  ['198.18.0.0', 15, 'a benchmarking'],
  ['198.51.100.0', 24, 'a documentation'],
  ['203.0.113.0', 24, 'a documentation'],
  ['224.0.0.0', 4, 'a multicast'],
  ['240.0.0.0', 4, 'a reserved'],
  ['::', 128, 'an unspecified'],
  ['::1', 128, 'a loopback'],
  // Addresses that carry an IPv4 address inside would slip past the rules above.
  ['::', 96, 'an IPv4-compatible'],
  ['::ffff:0:0', 96, 'an IPv4-mapped'],
  ['64:ff9b::', 96, 'a NAT64'],
  ['64:ff9b:1::', 48, 'a NAT64'],
  ['2001::', 32, 'a Teredo'],
  ['2002::', 16, 'a 6to4'],
  ['100::', 64, 'a discard'],
  ['2001:db8::', 32, 'a documentation'],
  ['fc00::', 7, 'a unique-local'],
  ['fe80::', 10, 'a link-local'],
  ['fec0::', 10, 'a site-local'],
  ['ff00::', 8, 'a multicast'],
]

const lists = refused.map(([net, prefix, what]) => {
  const list = new BlockList()
  list.addSubnet(net, prefix, isIPv6(net) ? 'ipv6' : 'ipv4')
  return { list, family: isIPv6(net) ? ('ipv6' as const) : ('ipv4' as const), what }
})

/** Why a name may not stand for this address (`a loopback`), or undefined where it may. */
export function findRefusal(address: string): string | undefined {
  const bare = address.replace(/%.*$/, '')
  const family = isIPv6(bare) ? 'ipv6' : 'ipv4'
  return lists.find((entry) => entry.family === family && entry.list.check(bare, family))?.what
}

/** A `lookup` for sockets that refuses a name if any of its addresses is refused, and pins the socket to the rest. */
export function guardedLookup(resolve: Resolve = resolveBySystem): LookupFunction {
  return (host, options, callback) => {
    resolve(host, (error, addresses) => {
      if (error) return callback(error, '', 0)
      for (const { address } of addresses) {
        const what = findRefusal(address)
        if (what !== undefined) {
          return callback(new AddressRefused(`\`${host}\` resolves to ${address}, ${what} address`), '', 0)
        }
      }
      const wanted = addresses.filter((each) => !options.family || familyOf(options.family) === each.family)
      const first = wanted[0]
      if (!first) return callback(new AddressRefused(`\`${host}\` has no address`), '', 0)
      if (options.all) return callback(null, wanted)
      callback(null, first.address, first.family)
    })
  }
}

/** Thrown through the socket, so that the message reaches the attempt. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'
}

function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family
}

function resolveBySystem(
  host: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
): void {
  systemLookup(host, { all: true }, (error, addresses) => callback(error, addresses ?? []))
}
