import type { Json } from '../http/operation.js';

/** Query parameters that lists have in common. */
const OF_LISTS = ['limit', 'cursor'];

/** Parameters that many operations take, as components: headers, and those of every list. */
export class SharedParameters {
  private readonly found = new Map<string, Json>();

  /** A reference, or the parameter itself where it is one operation's own or unlike the shared one of its name. */
  ref(parameter: Json): Json {
    const name = String(parameter['name']);
    if (parameter['in'] !== 'header' && !(parameter['in'] === 'query' && OF_LISTS.includes(name))) return parameter;
    const key = name.replaceAll('-', '');
    const known = this.found.get(key) ?? parameter;
    if (JSON.stringify(known) !== JSON.stringify(parameter)) return parameter;
    this.found.set(key, parameter);
    return { $ref: `#/components/parameters/${key}` };
  }

  toJson(): Json {
    return Object.fromEntries([...this.found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
