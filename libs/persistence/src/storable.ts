/**
 * What Postgres can hold: no NUL in text or jsonb, no half of a surrogate pair in jsonb. Texts of errors may contain either
 * (file names, bytes of a broken file), and a record that cannot be stored would block its channel for ever.
 */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** JSON text of a value for a jsonb parameter. */
export function jsonb(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'string') return storableText(item);
    if (item === null || typeof item !== 'object' || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, child]) => [storableText(key), child]));
  });
}
