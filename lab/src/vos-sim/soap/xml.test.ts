import { expect, test } from 'vitest';
import { childOf, childrenOf, parseXml } from './xml.ts';

test('elements are found by their names without prefix', () => {
  const root = parseXml(
    '<?xml version="1.0"?>\n<a:list xmlns:a="x"><!-- <b> --><a:item n="1">one</a:item><item/></a:list>',
  );

  expect(root.name).toBe('list');
  expect(childrenOf(root, 'item').map(({ text }) => text)).toEqual(['one', '']);
});

test('entities and CDATA are text', () => {
  const root = parseXml('<a> &lt;&amp;&#65;&#x42; <![CDATA[<b>]]></a>');

  expect(root.text).toBe('<&AB <b>');
  expect(childOf(root, 'b')).toBeUndefined();
});

test.each(['', 'text', '<a>', '<a></b>', '<a/><b/>', '</a>', '<a', '<!DOCTYPE a><a/>'])('%j is refused', (document) => {
  expect(() => parseXml(document)).toThrow(SyntaxError);
});
