import { PickleRefusal } from './pickle-values.js';

const SIMPLE: Record<string, number> = { n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, '\\': 92, "'": 39, '"': 34 };

/** Bytes of a protocol 0 string: what Python's `repr` of a byte string prints, quotes included. */
export function parseRepr(line: string): Uint8Array {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote)
    throw new PickleRefusal('a string is not quoted');
  const out = new Uint8Array(line.length - 2);
  let length = 0;
  for (let i = 1; i < line.length - 1; i++) {
    if (line[i] !== '\\') {
      out[length++] = line.charCodeAt(i);
      continue;
    }
    const escape = line[++i] as string;
    if (escape === 'x') {
      const hex = line.slice(i + 1, i + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(hex) || i + 2 >= line.length - 1) throw new PickleRefusal('a string has a broken escape');
      out[length++] = parseInt(hex, 16);
      i += 2;
    } else {
      const value = i < line.length - 1 ? SIMPLE[escape] : undefined;
      if (value === undefined) throw new PickleRefusal('a string has a broken escape');
      out[length++] = value;
    }
  }
  return out.subarray(0, length);
}
