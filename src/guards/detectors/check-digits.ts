/** Check digits of numbers that people carry: what tells a number from a row of digits. All take digits alone. */

/** Luhn's formula (ISO/IEC 7812-1): cards, Canadian and South African numbers. */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 === 0 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9
  }
  return digits.length > 1 && sum % 10 === 0
}

/** The sum of digits by weights, the first digit by the first weight. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0)
}

/** The remainder of a number of any length. */
export function remainder(digits: string, divisor: number): number {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % divisor
  return rest
}

/** ISO 7064, MOD 97-10 over letters as numbers from 10: IBAN. */
export function mod97(text: string): number {
  return remainder(
    text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55)),
    97,
  )
}

/** ISO 7064, MOD 11,10: the German tax number. */
export function mod11Over10(digits: string): boolean {
  let product = 10
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10 === Number(digits.at(-1))
}

// The multiplication table of the dihedral group of order ten, and the powers of the permutation (1 5 8 9 4 2 7 0)(3 6).
const dihedral = (a: number, b: number): number =>
  a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b - 5) % 5) + 5) : b < 5 ? ((a - 5 - b + 5) % 5) + 5 : (a - b + 5) % 5
const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

/** Verhoeff's scheme: Aadhaar. */
export function verhoeff(digits: string): boolean {
  let check = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = Number(digits[digits.length - 1 - i])
    for (let times = i % 8; times > 0; times--) digit = permutation[digit]!
    check = dihedral(check, digit)
  }
  return check === 0
}
