/** SVG as text. Presentation attributes only, because the pages allow no inline style. */

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with its attributes in this order (undefined: left out); `children` are elements already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${value}"`],
  );
  const start = `<${name}${list.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

/** What a pointer that rests on the element is told, and a screen reader reads. */
export const title = (text: string): string => element('title', {}, escapeXml(text));

/** The whole picture, with what it says for those who do not see it. */
export const picture = (
  width: number,
  height: number,
  words: { readonly title: string; readonly description: string },
  ...children: readonly string[]
): string =>
  element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img' },
    title(words.title),
    element('desc', {}, escapeXml(words.description)),
    element('rect', { width, height, fill: '#ffffff' }),
    ...children,
  );

export const letters = { 'font-family': 'system-ui, sans-serif', fill: '#333333' } as const;
