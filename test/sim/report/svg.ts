/** Text of SVG elements. Colours and fonts are the page's. */

type Attributes = Record<string, string | number>

/** @param content other elements, or escaped text */
export function element(name: string, attributes: Attributes, content = ''): string {
  const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
  return `<${name}${text.join('')}>${content}</${name}>`
}

export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x: short(x), y: short(y), ...attributes }, escaped(text))
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A tenth of a unit is finer than anyone sees. */
export function short(value: number): number {
  return Math.round(value * 10) / 10
}

/** Round numbers from 0 to `max` or a little less, three to six of them. */
export function ticks(max: number): number[] {
  if (!(max > 0)) return [0]
  const rough = max / 4
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find(factor => factor * magnitude >= rough) ?? 10) * magnitude
  const count = Math.floor(max / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

/** A number for an axis: 1,200 as 1.2k. */
export function compact(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}
