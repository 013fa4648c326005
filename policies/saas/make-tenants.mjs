// Writes tenants.csv: ten thousand made-up tenants, the same every time.
import { writeFileSync } from 'node:fs'

const plans = [
  ['free', 1, 5],
  ['team', 8, 200],
  ['business', 40, 2000],
]
const rows = Array.from({ length: 10_000 }, (_, index) => {
  const id = `t${String(index + 1).padStart(5, '0')}`
  const [plan, seats, cap] = plans[index % 10 < 6 ? 0 : index % 10 < 9 ? 1 : 2]
  const status = index % 97 === 96 ? 'suspended' : 'active'
  const region = index % 3 === 0 ? 'eu' : 'us'
  return `${id},${plan},${status},${region},${seats + (index % 7)},$${cap}`
})
writeFileSync(new URL('tenants.csv', import.meta.url), `org,plan,status,region,seats,cap\n${rows.join('\n')}\n`)
