import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { explore } from '../../src/scenario/explore.ts'

type Tree = readonly Tree[]

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('tree'), { minLength: 1, maxLength: 3 })),
}))

function pathsOf(node: Tree, path: readonly number[] = []): readonly (readonly number[])[] {
  return node.length === 0 ? [path] : node.flatMap((each, index) => pathsOf(each, [...path, index]))
}

test('every path of a tree of choices is taken once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (root) => {
      const explored = await explore(async (choose) => {
        const path: number[] = []
        for (let node = root; node.length > 0; node = node[path.at(-1)!]!) path.push(choose(node.length))
        return path
      }, 1_000)
      expect(explored).toEqual({ kind: 'all', results: pathsOf(root) })
    }),
  )
})

test('more ways than are allowed are told, exactly', async () => {
  const ways = (most: number) => explore(async (choose) => choose(4), most)
  expect((await ways(4)).kind).toBe('all')
  expect((await ways(3)).kind).toBe('outgrown')
})
