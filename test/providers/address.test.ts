import type { LookupAddress } from 'node:dns'
import { describe, expect, test } from 'vitest'
import { findRefusal, guardedLookup, type Resolve } from '../../src/providers/address.ts'

describe('findRefusal', () => {
  test.each([
    '0.0.0.0',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.8.8.8',
    '168.63.129.16',
    '169.254.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fdff::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
  ])('%s is refused', (address) => {
    expect(findRefusal(address)).toBeDefined()
  })

  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '169.253.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ])('%s may be called', (address) => {
    expect(findRefusal(address)).toBeUndefined()
  })
})

const resolving =
  (...addresses: string[]): Resolve =>
  (_, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

function look(resolve: Resolve, options: { all?: boolean; family?: 4 | 6 } = { all: true }): Promise<unknown> {
  return new Promise((settle) => {
    guardedLookup(resolve)('api.test', options, (error, address, family) =>
      settle(error ? error.message : options.all ? address : [address, family]),
    )
  })
}

describe('guardedLookup', () => {
  test('pins the socket to the addresses that were looked at', async () => {
    expect(await look(resolving('8.8.8.8', '2606:4700::1111'))).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ])
    expect(await look(resolving('8.8.8.8', '2606:4700::1111'), { family: 6 })).toEqual(['2606:4700::1111', 6])
    expect(await look(resolving('8.8.8.8'), {})).toEqual(['8.8.8.8', 4])
  })

  test('one bad address among good ones refuses the name', async () => {
    expect(await look(resolving('8.8.8.8', '169.254.169.254'))).toBe(
      '`api.test` resolves to 169.254.169.254, a link-local or metadata address',
    )
  })

  test('a name that changes its mind is looked at each time (mlflow-25761)', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']]
    const resolve: Resolve = (host, callback) => resolving(...answers.shift()!)(host, callback)
    expect(await look(resolve)).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await look(resolve)).toBe('`api.test` resolves to 127.0.0.1, a loopback address')
  })

  test('an error of the resolver, and a name without addresses', async () => {
    expect(await look((_, callback) => callback(new Error('ENOTFOUND'), []))).toBe('ENOTFOUND')
    expect(await look(resolving())).toBe('`api.test` has no address')
  })
})
