type Attributes = Record<string, string | number>

/** Makes an SVG element; strings among the children become text. */
export function svg(name: string, attributes: Attributes = {}, children: (Node | string)[] = []): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
  element.append(...children)
  return element
}
