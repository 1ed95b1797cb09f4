import { describe, expect, it } from 'vitest';
import { remembering } from './remembering.ts';

describe('remembering', () => {
  it('reads a text once', () => {
    const { read, texts } = reader();
    const remembered = remembering(read, 2);

    const answers = ['a', 'b', 'a', 'b'].map(remembered);

    expect(answers).toEqual([{ of: 'a' }, { of: 'b' }, { of: 'a' }, { of: 'b' }]);
    expect(texts).toEqual(['a', 'b']);
  });

  it('keeps the last that were asked for and no more', () => {
    const { read, texts } = reader();
    const remembered = remembering(read, 2);

    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) remembered(text);

    expect(texts).toEqual(['a', 'b', 'c', 'b']);
  });

  it('tries again what could not be read', () => {
    let tries = 0;
    const remembered = remembering(() => {
      tries += 1;
      throw new Error('unreadable');
    }, 2);

    for (const text of ['a', 'a']) expect(() => remembered(text)).toThrow('unreadable');

    expect(tries).toBe(2);
  });
});

function reader() {
  const texts: string[] = [];
  const read = (text: string) => {
    texts.push(text);
    return { of: text };
  };
  return { read, texts };
}
