import type { LogLine } from './logs.js';

/** C0 and C1 controls but line feed and tab, and what turns the direction of text around: a log must not steer who reads it. */
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

const shown = (text: string): string =>
  text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A line for a terminal: time, generation, rank, level, message, fields. Further lines of a message are indented. */
export function formatLogLine({ at, generation, rank, level, message, fields }: LogLine): string {
  const extra = Object.entries(fields ?? {}).map(([key, value]) => ` ${shown(key)}=${shown(valueText(value))}`);
  const text = shown(message.replaceAll('\r\n', '\n')).replaceAll('\n', '\n    ');
  return `${at} g${generation} r${rank} ${level.padEnd(5)} ${text}${extra.join('')}\n`;
}

/** Texts of one word stand as they are. */
const valueText = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
